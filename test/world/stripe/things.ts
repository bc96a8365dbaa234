/**
 * What the fake keeps of a thing, and how Stripe would show it. The answers hold what a real one knows of a person, with an
 * at sign in each, so that a test finds out when it is taken over.
 */
import type Stripe from "stripe";

export type FakeSession = {
  readonly id: string;
  readonly price: string;
  readonly reference: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly contractMetadata: Readonly<Record<string, string>>;
  readonly successUrl: string;
  readonly cancelUrl: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  status: "open" | "complete" | "expired";
  isPaid: boolean;
  subscription: string | null;
  customer: string | null;
};

export type FakeSubscription = {
  readonly id: string;
  readonly item: string;
  readonly customer: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly startedAt: number;
  price: string;
  status: "active" | "past_due" | "canceled" | "incomplete" | "incomplete_expired" | "unpaid";
  periodStart: number;
  periodEnd: number;
  endsWithPeriod: boolean;
  endedAt: number | null;
  invoice: "paid" | "open" | "void";
  /** Whether its card still works. */
  isCardGood: boolean;
};

export type FakeCharge = {
  readonly id: string;
  readonly customer: string;
  readonly amount: number;
  readonly createdAt: number;
  refunded: number;
  /** Each that was made, the latest last. */
  readonly refunds: { readonly amount: number; status: "succeeded" | "failed" }[];
  status: "succeeded" | "pending" | "failed";
  dispute: "none" | "needs_response" | "warning_needs_response" | "won" | "lost";
};

/** A person, as far as a house that takes money knows one. */
export const PERSON = { email: "payer@bank.example", name: "Payer @ Home", phone: "+46@1" } as const;
/** What it knows of the card. */
export const CARD = {
  brand: "visa",
  fingerprint: "XfpCardXt1xguoE2",
  last4: "4242",
  exp_month: 8,
  exp_year: 2031,
} as const;
const seconds = (ms: number): number => Math.floor(ms / 1000);
const list = <T>(data: readonly T[], url: string, hasMore = false) => ({
  object: "list",
  data,
  has_more: hasMore,
  url,
});

export function showSession(session: FakeSession): unknown {
  const isPaying = session.status === "complete";
  return {
    id: session.id,
    object: "checkout.session",
    automatic_tax: { enabled: false, status: null, liability: null, provider: null },
    client_reference_id: session.reference,
    created: seconds(session.createdAt),
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: session.customer,
    customer_email: null,
    customer_details: isPaying
      ? { ...PERSON, address: null, tax_exempt: "none", tax_ids: [], business_name: null, individual_name: null }
      : null,
    expires_at: seconds(session.expiresAt),
    livemode: false,
    metadata: { ...session.metadata },
    mode: "subscription",
    payment_method_types: ["card", "sepa_debit"],
    payment_status: session.isPaid ? "paid" : "unpaid",
    shipping_options: [],
    status: session.status,
    subscription: session.subscription,
    success_url: session.successUrl,
    url: session.status === "open" ? `https://checkout.stripe.com/c/pay/${session.id}` : null,
  } satisfies Partial<Stripe.Checkout.Session>;
}

function showPrice(id: string): unknown {
  return {
    id,
    object: "price",
    active: true,
    billing_scheme: "per_unit",
    created: 1,
    currency: "eur",
    livemode: false,
    metadata: {},
    product: "prod_altmail",
    type: "recurring",
  };
}

/** @param isInvoiceAsked `expand` named it */
export function showSubscription(one: FakeSubscription, isInvoiceAsked: boolean): unknown {
  const item = {
    id: one.item,
    object: "subscription_item",
    created: seconds(one.startedAt),
    current_period_start: seconds(one.periodStart),
    current_period_end: seconds(one.periodEnd),
    metadata: {},
    price: showPrice(one.price),
    quantity: 1,
    subscription: one.id,
    tax_rates: [],
  };
  return {
    id: one.id,
    object: "subscription",
    automatic_tax: { enabled: false, disabled_reason: null, liability: null },
    billing_cycle_anchor: seconds(one.startedAt),
    cancel_at: one.endsWithPeriod ? seconds(one.periodEnd) : null,
    cancel_at_period_end: one.endsWithPeriod,
    canceled_at: one.endedAt === null ? null : seconds(one.endedAt),
    collection_method: "charge_automatically",
    created: seconds(one.startedAt),
    currency: "eur",
    customer: one.customer,
    description: `Mail of ${PERSON.email}`,
    ended_at: one.endedAt === null ? null : seconds(one.endedAt),
    items: list([item], "/v1/subscription_items") as unknown as Stripe.ApiList<Stripe.SubscriptionItem>,
    latest_invoice: isInvoiceAsked ? (showInvoice(one) as Stripe.Invoice) : `in_${one.id}`,
    livemode: false,
    metadata: { ...one.metadata },
    start_date: seconds(one.startedAt),
    status: one.status,
  } satisfies Partial<Stripe.Subscription>;
}

