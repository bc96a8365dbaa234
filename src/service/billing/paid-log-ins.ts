/** Keeps out who may not log in for want of payment, after the password was right: the account is being closed. */
import { StoreError } from "../../store/store-error.ts";
import type { Authenticator, Login } from "../accounts/authenticator.ts";
import type { AllowanceOf } from "./allowance.ts";

const CLOSING: Login = {
  kind: "refused",
  sentence:
    "This account was not paid for and is being closed. Write to the operator of this service if this is a mistake.",
};

export const paidLogIns = (authenticator: Authenticator, allowance: AllowanceOf): Authenticator => ({
  async authenticate(...asked) {
    const login = await authenticator.authenticate(...asked);
    if (login.kind !== "accepted") return login;
    try {
      return (await allowance(login.account)).mayLogIn ? login : CLOSING;
    } catch (error) {
      if (error instanceof StoreError) return { kind: "unavailable" };
      throw error;
    }
  },
  onRevoked: (login, listener) => authenticator.onRevoked(login, listener),
});
