/**
 * Ends contracts at Stripe: cancelled at once, and where that is owed, everything given back. Each is a durable row until
 * Stripe says that it is done, so a stop at any place only means that it is asked again.
 */
import { DAY } from "../../host/clock.ts";
import type { Ending } from "../../store/billing.ts";
import { followCourse } from "./course.ts";
import type { BillingParts } from "./parts.ts";
import type { Failure, FoundCharge } from "./payments.ts";

/** A debit may arrive so long after it was ordered; until then there is nothing to give back. */
const LATE_PAYMENT_MS: number = 30 * DAY;

/** One that fails stays, and does not keep the others. */
export async function performEndings(parts: BillingParts): Promise<void> {
  for (const ending of await parts.store.endings()) await performOrReport(parts, ending);
}

/** The one ending that somebody waits for; others do not hold it up. Does nothing when there is none. */
export async function performEndingOf(parts: BillingParts, subscription: string): Promise<void> {
  const ending = (await parts.store.endings()).find((one) => one.subscription === subscription);
  if (ending !== undefined) await performOrReport(parts, ending);
}

/** What a bank did not take back is told, to the log and to who is owed it. */
export async function followRefunds(
  { store, tell, clock, log }: BillingParts,
  charge: string,
  { customer, hasFailedRefund }: FoundCharge,
): Promise<void> {
  if (!hasFailedRefund) return;
  const account = (await store.byCustomer(customer))?.account;
  log("billing.refund-failed", { account });
  if (account !== undefined)
    await tell.holder(account, { kind: "refund-failed", at: clock.now() }, `refund-failed-${charge}`);
}

async function performOrReport(parts: BillingParts, ending: Ending): Promise<void> {
  const outcome = await perform(parts, ending);
  if (outcome?.kind === "failed")
    parts.log("billing.failed", { step: "end", why: outcome.why, account: ending.account });
}

async function perform(parts: BillingParts, ending: Ending): Promise<Failure | undefined> {
  const { store, payments, tell, clock, log } = parts;
  const { subscription, customer, refunds, account, askedAt } = ending;
  // The acknowledgement of a withdrawal comes before the money, and does not wait for the night.
  if (account !== undefined) await followCourse(parts, account);
  const cancelled = await payments.cancelNow(subscription);
  if (cancelled.kind === "failed") return cancelled;
  if (refunds) {
    const made = await payments.payments(customer);
    if (made.kind === "failed") return made;
    for (const { charge, amount, refunded, dispute } of made.payments) {
      if (refunded >= amount || dispute === "open" || dispute === "lost") continue;
      const outcome = await payments.refund(charge);
      if (outcome.kind === "failed") return outcome;
    }
    // What a bank decides over is given back when it decided for us.
    if (made.payments.some(({ dispute }) => dispute === "open")) return undefined;
    const mayCome = made.payments.length === 0 || made.areMorePending;
    if (mayCome && clock.now() < askedAt + LATE_PAYMENT_MS) return undefined;
    if (account !== undefined)
      await tell.holder(account, { kind: "refund-made", at: clock.now() }, `refund-${subscription}`);
  }
  await store.ended(subscription);
  log("billing.ended", { refunds });
  return undefined;
}
