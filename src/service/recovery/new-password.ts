/**
 * Puts a new password in the place of the old one, and ends what the old one had opened: sessions of mail programs and at
 * the website, links that were mailed, and app passwords where the holder does not keep them. The holder is told in both
 * places afterwards.
 *
 * Sessions and links end before the change too: who stops this in between leaves an account that the old password opens, and
 * never one that is changed while a stranger's session goes on, or a link that a stranger asked for is good.
 */
import type { Account } from "../../store/directory.ts";
import type { Done, Refused } from "../accounts/accounts.ts";
import { hashOf, refused } from "../accounts/manage-parts.ts";
import { DONE, GONE, type RecoveryParts } from "./recovery-parts.ts";

export type NewPassword = {
  readonly password: string;
  readonly keepAppPasswords: boolean;
  readonly by: "holder" | "recovery";
  /** The session that goes on. */
  readonly session?: string;
  /** The mark of a recovery code that is used up by it. */
  readonly code?: Uint8Array;
};

/** Says why a password may not be chosen, beyond its length: a list of common ones, say. `undefined`: it may. */
export type Choosable = (password: string, account: Account) => string | undefined;

type Parts = Pick<
  RecoveryParts,
  "credentials" | "hasher" | "revocations" | "links" | "sessions" | "tellBoth" | "clock" | "log"
> & { readonly choosable?: Choosable };

/** What is wrong with the new password itself, or its hash. */
export async function hashOfNew(
  { hasher, choosable }: Parts,
  account: Account,
  password: string,
): Promise<string | Refused> {
  const sentence = choosable?.(password, account);
  return sentence === undefined ? hashOf(password, hasher) : refused("invalid", sentence);
}

/** @param passwordHash of the new password @throws StoreError; then it may be repeated */
export async function setNewPassword(
  { credentials, revocations, links, sessions, tellBoth, clock, log }: Parts,
  account: Account,
  passwordHash: string,
  { keepAppPasswords, by, session, code }: Omit<NewPassword, "password">,
): Promise<Done | Refused> {
  const { id, passwordHash: from } = account;
  const endWaysIn = async (): Promise<void> => {
    await links.endAll(id);
    await sessions.endAll(id, session);
  };
  await endWaysIn();
  const appPasswords = keepAppPasswords ? "kept" : "removed";
  const change = { passwordHash, from, appPasswords, ...(code && { code }) } as const;
  const outcome = await credentials.changePassword(id, change);
  if (outcome === "no-account") return GONE;
  if (outcome === "unknown-code") return WRONG_CODE;
  if (outcome === "other-password") return CHANGED_MEANWHILE;
  revocations.publish(id, "end");
  await endWaysIn();
  log("account.changed", { account: id, change: by === "recovery" ? "password, by recovery" : "password" });
  const at = clock.now();
  await tellBoth(account, { kind: "password-changed", at, by, appPasswords }, `${id} ${passwordHash}`);
  return DONE;
}

export const WRONG_CODE: Refused = refused(
  "wrong-code",
  "This is not one of your unused recovery codes. Each works once; type one of 16 letters and digits.",
);
const CHANGED_MEANWHILE: Refused = refused(
  "state",
  "The password was changed by somebody else at this moment. Log in again, or ask for a link to your recovery address.",
);
