/** Asks for the account password once more, before something that only its holder may do. */
import type { Log } from "../../host/events/events.ts";
import type { Account } from "../../store/directory.ts";
import type { Refused } from "../accounts/accounts.ts";
import { refused } from "../accounts/manage-parts.ts";
import type { PasswordHasher } from "../accounts/password.ts";
import { MAX_PASSWORD_BYTES, preparePassword } from "../accounts/password-text.ts";

/** `undefined`: it was right. Who guesses is held back by whoever wraps this with the limits on log-ins. */
export type ProveHolder = (account: Account, password: string) => Promise<Refused | undefined>;

const WRONG: Refused = refused("wrong-password", "The password is wrong. Type the password that your account has now.");
export const BUSY: Refused = refused(
  "busy",
  "Too many passwords are being checked at this moment. Try again in a few seconds.",
);

export function createProveHolder({
  hasher,
  log,
}: {
  readonly hasher: PasswordHasher;
  readonly log: Log;
}): ProveHolder {
  return async ({ id, passwordHash }, password) => {
    const prepared = preparePassword(password);
    const isPossible = prepared !== undefined && Buffer.byteLength(prepared) <= MAX_PASSWORD_BYTES;
    const verdict = isPossible ? await hasher.verify(prepared, passwordHash) : "wrong";
    if (verdict === "right") return undefined;
    log("login.refused", { account: id, reason: verdict === "wrong" ? "wrong password" : "too many checks at once" });
    return verdict === "wrong" ? WRONG : BUSY;
  };
}
