/**
 * Confirms a contract that was made: told when the account is open, before its sign-up is forgotten, with the same occasion
 * each time. So a stop between the two tells nobody twice, and none is left without it.
 */
import { standingOf } from "../../rules/subscription/standing.ts";
import { withdrawalEnd } from "../../rules/subscription/withdrawal.ts";
import type { Reservation } from "../../store/billing.ts";
import type { BillingParts } from "./parts.ts";

/** @param at when it was made. Does nothing for an invitation: there is no contract about money then. @throws StoreError */
export async function confirmContract(
  { payments, tell, lengths }: Pick<BillingParts, "payments" | "tell" | "lengths">,
  { account, reference, plan, subscription, signUp }: Reservation,
  at: number,
): Promise<void> {
  if (plan === undefined || subscription === undefined) return;
  const found = await payments.subscription(subscription);
  // An account that is open does not wait for Stripe: the letter then says where the day is found.
  const standing = found.kind === "subscription" ? standingOf(found.view) : undefined;
  const made = {
    at,
    plan,
    agreedAt: signUp?.agreedAt,
    until: standing?.kind === "paid" || standing?.kind === "ending" ? standing.until : undefined,
    withdrawableUntil: withdrawalEnd(at, lengths.withdrawalDays),
  };
  await tell.contract(account, made, `contract-${reference}`);
}
