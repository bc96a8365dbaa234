/**
 * What a subscription is worth now, judged from what Stripe says of it now: the same answer whatever was heard before and
 * in whatever order, so that messages which come late, twice or never change nothing but when we look.
 */

/** https://docs.stripe.com/billing/subscriptions/overview names the states. */
export type SubscriptionStatus =
  | "incomplete"
  | "incomplete_expired"
  | "trialing"
  | "active"
  | "past_due"
  | "unpaid"
  | "canceled"
  | "paused";

/** A payment that was made. Times are epoch milliseconds, amounts the currency's smallest unit. */
export type Payment = {
  readonly charge: string;
  readonly paidAt: number;
  readonly amount: number;
  readonly refunded: number;
  readonly dispute: "none" | "open" | "won" | "lost";
};

/** All that is ever taken over from Stripe of a subscription. */
export type SubscriptionView = {
  readonly subscription: string;
  readonly customer: string;
  /** What we gave it; undefined when somebody else made it. */
  readonly reference: string | undefined;
  /** Which installation made it: several may share one account at Stripe. */
  readonly installation: string | undefined;
  readonly status: SubscriptionStatus;
  /** The line of it that is our plan. */
  readonly item: string;
  readonly price: string;
  readonly startedAt: number;
  readonly periodStart: number;
  readonly periodEnd: number;
  /** Set when it ends by its holder's wish. */
  readonly endsAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Its latest invoice is settled. */
  readonly isInvoicePaid: boolean;
  readonly payments: readonly Payment[];
};

export type Standing =
  /** The first payment has not come; it never counts as paid before. */
  | { readonly kind: "waiting" }
  /** The first payment never came. */
  | { readonly kind: "void" }
  | { readonly kind: "paid"; readonly until: number }
  /** Paid, and will not be renewed. */
  | { readonly kind: "ending"; readonly until: number }
  /** A renewal was not paid; `until`: what was paid lasts, or lasted, until then. */
  | { readonly kind: "unpaid"; readonly until: number }
  | { readonly kind: "ended"; readonly until: number }
  /** A bank takes a payment back, and it is not decided yet. */
  | { readonly kind: "disputed" }
  /** All that was paid for this period was given back. */
  | { readonly kind: "refunded" };

/** Payment and period may be stamped some minutes apart. */
const STAMPS_APART_MS = 3_600_000;

export function standingOf(view: SubscriptionView): Standing {
  if (view.payments.some(({ dispute }) => dispute === "open")) return { kind: "disputed" };
  if (isGivenBack(view)) return { kind: "refunded" };
  const { status, periodStart, periodEnd, endsAt, isInvoicePaid } = view;
  switch (status) {
    case "incomplete":
      return { kind: "waiting" };
    case "incomplete_expired":
      return { kind: "void" };
    case "trialing":
    case "active":
      return endsAt === undefined ? { kind: "paid", until: periodEnd } : { kind: "ending", until: endsAt };
    // Stripe begins the new period before it is paid.
    case "past_due":
    case "unpaid":
    case "paused":
      return { kind: "unpaid", until: periodStart };
    case "canceled": {
      const endedAt = view.endedAt ?? periodEnd;
      return { kind: "ended", until: isInvoicePaid ? endedAt : Math.min(endedAt, periodStart) };
    }
  }
}

function isGivenBack({ payments, periodStart }: SubscriptionView): boolean {
  const ofPeriod = payments.filter(({ paidAt }) => paidAt >= periodStart - STAMPS_APART_MS);
  return (
    ofPeriod.length > 0 &&
    ofPeriod.every(({ amount, refunded, dispute }) => dispute === "lost" || (amount > 0 && refunded >= amount))
  );
}
