/** What the fake does with each request that the description allows, and what it refuses as Stripe does. */
import { AMOUNT, type StripeLedger } from "./ledger.ts";
import type { Route } from "./published-api.ts";
import {
  type FakeSession,
  showCharge,
  showDispute,
  showList,
  showPortal,
  showRefund,
  showSession,
  showSubscription,
} from "./things.ts";

export type Answer = { readonly status: number; readonly value: unknown };
export type Asked = {
  readonly ledger: StripeLedger;
  readonly method: string;
  readonly route: Route;
  readonly values: Record<string, unknown>;
  readonly declines: boolean;
};

export function refusal(status: number, type: string, message: string, code?: string): Answer {
  return { status, value: { error: { type, message, ...(code === undefined ? {} : { code }) } } };
}

const ok = (value: unknown): Answer => ({ status: 200, value });
/** Stripe's messages quote; ours holds what must never be written down. */
const missing = (): Answer =>
  refusal(404, "invalid_request_error", "No such thing of payer@bank.example", "resource_missing");
const wrong = (message: string, code?: string): Answer => refusal(400, "invalid_request_error", message, code);
const metadataIn = (values: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((values ?? {}) as Record<string, unknown>).map(([name, value]) => [name, String(value)]),
  );

export function answerTo(asked: Asked): Answer {
  const { method, route } = asked;
  const answer = ANSWERS[`${method} ${route.template}`];
  if (answer === undefined) throw new Error(`the fake does not know ${method} ${route.template}`);
  return answer(asked);
}

const ANSWERS: Readonly<Record<string, (asked: Asked) => Answer>> = {
  "POST /v1/checkout/sessions": ({ ledger, values }) => {
    const [line] = values["line_items"] as readonly { readonly price: string }[];
    const contract = (values["subscription_data"] ?? {}) as Record<string, unknown>;
    const expiresAt = Number(values["expires_at"]) * 1000;
    const ahead = expiresAt - ledger.now();
    if (ahead < 30 * 60_000 - 1000 || ahead > 24 * 3_600_000)
      return wrong("`expires_at` must be half an hour to a day ahead.");
    const session: FakeSession = {
      id: ledger.id("cs_test"),
      price: line?.price ?? "",
      reference: String(values["client_reference_id"]),
      metadata: metadataIn(values["metadata"]),
      contractMetadata: metadataIn(contract["metadata"]),
      successUrl: String(values["success_url"]),
      cancelUrl: String(values["cancel_url"]),
      createdAt: ledger.now(),
      expiresAt,
      status: "open",
      isPaid: false,
      subscription: null,
      customer: null,
    };
    ledger.sessions.set(session.id, session);
    return ok(showSession(session));
  },
  "GET /v1/checkout/sessions/{session}": ({ ledger, route }) => {
    const session = ledger.sessions.get(route.id ?? "");
    return session === undefined ? missing() : ok(showSession(session));
  },
  "POST /v1/checkout/sessions/{session}/expire": ({ ledger, route }) => {
    const session = ledger.sessions.get(route.id ?? "");
    if (session === undefined) return missing();
    if (session.status !== "open") return wrong("Only open sessions can be expired.");
    ledger.expire(session);
    return ok(showSession(session));
  },
  "GET /v1/subscriptions": ({ ledger, values }) => {
    const all = [...ledger.subscriptions.values()].toReversed();
    const from = all.findIndex(({ id }) => id === values["starting_after"]) + 1;
    const page = all.slice(from, from + Number(values["limit"] ?? 10));
    const expands = ((values["expand"] ?? []) as readonly string[]).includes("data.latest_invoice");
    const shown = page.map((one) => showSubscription(one, expands));
    return ok(showList(shown, "/v1/subscriptions", from + page.length < all.length));
  },
  "GET /v1/subscriptions/{subscription_exposed_id}": ({ ledger, route, values }) => {
    const one = ledger.subscriptions.get(route.id ?? "");
    const expands = ((values["expand"] ?? []) as readonly string[]).includes("latest_invoice");
    return one === undefined ? missing() : ok(showSubscription(one, expands));
  },
  "POST /v1/subscriptions/{subscription_exposed_id}": ({ ledger, route, values, declines }) => {
    const one = ledger.subscriptions.get(route.id ?? "");
    if (one === undefined) return missing();
    if (one.status === "canceled") return wrong("A canceled subscription can only update its cancellation details.");
    const [item] = (values["items"] ?? []) as readonly { readonly id: string; readonly price: string }[];
    if (item !== undefined && item.id !== one.item) return wrong("No such item.");
    if (item !== undefined && item.price !== one.price) {
      if (declines) return refusal(402, "card_error", "Your card was declined.", "card_declined");
      ledger.changePrice(one, item.price);
    }
    const ends = values["cancel_at_period_end"];
    if (typeof ends === "boolean" && ends !== one.endsWithPeriod) {
      one.endsWithPeriod = ends;
      ledger.changed(one);
    }
    return ok(showSubscription(one, false));
  },
  "DELETE /v1/subscriptions/{subscription_exposed_id}": ({ ledger, route }) => {
    const one = ledger.subscriptions.get(route.id ?? "");
    if (one === undefined || one.status === "canceled") return missing();
    ledger.cancel(one);
    return ok(showSubscription(one, false));
  },
  "GET /v1/charges": ({ ledger, values }) =>
    ok(
      showList(
        ledger.chargesOf(String(values["customer"])).map((charge) => showCharge(charge)),
        "/v1/charges",
        false,
      ),
    ),
  "GET /v1/charges/{charge}": ({ ledger, route, values }) => {
    const charge = ledger.charges.get(route.id ?? "");
    const expands = ((values["expand"] ?? []) as readonly string[]).includes("refunds");
    return charge === undefined ? missing() : ok(showCharge(charge, expands));
  },
  "GET /v1/disputes": ({ ledger, values }) => {
    const charge = ledger.charges.get(String(values["charge"]));
    const isDisputed = charge !== undefined && charge.dispute !== "none";
    return ok(showList(isDisputed ? [showDispute(charge)] : [], "/v1/disputes", false));
  },
  "POST /v1/refunds": ({ ledger, values }) => {
    const charge = ledger.charges.get(String(values["charge"]));
    if (charge === undefined) return missing();
    if (charge.dispute === "needs_response" || charge.dispute === "lost")
      return wrong("The charge is disputed.", "charge_disputed");
    const left = AMOUNT - charge.refunded;
    if (left <= 0) return wrong("The charge is refunded.", "charge_already_refunded");
    ledger.refund(charge, left);
    return ok(showRefund(charge, charge.refunds.length - 1));
  },
  "POST /v1/billing_portal/sessions": ({ values }) =>
    ok(showPortal(String(values["customer"]), String(values["return_url"]))),
};
