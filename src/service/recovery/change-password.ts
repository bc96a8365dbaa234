/** A holder changes the account password (promise D7): the old one is needed, and everybody else has to log in again. */
import type { AccountId } from "../../store/ids.ts";
import type { Done, Refused } from "../accounts/accounts.ts";
import { type Choosable, hashOfNew, setNewPassword } from "./new-password.ts";
import { GONE, living, type RecoveryParts } from "./recovery-parts.ts";

export type PasswordWish = {
  readonly old: string;
  readonly password: string;
  readonly keepAppPasswords: boolean;
  /** The session that asks; it goes on. */
  readonly session: string;
};

export type ChangePassword = (account: AccountId, wish: PasswordWish) => Promise<Done | Refused>;

export function createChangePassword(parts: RecoveryParts & { readonly choosable?: Choosable }): ChangePassword {
  return async (id, { old, password, keepAppPasswords, session }) => {
    const account = await living(parts.directory, id);
    if (account === undefined) return GONE;
    const unproven = await parts.prove(account, old);
    if (unproven !== undefined) return unproven;
    const hash = await hashOfNew(parts, account, password);
    if (typeof hash !== "string") return hash;
    return setNewPassword(parts, account, hash, { keepAppPasswords, by: "holder", session });
  };
}
