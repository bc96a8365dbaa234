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
}
