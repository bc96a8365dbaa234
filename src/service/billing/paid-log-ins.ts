/** Keeps out who may not log in for want of a contract, though the password was right: the account is being closed. */
import type { AccountId } from "../../store/ids.ts";
import type { RefusedLogin } from "../accounts/authenticator.ts";
import type { AllowanceOf } from "./allowance.ts";

const CLOSING: RefusedLogin = {
  kind: "refused",
  why: "unpaid",
  sentence:
    "The contract for this account has ended, and the account is being closed. Write to the operator of this service if this is a mistake.",
};

/** What the authenticator asks of an account last. The promise rejects with StoreError where nothing is known. */
export const paidLogIns =
  (allowance: AllowanceOf) =>
  async (account: AccountId): Promise<RefusedLogin | undefined> =>
    (await allowance(account)).mayLogIn ? undefined : CLOSING;
