/** Where the keys of account files come from and how they die. Implemented by keys.db (keys.ts). */
import type { AccountId } from "../ids.ts";

/** 32 random octets that open one file. */
export type FileKey = Uint8Array & { readonly length: 32 };

export interface AccountKeys {
  /** Makes a key durably; the existing one when the account has one already (two workers may race). */
  create(account: AccountId): FileKey;
  /** `undefined` when there is none or it was destroyed. */
  get(account: AccountId): FileKey | undefined;
  /** Destroys it durably: from the return on no copy of the data folder made later opens the file. */
  destroy(account: AccountId): void;
  /** Where an account can get another key; absent where none is kept beyond the process. */
  readonly changing?: ChangingKeys;
}

/**
 * The second key of an account whose file is being rewritten under it. While there is one, either may open the file; who
 * wants to know takes the file's exclusive lock first, and only its holder promotes or drops.
 */
export interface ChangingKeys {
  /** The accounts that have a second key. */
  accounts(): readonly AccountId[];
  /** `undefined`: no change is under way. */
  next(account: AccountId): FileKey | undefined;
  /** Makes a second key durably; the existing one when there is one. */
  prepare(account: AccountId): FileKey;
  /** Makes the second key the only one, durably; the first is destroyed as by `destroy`. Nothing happens without a second. */
  promote(account: AccountId): void;
  /** Destroys the second key. */
  drop(account: AccountId): void;
}
