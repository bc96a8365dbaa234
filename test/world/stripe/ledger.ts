/**
 * The fake's books, and what happens outside of us: people pay, cards are declined, banks take money back, periods end. Each
 * happening leaves webhooks behind, which the test sends when and as often as it likes.
 */
import { createHmac } from "node:crypto";
import type { Clock } from "../../../src/host/clock.ts";
import {
  type FakeCharge,
  type FakeSession,
  type FakeSubscription,
  showCharge,
  showDispute,
  showInvoice,
  showRefund,
  showSession,
  showSubscription,
} from "./things.ts";

const DAY = 86_400_000;
/** Stripe tries a card for about so long. */
const DUNNING_MS: number = 21 * DAY;
const YEAR_MS: number = 365 * DAY;
export const AMOUNT = 3600;

export type FakeEvent = { readonly id: string; readonly type: string; readonly body: Uint8Array };

export class StripeLedger {
  readonly sessions: Map<string, FakeSession> = new Map();
  readonly subscriptions: Map<string, FakeSubscription> = new Map();
  readonly charges: Map<string, FakeCharge> = new Map();
  /** Told and not yet fetched by the test, oldest first. */
  readonly events: FakeEvent[] = [];
  readonly #clock: Clock;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  id(prefix: string): string {
    return `${prefix}_${String(++this.#count).padStart(6, "0")}`;
  }

  now(): number {
    return this.#clock.now();
  }

  /** What a person does on Stripe's page. Declined: the page stays, to try another card. */
  pay(id: string, how: "card" | "delayed" | "declined"): void {
    const session = this.#session(id);
    if (session.status !== "open") throw new Error(`${id} is ${session.status}`);
    if (session.expiresAt <= this.now()) throw new Error(`${id} is over`);
    if (how === "declined") return;
    const customer = this.id("cus");
    const subscription: FakeSubscription = {
      id: this.id("sub"),
      item: this.id("si"),
      customer,
      metadata: session.contractMetadata,
      startedAt: this.now(),
      price: session.price,
      status: "active",
      periodStart: this.now(),
      periodEnd: this.now() + YEAR_MS,
      endsWithPeriod: false,
      endedAt: null,
      invoice: how === "card" ? "paid" : "open",
      isCardGood: true,
    };
    this.subscriptions.set(subscription.id, subscription);
    const charge = this.#charge(subscription, how === "card" ? "succeeded" : "pending");
    Object.assign(session, { status: "complete", isPaid: how === "card", subscription: subscription.id, customer });
    this.#tell("customer.subscription.created", showSubscription(subscription, false));
    if (how === "card") this.#tell("charge.succeeded", showCharge(charge));
    this.#tell("checkout.session.completed", showSession(session));
    if (how === "card") this.#tell("invoice.paid", showInvoice(subscription));
  }

  /** A delayed payment comes, or does not. */
  settleDelayed(id: string, comes: boolean): void {
    const session = this.#session(id);
    const subscription = this.subscription(session.subscription ?? "");
    const charge = this.chargesOf(subscription.customer)[0];
    if (charge === undefined) throw new Error("nothing was charged");
    charge.status = comes ? "succeeded" : "failed";
    session.isPaid = comes;
    if (comes) subscription.invoice = "paid";
    else Object.assign(subscription, { status: "canceled", endedAt: this.now(), invoice: "void" });
    this.#tell(`checkout.session.async_payment_${comes ? "succeeded" : "failed"}`, showSession(session));
    this.#tell(comes ? "invoice.paid" : "customer.subscription.deleted", showSubscription(subscription, false));
  }

  /** Brings sessions, periods and dunning to the clock's time. */
  turn(): void {
    for (const session of this.sessions.values()) {
      if (session.status !== "open" || session.expiresAt > this.now()) continue;
      this.expire(session);
    }
    for (const one of this.subscriptions.values()) this.#renew(one);
  }

  expire(session: FakeSession): void {
    session.status = "expired";
    this.#tell("checkout.session.expired", showSession(session));
  }

  #renew(one: FakeSubscription): void {
    while (one.status === "active" && one.periodEnd <= this.now()) {
      if (one.endsWithPeriod) {
        Object.assign(one, { status: "canceled", endedAt: one.periodEnd });
        this.#tell("customer.subscription.deleted", showSubscription(one, false));
        return;
      }
      Object.assign(one, { periodStart: one.periodEnd, periodEnd: one.periodEnd + YEAR_MS });
      Object.assign(one, one.isCardGood ? { invoice: "paid" } : { invoice: "open", status: "past_due" });
      this.#charge(one, one.isCardGood ? "succeeded" : "failed");
      this.#tell("customer.subscription.updated", showSubscription(one, false));
      this.#tell(one.isCardGood ? "invoice.paid" : "invoice.payment_failed", showInvoice(one));
    }
    if (one.status === "past_due" && one.periodStart + DUNNING_MS <= this.now()) {
      Object.assign(one, { status: "canceled", endedAt: this.now(), invoice: "void" });
      this.#tell("customer.subscription.deleted", showSubscription(one, false));
    }
  }

  /** The holder puts in a card that works, at Stripe's own pages. */
  payInvoice(id: string): void {
    const one = this.subscription(id);
    Object.assign(one, { isCardGood: true, invoice: "paid", status: "active" });
    this.#charge(one, "succeeded");
    this.#tell("invoice.paid", showInvoice(one));
    this.#tell("customer.subscription.updated", showSubscription(one, false));
  }

  /** By hand, in Stripe's dashboard, or by our request. */
  refund(charge: FakeCharge, amount: number): void {
    charge.refunded += amount;
    charge.refunds.push({ amount, status: "succeeded" });
    this.#tell("charge.refunded", showCharge(charge));
  }

  /** Days later the bank sends the latest refund back. */
  failRefund(charge: FakeCharge): void {
    const latest = charge.refunds.at(-1);
    if (latest === undefined) throw new Error("nothing was given back");
    latest.status = "failed";
    charge.refunded -= latest.amount;
    this.#tell("refund.failed", showRefund(charge, charge.refunds.length - 1));
  }

  dispute(charge: FakeCharge, status: Exclude<FakeCharge["dispute"], "none">): void {
    const isNew = charge.dispute === "none";
    charge.dispute = status;
    this.#tell(isNew ? "charge.dispute.created" : "charge.dispute.closed", showDispute(charge));
  }

  cancel(one: FakeSubscription): void {
    Object.assign(one, { status: "canceled", endedAt: this.now() });
    this.#tell("customer.subscription.deleted", showSubscription(one, false));
  }

  changed(one: FakeSubscription): void {
    this.#tell("customer.subscription.updated", showSubscription(one, false));
  }

  /** What differs is charged at once. */
  changePrice(one: FakeSubscription, price: string): void {
    one.price = price;
    this.#charge(one, "succeeded");
    this.changed(one);
  }

  subscription(id: string): FakeSubscription {
    const found = this.subscriptions.get(id);
    if (found === undefined) throw new Error(`the ledger has no ${id}`);
    return found;
  }

  /** Newest first, as Stripe lists them. */
  chargesOf(customer: string): readonly FakeCharge[] {
    return [...this.charges.values()].filter((charge) => charge.customer === customer).toReversed();
  }

  /** Something that is none of our business, as another shop at the same Stripe has it. */
  elsewhere(): FakeEvent {
    this.#tell("customer.created", { id: "cus_elsewhere", object: "customer", email: "other@shop.example" });
    const event = this.events.pop();
    if (event === undefined) throw new Error("nothing was told");
    return event;
  }

  #session(id: string): FakeSession {
    const found = this.sessions.get(id);
    if (found === undefined) throw new Error(`the ledger has no ${id}`);
    return found;
  }

  #charge({ customer }: FakeSubscription, status: FakeCharge["status"]): FakeCharge {
    const charge: FakeCharge = {
      id: this.id("ch"),
      customer,
      amount: AMOUNT,
      createdAt: this.now(),
      refunded: 0,
      refunds: [],
      status,
      dispute: "none",
    };
    this.charges.set(charge.id, charge);
    return charge;
  }

  #tell(type: string, thing: unknown): void {
    const id = this.id("evt");
    const event = {
      id,
      object: "event",
      api_version: "2026-10-28.endive",
      created: Math.floor(this.now() / 1000),
      data: { object: thing },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
    };
    this.events.push({ id, type, body: Buffer.from(JSON.stringify(event)) });
  }
}

/** The header `Stripe-Signature`, made as Stripe's documentation says, without its library. */
export function signature(body: Uint8Array, secret: string, at: number): string {
  const stamp = Math.floor(at / 1000);
  const mac = createHmac("sha256", secret).update(`${stamp}.`).update(body).digest("hex");
  return `t=${stamp},v1=${mac},v0=${"0".repeat(64)}`;
}
