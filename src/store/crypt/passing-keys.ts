/** Keys of accounts that rest nowhere and go with the process: for the home of a drill, and for tests. */
import { randomBytes } from "node:crypto";
import type { AccountId } from "../ids.ts";
import type { AccountKeys, FileKey } from "./account-keys.ts";

export function passingKeys(): AccountKeys {
  const keys = new Map<AccountId, FileKey>();
  return {
    create(account) {
      const key = keys.get(account) ?? (new Uint8Array(randomBytes(32)) as FileKey);
      keys.set(account, key);
      return key;
    },
    get: (account) => keys.get(account),
    destroy: (account) => void keys.delete(account),
  };
}
