/**
 * What is taken over from Stripe's answers: the fields named here, as values of ours. Everything else (who paid, with which
 * card, from where) is let go before anything could write it down (promise D8).
 */
import type Stripe from "stripe";
import type { Payment, SubscriptionStatus, SubscriptionView } from "../../rules/subscription/standing.ts";
import type { Checkout } from "../../service/billing/payments.ts";

/** The names of what we note at Stripe with our own things. */
export const METADATA = { installation: "altmail", reference: "reference" } as const;

/** A delayed payment is none before it came. */
const PAID: ReadonlySet<string> = new Set(["paid", "no_payment_required"]);
const STATUSES: ReadonlySet<string> = new Set<SubscriptionStatus>([
  "incomplete",
  "incomplete_expired",
  "trialing",
  "active",
  "past_due",
  "unpaid",
  "canceled",
  "paused",
]);
const isKnown = (status: string): status is SubscriptionStatus => STATUSES.has(status);

export function checkoutOf(session: Stripe.Checkout.Session): Checkout {
  return {
    kind: "checkout",
    session: session.id,
    url: session.url ?? undefined,
    status: session.status === "complete" ? "complete" : session.status === "expired" ? "expired" : "open",
    isPaid: session.status === "complete" && PAID.has(session.payment_status),
    reference: session.client_reference_id ?? undefined,
    subscription: idOf(session.subscription),
    customer: idOf(session.customer),
  };
}

/** Undefined when it has no line with a price: such a one is none of ours. */
export function subscriptionOf(
  subscription: Stripe.Subscription,
  payments: readonly Payment[],
): SubscriptionView | undefined {
  const [item] = subscription.items.data;
  const customer = idOf(subscription.customer);
  if (item === undefined || customer === undefined) return undefined;
  const periodEnd = timeOf(item.current_period_end);
  const { cancel_at: cancelAt, ended_at: endedAt, latest_invoice: invoice } = subscription;
  return {
    subscription: subscription.id,
    customer,
    reference: subscription.metadata[METADATA.reference],
    installation: subscription.metadata[METADATA.installation],
    // A state that Stripe thinks of later takes nothing from anybody.
    status: isKnown(subscription.status) ? subscription.status : "active",
    item: item.id,
    price: item.price.id,
    startedAt: timeOf(subscription.start_date),
    periodStart: timeOf(item.current_period_start),
    periodEnd,
    endsAt: cancelAt !== null ? timeOf(cancelAt) : subscription.cancel_at_period_end ? periodEnd : undefined,
    endedAt: endedAt === null ? undefined : timeOf(endedAt),
    isInvoicePaid: invoice === null || (typeof invoice !== "string" && invoice.status === "paid"),
    payments,
  };
}

export function paymentOf(charge: Stripe.Charge, dispute: Payment["dispute"]): Payment {
  return {
    charge: charge.id,
    paidAt: timeOf(charge.created),
    amount: charge.amount,
    refunded: charge.amount_refunded,
    dispute,
  };
}

/** A refund that failed, and what came back by others is less than what was paid. */
export function hasFailedRefund({ amount, refunds }: Pick<Stripe.Charge, "amount" | "refunds">): boolean {
  const made = refunds?.data ?? [];
  const back = made.reduce((sum, one) => sum + (NOT_BACK.has(one.status ?? "") ? 0 : one.amount), 0);
  return back < amount && made.some(({ status }) => status === "failed");
}

const NOT_BACK: ReadonlySet<string> = new Set(["failed", "canceled"]);

/** Of several the gravest. An inquiry of a bank takes no money and is none. */
export function disputeOf(statuses: readonly Stripe.Dispute.Status[]): Payment["dispute"] {
  const kinds = new Set(statuses.map(kindOf));
  return kinds.has("open") ? "open" : kinds.has("lost") ? "lost" : kinds.has("won") ? "won" : "none";
}

/** Decided for us, or without a loss. */
const OVER: ReadonlySet<string> = new Set(["won", "prevented", "charge_refunded"]);

function kindOf(status: Stripe.Dispute.Status): Payment["dispute"] {
  if (status.startsWith("warning_")) return "none";
  return status === "lost" ? "lost" : OVER.has(status) ? "won" : "open";
}

/** What may be given whole or by its id. */
export function idOf(thing: string | { readonly id: string } | null | undefined): string | undefined {
  return typeof thing === "string" ? thing : thing?.id;
}

/** Stripe counts seconds. */
const timeOf = (seconds: number): number => seconds * 1000;