export function showInvoice(one: FakeSubscription): unknown {
  const total = 3600;
  const isPaid = one.invoice === "paid";
  return {
    id: `in_${one.id}`,
    object: "invoice",
    amount_due: total,
    amount_paid: isPaid ? total : 0,
    amount_remaining: isPaid ? 0 : total,
    amount_shipping: 0,
    attempt_count: 1,
    attempted: true,
    automatic_tax: { enabled: false, disabled_reason: null, liability: null, provider: null, status: null },
    collection_method: "charge_automatically",
    created: seconds(one.periodStart),
    currency: "eur",
    customer: one.customer,
    customer_email: PERSON.email,
    customer_name: PERSON.name,
    default_tax_rates: [],
    lines: list([], "/v1/invoices/lines") as unknown as Stripe.ApiList<Stripe.InvoiceLineItem>,
    livemode: false,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: seconds(one.periodStart),
    period_start: seconds(one.periodStart),
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    starting_balance: 0,
    status: one.invoice,
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: total,
    total,
  } satisfies Partial<Stripe.Invoice>;
}

/** @param areRefundsAsked `expand` named them */
export function showCharge(charge: FakeCharge, areRefundsAsked = false): unknown {
  const refunds = charge.refunds.map((_refund, n) => showRefund(charge, n) as Stripe.Refund);
  return {
    id: charge.id,
    object: "charge",
    amount: charge.amount,
    amount_captured: charge.amount,
    amount_refunded: charge.refunded,
    billing_details: { ...PERSON, address: null, tax_id: null },
    captured: true,
    created: seconds(charge.createdAt),
    currency: "eur",
    customer: charge.customer,
    disputed: charge.dispute !== "none",
    livemode: false,
    metadata: {},
    paid: charge.status !== "failed",
    payment_method_details: { type: "card", card: CARD as unknown as Stripe.Charge.PaymentMethodDetails.Card },
    receipt_email: PERSON.email,
    refunded: charge.refunded >= charge.amount,
    ...(areRefundsAsked ? { refunds: list(refunds, "/v1/refunds") as unknown as Stripe.ApiList<Stripe.Refund> } : {}),
    status: charge.status,
  } satisfies Partial<Stripe.Charge>;
}

export function showDispute(charge: FakeCharge): unknown {
  return {
    id: `dp_${charge.id}`,
    object: "dispute",
    amount: charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created: seconds(charge.createdAt),
    currency: "eur",
    evidence: { customer_email_address: PERSON.email },
    evidence_details: { due_by: null, has_evidence: false, past_due: false, submission_count: 0 },
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    reason: "general",
    status: charge.dispute === "none" ? "needs_response" : charge.dispute,
  };
}

/** @param number of the refunds of this charge, from 0 */
export function showRefund(charge: FakeCharge, number: number): unknown {
  const { amount, status } = charge.refunds[number] ?? { amount: 0, status: "failed" };
  return {
    id: `re_${charge.id}_${number}`,
    object: "refund",
    amount,
    charge: charge.id,
    created: seconds(charge.createdAt),
    currency: "eur",
    status,
  };
}

export function showPortal(customer: string, returnUrl: string): unknown {
  return {
    id: "bps_1",
    object: "billing_portal.session",
    configuration: "bpc_1",
    created: 1,
    customer,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: null,
    on_behalf_of: null,
    return_url: returnUrl,
    url: "https://billing.stripe.com/p/session/bps_1",
  };
}

export const showList = (data: readonly unknown[], url: string, hasMore: boolean): unknown => list(data, url, hasMore);
