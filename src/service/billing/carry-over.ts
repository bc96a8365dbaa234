/** A new contract in the place of one that ended: the account stays what it is, and its course starts anew. */
import type { Reservation } from "../../store/billing.ts";
import { confirmContract } from "./confirm.ts";
import type { BillingParts } from "./parts.ts";

/** `taken`: the account is gone, or being closed. */
export async function carryOver(parts: BillingParts, reservation: Reservation): Promise<"opened" | "taken"> {
  const { store, accounts, plans, clock } = parts;
  const { account, reference, plan, subscription, customer } = reservation;
  if (subscription === undefined || customer === undefined || plan === undefined)
    throw new Error("a renewal that is paid for has no subscription");
  for (;;) {
    const row = await store.byAccount(account);
    if (row === undefined || row.stage === "closing") return "taken";
    if (row.subscription === subscription) return "opened";
    const known = plans.find(({ name }) => name === plan);
    if (known !== undefined && row.plan !== plan) await accounts.applyPlan(account, known);
    const now = clock.now();
    await confirmContract(parts, reservation, now);
    const ending = {
      subscription: row.subscription,
      customer: row.customer,
      refunds: false,
      account: undefined,
      askedAt: now,
    };
    const next = {
      ...row,
      reference,
      subscription,
      customer,
      plan,
      standing: "paid",
      until: undefined,
      standingSince: now,
      boughtAt: now,
      withdrawnAt: undefined,
    } as const;
    if (await store.update(next, { ending, erases: reference })) return "opened";
  }
}
