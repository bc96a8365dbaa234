import assert from "node:assert/strict";
import { test } from "node:test";
import { type Payment, standingOf, type SubscriptionView } from "./standing.ts";

const DAY = 86_400_000;
const START = Date.parse("2026-06-01T12:00:00Z");
const END: number = START + 30 * DAY;
const payment: Payment = { charge: "ch_1", paidAt: START, amount: 500, refunded: 0, dispute: "none" };
const view = (more: Partial<SubscriptionView> = {}): SubscriptionView => ({
  subscription: "sub_1",
  customer: "cus_1",
  reference: "r",
  installation: "i",
  status: "active",
  item: "si_1",
  price: "price_1",
  startedAt: START,
  periodStart: START,
  periodEnd: END,
  endsAt: undefined,
  endedAt: undefined,
  isInvoicePaid: true,
  payments: [payment],
  ...more,
});

for (const [what, more, standing] of [
  ["active", {}, { kind: "paid", until: END }],
  ["on trial, which a coupon can make", { status: "trialing", payments: [] }, { kind: "paid", until: END }],
  ["to be ended", { endsAt: END }, { kind: "ending", until: END }],
  ["not begun", { status: "incomplete", payments: [] }, { kind: "waiting" }],
  ["never begun", { status: "incomplete_expired", payments: [] }, { kind: "void" }],
  [
    "past due: its new period is not paid",
    { status: "past_due", isInvoicePaid: false },
    { kind: "unpaid", until: START },
  ],
  ["unpaid", { status: "unpaid" }, { kind: "unpaid", until: START }],
  ["paused", { status: "paused" }, { kind: "unpaid", until: START }],
  ["ended when it was paid", { status: "canceled", endedAt: END }, { kind: "ended", until: END }],
  [
    "ended when it was not",
    { status: "canceled", endedAt: START + DAY, isInvoicePaid: false },
    { kind: "ended", until: START },
  ],
  ["disputed", { payments: [{ ...payment, dispute: "open" }] }, { kind: "disputed" }],
  ["disputed and won", { payments: [{ ...payment, dispute: "won" }] }, { kind: "paid", until: END }],
  ["disputed and lost", { payments: [{ ...payment, dispute: "lost" }] }, { kind: "refunded" }],
  ["given back in part", { payments: [{ ...payment, refunded: 499 }] }, { kind: "paid", until: END }],
  ["given back", { payments: [{ ...payment, refunded: 500 }] }, { kind: "refunded" }],
  [
    "given back, but for an earlier period",
    { payments: [payment, { ...payment, paidAt: START - 30 * DAY, refunded: 500 }] },
    { kind: "paid", until: END },
  ],
  [
    "an upgrade of it given back",
    { payments: [{ ...payment, paidAt: START + DAY, refunded: 500 }, payment] },
    { kind: "paid", until: END },
  ],
] as const satisfies readonly (readonly [string, Partial<SubscriptionView>, unknown])[])
  test(`a subscription that is ${what}`, () => assert.deepEqual(standingOf(view(more)), standing));
