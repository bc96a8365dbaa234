/**
 * What the holder of an account may do in each of its states (promise A8: sending is blocked first). Mail from outside is
 * received in all of them but `closing`.
 */
import type { Account } from "../../store/directory.ts";

type Stateful = Pick<Account, "state">;

/** Tells whether log-ins count: to read, and to come as far as sending. */
export function mayLogIn({ state }: Stateful): boolean {
  return state === "active" || state === "paused";
}

/** Tells whether mail may be sent on behalf of the account. */
export function maySend({ state }: Stateful): boolean {
  return state === "active";
}
