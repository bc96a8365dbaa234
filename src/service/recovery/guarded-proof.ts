/**
 * Holds back who guesses the account password from within a session, as at the log-in. Its counts are its own: who guesses
 * from outside keeps no holder from what the session is for.
 */
import { refused } from "../accounts/manage-parts.ts";
import type { Refused } from "../accounts/accounts.ts";
import { preparePassword } from "../accounts/password-text.ts";
import type { LogInGuard, LogInOutcome } from "../web-access/log-in-guard.ts";
import { type LogInLimits, logInLimits } from "../web-access/log-in-limits.ts";
import type { ProveHolder } from "./prove-holder.ts";

const HELD: Refused = refused(
  "busy",
  "Too many wrong passwords were tried for this account. Wait a few minutes, then try again.",
);
/** Of one process: what comes from sessions has no network, and few are at it at one time. */
const NO_BOUND = 1_000_000;
const ROWS = 2048;

/** The limits of the guard that `guardedProof` is given: by account alone. */
export const proofLimits: LogInLimits = Object.freeze({
  ...logInLimits,
  network: { ...logInLimits.network, most: NO_BOUND },
  tries: { ...logInLimits.tries, most: NO_BOUND },
  names: ROWS,
  networks: 1,
  pairs: ROWS,
  passwords: ROWS,
});

export function guardedProof(prove: ProveHolder, guard: LogInGuard): ProveHolder {
  return async (account, password) => {
    const { id, primary } = account;
    const ended = await guard.enter({
      name: primary,
      password: preparePassword(password) ?? "",
      account: id,
      address: undefined,
    });
    if (ended === undefined) return HELD;
    let outcome: LogInOutcome = "untried";
    try {
      const unproven = await prove(account, password);
      if (unproven === undefined) outcome = "right";
      else if (unproven.reason === "wrong-password") outcome = "wrong";
      return unproven;
    } finally {
      ended(outcome);
    }
  };
}
