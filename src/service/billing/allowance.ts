/** What an account may do for the sake of its payment, asked by every server at RCPT, MAIL and log-in: one read of a row. */
import { type Allowance, allowanceOf } from "../../rules/subscription/lapse.ts";
import type { SubscriptionLengths } from "../../rules/subscription/lengths.ts";
import type { Clock } from "../../host/clock.ts";
import type { BillingStore } from "../../store/billing.ts";
import type { AccountId } from "../../store/ids.ts";
import { lapseIn } from "./course.ts";

/** @throws StoreError: then nothing is known, and servers say to try again later */
export type AllowanceOf = (account: AccountId) => Promise<Allowance>;

const EVERYTHING: Allowance = Object.freeze({ mayLogIn: true, maySend: true, receives: "yes", alert: undefined });

/** Accounts that nobody buys may everything. */
export function createAllowance(
  store: Pick<BillingStore, "byAccount">,
  lengths: SubscriptionLengths,
  clock: Clock,
): AllowanceOf {
  return async (account) => {
    const row = await store.byAccount(account);
    return row === undefined ? EVERYTHING : allowanceOf(lapseIn(row), clock.now(), lengths);
  };
}
