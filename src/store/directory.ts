/**
 * Who has an account here: accounts, addresses, credentials. Rests in `system.db`; every change is one durable commit
 * (fsynced before the promise fulfils). Small, so asked at each use: an answer is never older than the last commit of any process.
 */
import type { AccountId } from "./ids.ts";

/** `paused`: logs in, reads and receives, may not send. `suspended`: no log-in, mail is received. `closing`: being deleted. */
export type AccountState = "active" | "paused" | "suspended" | "closing";

/** What the service writes to the holder in. */
export type Language = "sv" | "en";

export type Account = {
  readonly id: AccountId;
  /** The primary address, canonical; also the log-in name. */
  readonly primary: string;
  readonly state: AccountState;
  readonly language: Language;
  readonly quotaBytes: number;
  readonly createdAt: number;
  /** PHC string of argon2id (RFC 9106). */
  readonly passwordHash: string;
  /** A second step is on (credentials.ts); a new account has none. */
  readonly secondStep?: true;
};

/** A password of 128 random bits for one client, shown once. The verifiers alone rest. */
export type AppPassword = {
  /** Short and public within the account; names the row for `revoke`. */
  readonly id: string;
  readonly account: AccountId;
  /** What the holder calls it. */
  readonly label: string;
  readonly createdAt: number;
  readonly scram: ScramVerifier;
};

/** RFC 5802 section 3 with SHA-256 (RFC 7677). */
export type ScramVerifier = {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
};

/** How many aliases an account may have. */
export type AliasRoom = {
  readonly living: number;
  /** With those that were taken away, which nobody else can have any more. */
  readonly held: number;
};

/** What a holder wishes of the service. */
export type Preferences = {
  /** Mail that came into Junk so many days ago goes for good; `undefined`: it stays. Whole, above 0. */
  readonly emptyJunkDays: number | undefined;
  readonly emptyTrashDays: number | undefined;
  /** Domains that pass the holder's mail on, in A-labels and lower case, ordered: what they break is held against nobody. */
  readonly forwarders: readonly string[];
  /** The filter may learn from the holder's mail; what it does goes by the memory (defence-memory.ts), of which no backup is made. */
  readonly learns: boolean;
};

/** Of who never said anything. */
export const NO_PREFERENCES: Preferences = Object.freeze({
  emptyJunkDays: undefined,
  emptyTrashDays: undefined,
  forwarders: [],
  learns: true,
});

export interface Directory extends AsyncDisposable {
  /** By any canonical address of an account: primary or alias. Addresses are canonical when syntax/smtp/address.ts made them so. */
  byAddress(address: string): Promise<Account | undefined>;
  byId(id: AccountId): Promise<Account | undefined>;
  /** Whether nobody can be given the address: it is somebody's, or is kept for somebody, or was of an account that is gone. */
  isTaken(address: string): Promise<boolean>;
  /** Ordered by primary address. */
  accounts(): Promise<readonly Account[]>;
  aliases(id: AccountId): Promise<readonly string[]>;
  appPasswords(id: AccountId): Promise<readonly AppPassword[]>;
  /** Of an account that is not there: those of who never said anything. */
  preferences(id: AccountId): Promise<Preferences>;
  /** Accounts whose holders want Junk or Trash emptied of old mail. */
  emptying(): Promise<readonly AccountId[]>;

  /** All or none; for one account give one. `taken` names the first address that exists, or once existed and is never given again. */
  add(
    accounts: readonly Account[],
  ): Promise<{ readonly kind: "added" } | { readonly kind: "taken"; readonly address: string }>;
  /** With `room`, only while the account has fewer. One of its own that was taken away comes back. */
  addAlias(id: AccountId, address: string, room?: AliasRoom): Promise<"added" | "taken" | "no-account" | "too-many">;
  /** The address stays reserved for this account. */
  removeAlias(id: AccountId, address: string): Promise<"removed" | "no-alias">;
  setPassword(id: AccountId, passwordHash: string): Promise<"set" | "no-account">;
  /** With `from`, only while the account is in that state: `other-state` says that it is not. */
  setState(id: AccountId, state: AccountState, from?: AccountState): Promise<"set" | "no-account" | "other-state">;
  setLanguage(id: AccountId, language: Language): Promise<"set" | "no-account">;
  setQuota(id: AccountId, quotaBytes: number): Promise<"set" | "no-account">;
  /** What is left out stays as it is. */
  setPreferences(id: AccountId, preferences: Partial<Preferences>): Promise<"set" | "no-account">;
  addAppPassword(password: AppPassword): Promise<"added" | "no-account">;
  removeAppPassword(id: AccountId, passwordId: string): Promise<"removed" | "no-password">;
  /** Removes the record; its addresses stay behind as keyed fingerprints that answer only "was this taken" (promise D5). */
  remove(id: AccountId): Promise<"removed" | "no-account">;
  check(): Promise<readonly { readonly rule: string; readonly detail: string }[]>;
}
