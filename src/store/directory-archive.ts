/**
 * What a backup takes of the directory beyond its own interface, and what a restore puts back: the addresses that nobody is
 * given again, and the key under which they rest as fingerprints. Closed accounts stay closed (promise D5).
 */
import type { CredentialsRecord } from "./credentials.ts";
import type { AccountId } from "./ids.ts";

/** Each fingerprint is an HMAC-SHA-256 of an address under `key`: it answers only "was this taken". */
export type UsedAddresses = { readonly key: Uint8Array; readonly fingerprints: readonly Uint8Array[] };

export interface DirectoryArchive extends AsyncDisposable {
  /** Aliases that were taken away and stay kept for their account. */
  reserved(account: AccountId): Promise<readonly string[]>;
  /** What the holder proves himself with besides passwords, and his plan. */
  credentials(account: AccountId): Promise<CredentialsRecord>;
  /** Puts what is in the record in the place of what the account has. May be repeated; without the account nothing is done. */
  restoreCredentials(account: AccountId, record: CredentialsRecord): Promise<void>;
  /** Addresses of accounts that are gone, and of those that are being closed. */
  used(): Promise<UsedAddresses>;
  /**
   * Takes over key and fingerprints, and adds fingerprints of `closed`, addresses of accounts that were closed since.
   * Directories that are open go on with the key they have: open them anew. May be repeated.
   * @throws StoreError "key" when the directory holds fingerprints under another key.
   */
  restoreUsed(used: UsedAddresses, closed: readonly string[]): Promise<void>;
}
