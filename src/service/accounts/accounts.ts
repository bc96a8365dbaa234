/**
 * What an operator does with accounts: make, show, change, suspend, delete; app passwords and aliases. The CLI and the lab
 * call it; every refusal is a value with a sentence that can be printed as it is.
 *
 * Accounts are named by their primary address, in any case. What ends log-ins (a new password, suspension, deletion, a
 * revoked app password) is in force in every worker when the promise fulfils.
 */
import type { HolderPlan } from "../../store/credentials.ts";
import type { AccountState, Language } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";

export type RefusalReason =
  | "invalid"
  | "no-account"
  | "taken"
  | "too-many"
  | "state"
  | "not-found"
  | "busy"
  | "wrong-password"
  | "wrong-code"
  /** A mailed link that was used, or whose hour is over. */
  | "link-gone";

/** Why it was not done. `sentence` says what was wrong and what to do; it may quote an address, so it is for the operator's eyes only. */
export type Refused = {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  readonly sentence: string;
};
export type Done = { readonly kind: "done" };

/** A recipient that mail of a deleted account did not reach: its holder is shown these, for no report can come any more. */
export type Undelivered = {
  readonly recipient: string;
  readonly destination: string;
  /** What was heard of it last; `undefined`: it was never tried. */
  readonly lastReply: string | undefined;
};

export type AccountLine = {
  readonly id: AccountId;
  readonly address: string;
  readonly state: AccountState;
  readonly language: Language;
  readonly quotaBytes: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
};
export type AccountDetails = AccountLine & {
  readonly aliases: readonly string[];
  readonly appPasswords: readonly AppPasswordLine[];
  /** Undefined when the account's mail cannot be read, as while it is being deleted. */
  readonly mail: { readonly mailboxes: number; readonly messages: number; readonly octets: number } | undefined;
};
export type Safety = {
  readonly recovery: "none" | "unconfirmed" | "confirmed";
  readonly secondStep: boolean;
  readonly recoveryCodes: number;
  readonly plan: HolderPlan | undefined;
};
export type AppPasswordLine = { readonly id: string; readonly label: string; readonly createdAt: number };

export type NewAccount = {
  readonly address: string;
  readonly password: string;
  /** Default: the limits' `quotaBytes`. */
  readonly quotaBytes?: number;
  /** Default: English. */
  readonly language?: Language;
};
/** What a sign-up keeps until the account is opened. */
export type ReservedAccount = {
  readonly id: AccountId;
  /** Canonical and checked. */
  readonly address: string;
  readonly passwordHash: string;
  readonly quotaBytes: number;
  readonly language: Language;
};
/** Many accounts with one password, which is hashed once: for a lab only. */
export type NewAccounts = {
  readonly addresses: readonly string[];
  readonly password: string;
  readonly quotaBytes?: number;
};

export interface Accounts {
  add(account: NewAccount): Promise<{ readonly kind: "added"; readonly account: AccountLine } | Refused>;
  /** May be repeated, by several processes at once. `taken`: the address is another's, or was once. @throws StoreError */
  open(account: ReservedAccount): Promise<"opened" | "taken">;
  /** All or none. Mail files are made at once too. */
  addMany(
    accounts: NewAccounts,
  ): Promise<{ readonly kind: "added"; readonly accounts: readonly AccountLine[] } | Refused>;
  /** Ordered by address. */
  list(): Promise<readonly AccountLine[]>;
  show(address: string): Promise<{ readonly kind: "account"; readonly account: AccountDetails } | Refused>;
  /** Sessions that are open end, in mail programs and at the website; app passwords stay. */
  setPassword(address: string, password: string): Promise<Done | Refused>;
  /** No log-in from now on; sessions end. Mail is still received. */
  suspend(address: string): Promise<Done | Refused>;
  /**
   * Nothing is sent for the account from now on; its holder logs in, reads and receives as before (promise A8), and is told
   * so by a notice, once an occasion. Without an occasion, pausing what is paused tells nobody again.
   */
  pause(address: string, occasion?: string): Promise<Done | Refused>;
  /** Ends `suspend` and `pause`; the holder is told when sending was paused. */
  resume(address: string, occasion?: string): Promise<Done | Refused>;
  setLanguage(address: string, language: Language): Promise<Done | Refused>;
  /**
   * Deletes mail, record, aliases and credentials for good (promise D5), after a last try of what waits in the queue: so it
   * may take more than a minute. May be called again after a failure.
   */
  delete(address: string): Promise<(Done & { readonly undelivered: readonly Undelivered[] }) | Refused>;
  /**
   * Ends deletions that holders have begun and that a crash interrupted: called when the service starts, and each minute in
   * the elected worker. Answers how many.
   */
  finishDeletions(): Promise<number>;
  /** `password` is shown once and rests nowhere. */
  addAppPassword(
    address: string,
    label: string,
  ): Promise<{ readonly kind: "added"; readonly id: string; readonly password: string } | Refused>;
  appPasswords(
    address: string,
  ): Promise<{ readonly kind: "app-passwords"; readonly appPasswords: readonly AppPasswordLine[] } | Refused>;
  revokeAppPassword(address: string, id: string): Promise<Done | Refused>;
  addAlias(address: string, alias: string): Promise<Done | Refused>;
  removeAlias(address: string, alias: string): Promise<Done | Refused>;
  /** Whether there is a way back and a second step, and the plan; the recovery address itself is nobody's business. */
  safety(address: string): Promise<{ readonly kind: "safety"; readonly safety: Safety } | Refused>;
  /**
   * The operator vouches for it: it counts at once. Its holder, and the address before, are told (promise A7: gated).
   * So with the two that follow.
   */
  setRecoveryAddress(address: string, recovery: string): Promise<Done | Refused>;
  removeRecoveryAddress(address: string): Promise<Done | Refused>;
  turnOffSecondStep(address: string): Promise<Done | Refused>;
  /** @param plan how it is called, and how many aliases it allows; those that are there stay */
  setPlan(address: string, plan: HolderPlan): Promise<Done | Refused>;
  aliases(address: string): Promise<{ readonly kind: "aliases"; readonly aliases: readonly string[] } | Refused>;
}
