import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { type FakeStripe, openFakeStripe, STRIPE_KEY } from "../../../test/world/stripe/fake-stripe.ts";
import { signature } from "../../../test/world/stripe/ledger.ts";
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import { standingOf } from "../../rules/subscription/standing.ts";
import type { Payments } from "../../service/billing/payments.ts";
import { createStripePayments } from "./payments.ts";

const START = "2026-11-21T12:00:00Z";
const REFERENCE = "0123456789abcdef0123456789abcdef";
const SECRET = "whsec_of_a_test";

type World = AsyncDisposable & {
  readonly clock: FakeClock;
  readonly fake: FakeStripe;
  readonly payments: Payments;
  readonly start: () => ReturnType<Payments["createCheckout"]>;
};

async function world(): Promise<World> {
  const clock = new FakeClock(START);
  const fake = await openFakeStripe(clock);
  const payments = createStripePayments({
    key: STRIPE_KEY,
    webhookSecret: SECRET,
    installation: "mail.example.org",
    clock,
    server: fake.server,
    retries: 0,
  });
  return {
    clock,
    fake,
    payments,
    start: () =>
      payments.createCheckout({
        reference: REFERENCE,
        price: "price_small",
        language: "sv",
        successUrl: `https://mail.example.org/account/paid/${REFERENCE}`,
        cancelUrl: `https://mail.example.org/account/paid/${REFERENCE}?back`,
        expiresAt: Date.parse(START) + 2 * HOUR,
      }),
    async [Symbol.asyncDispose]() {
      await payments[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** A subscription that is paid for, as Stripe's own id. */
async function paid({ start, fake, payments }: World): Promise<string> {
  const checkout = await start();
  assert.equal(checkout.kind, "checkout");
  fake.ledger.pay(checkout.session, "card");
  const after = await payments.checkout(checkout.session);
  assert.ok(after.kind === "checkout" && after.isPaid);
  return after.subscription ?? assert.fail("no subscription");
}

async function viewOf({ payments }: World, id: string) {
  const found = await payments.subscription(id);
  assert.ok(found.kind === "subscription");
  return found.view;
}

test("D8: Stripe hears a reference, a price and addresses of ours; we take over ids, state, price and times", async () => {
  await using one = await world();
  const { start, fake, payments } = one;
  const checkout = await start();
  assert.deepEqual(checkout, {
    kind: "checkout",
    session: "cs_test_000001",
    url: "https://checkout.stripe.com/c/pay/cs_test_000001",
    status: "open",
    isPaid: false,
    reference: REFERENCE,
    subscription: undefined,
    customer: undefined,
  });
  fake.ledger.pay(checkout.session, "card");
  const after = await payments.checkout(checkout.session);
  assert.deepEqual(after, {
    ...checkout,
    url: undefined,
    status: "complete",
    isPaid: true,
    subscription: "sub_000003",
    customer: "cus_000002",
  });
  assert.deepEqual(await payments.subscription("sub_000003"), {
    kind: "subscription",
    view: {
      subscription: "sub_000003",
      customer: "cus_000002",
      reference: REFERENCE,
      installation: "mail.example.org",
      status: "active",
      item: "si_000004",
      price: "price_small",
      startedAt: Date.parse(START),
      periodStart: Date.parse(START),
      periodEnd: Date.parse(START) + 365 * DAY,
      endsAt: undefined,
      endedAt: undefined,
      isInvoicePaid: true,
      payments: [{ charge: "ch_000005", paidAt: Date.parse(START), amount: 3600, refunded: 0, dispute: "none" }],
    },
  });
});

test("a checkout that is asked for again, its answer being lost, is the same checkout", async () => {
  await using one = await world();
  one.fake.faults.push("lost");
  // The library itself asks once more when a connection breaks.
  const checkout = await one.start();
  assert.deepEqual(await one.start(), checkout);
  assert.equal(one.fake.ledger.sessions.size, 1);
  assert.equal(one.fake.requests.length, 3);
});

test("a delayed payment is none before it came", async () => {
  await using one = await world();
  const checkout = await one.start();
  assert.equal(checkout.kind, "checkout");
  one.fake.ledger.pay(checkout.session, "delayed");
  const waiting = await one.payments.checkout(checkout.session);
  assert.ok(waiting.kind === "checkout" && waiting.status === "complete" && !waiting.isPaid);
  assert.deepEqual((await viewOf(one, waiting.subscription ?? "")).payments, [], "a debit on its way is no payment");
  one.fake.ledger.settleDelayed(checkout.session, true);
  const after = await one.payments.checkout(checkout.session);
  assert.ok(after.kind === "checkout" && after.isPaid);
});

test("an expired checkout says so, and cannot be paid any more", async () => {
  await using one = await world();
  const checkout = await one.start();
  assert.equal(checkout.kind, "checkout");
  assert.deepEqual(await one.payments.expireCheckout(checkout.session), { kind: "done" });
  assert.throws(() => one.fake.ledger.pay(checkout.session, "card"));
  assert.deepEqual(await one.payments.expireCheckout(checkout.session), { kind: "failed", why: "refused" });
  assert.deepEqual(await one.payments.checkout("cs_other"), { kind: "missing" });
});

test("what became of a subscription is read from its state: renewed, not renewed, ended, given back, disputed", async () => {
  await using one = await world();
  const { clock, fake, payments } = one;
  const id = await paid(one);
  const contract = fake.ledger.subscription(id);
  const standing = async () => standingOf(await viewOf(one, id));
  const [first = assert.fail()] = fake.ledger.chargesOf(contract.customer);
  fake.ledger.dispute(first, "warning_needs_response");
  assert.equal((await standing()).kind, "paid", "an inquiry takes no money");
  fake.ledger.dispute(first, "needs_response");
  assert.deepEqual(await standing(), { kind: "disputed" });
  fake.ledger.dispute(first, "won");
  assert.equal((await standing()).kind, "paid");
  assert.deepEqual(await payments.setEnding(id, true), { kind: "done" });
  assert.deepEqual(await standing(), { kind: "ending", until: contract.periodEnd });
  await payments.setEnding(id, false);
  contract.isCardGood = false;
  const end = contract.periodEnd;
  await clock.advance(365 * DAY);
  assert.deepEqual(await standing(), { kind: "unpaid", until: end });
  fake.ledger.payInvoice(id);
  assert.deepEqual(await standing(), { kind: "paid", until: end + 365 * DAY });
  const [second = assert.fail()] = fake.ledger.chargesOf(contract.customer);
  assert.deepEqual(await payments.refund(second.id), { kind: "done" });
  assert.deepEqual(await payments.refund(second.id), { kind: "done" }, "once more, and nothing is left");
  assert.deepEqual(await standing(), { kind: "refunded" });
  assert.deepEqual(await payments.cancelNow(id), { kind: "done" });
  assert.deepEqual(await payments.cancelNow(id), { kind: "done" });
  assert.deepEqual(await payments.cancelNow("sub_none"), { kind: "done" });
});

test("a change of plan is charged at once or does not happen", async () => {
  await using one = await world();
  const id = await paid(one);
  const view = await viewOf(one, id);
  one.fake.declines = true;
  assert.deepEqual(await one.payments.changePrice(view, "price_large"), { kind: "failed", why: "declined" });
  assert.equal((await viewOf(one, id)).price, "price_small");
  one.fake.declines = false;
  assert.deepEqual(await one.payments.changePrice(view, "price_large"), { kind: "done" });
  const after = await viewOf(one, id);
  assert.deepEqual([after.price, after.payments.length], ["price_large", 2]);
});

test("subscriptions are listed page by page, and the portal is a link", async () => {
  await using one = await world();
  const id = await paid(one);
  const { customer } = one.fake.ledger.subscription(id);
  assert.deepEqual(await one.payments.subscriptions(undefined), {
    kind: "page",
    views: [{ ...(await viewOf(one, id)), payments: [] }],
    next: undefined,
  });
  const link = await one.payments.portal(customer, "https://mail.example.org/account/", "en");
  assert.deepEqual(link, { kind: "portal", url: "https://billing.stripe.com/p/session/bps_1" });
  const [charge = assert.fail()] = one.fake.ledger.chargesOf(customer);
  const found = { kind: "charge", customer, hasFailedRefund: false };
  assert.deepEqual(await one.payments.charge(charge.id), found);
  assert.deepEqual(await one.payments.charge("ch_none"), { kind: "missing" });
  one.fake.ledger.refund(charge, charge.amount);
  assert.deepEqual(await one.payments.charge(charge.id), found);
  one.fake.ledger.failRefund(charge);
  assert.deepEqual(await one.payments.charge(charge.id), { ...found, hasFailedRefund: true });
});

for (const [fault, why] of [
  ["down", "unreachable"],
  ["limited", "limited"],
] as const)
  test(`Stripe ${fault} is a value, not a throw`, async () => {
    await using one = await world();
    one.fake.always = fault;
    assert.deepEqual(await one.start(), { kind: "failed", why });
    assert.deepEqual(await one.payments.checkout("cs_1"), { kind: "failed", why });
  });

test("nobody waits longer than the limit for Stripe", async () => {
  await using one = await world();
  await one.start();
  one.fake.always = "silent";
  const asked = one.payments.checkout("cs_1");
  await turns(50);
  await one.clock.advance(MINUTE);
  assert.deepEqual(await asked, { kind: "failed", why: "unreachable" });
});

test("a webhook counts with our secret, in time, whole; what it is about is all that is read", async () => {
  await using one = await world();
  const { clock, fake, payments } = one;
  const id = await paid(one);
  const events = fake.ledger.events.splice(0);
  const read = (body: Uint8Array, header: string) => payments.readWebhook(body, header);
  const subjects = [];
  for (const { body } of events) subjects.push(await read(body, signature(body, SECRET, clock.now())));
  const { customer } = fake.ledger.subscription(id);
  assert.deepEqual(
    subjects.map((found) => found.kind === "event" && found.subject),
    [
      { kind: "subscription", subscription: id },
      { kind: "customer", customer },
      { kind: "checkout", session: "cs_test_000001", reference: REFERENCE },
      { kind: "customer", customer },
    ],
  );
  const [charge = assert.fail()] = fake.ledger.chargesOf(customer);
  fake.ledger.dispute(charge, "needs_response");
  const [dispute = assert.fail()] = fake.ledger.events.splice(0);
  const right = signature(dispute.body, SECRET, clock.now());
  assert.deepEqual(await read(dispute.body, right), {
    kind: "event",
    id: dispute.id,
    subject: { kind: "charge", charge: charge.id },
  });
  const forged = { kind: "forged" };
  const other = Buffer.from(Buffer.from(dispute.body).toString().replace(charge.id, "ch_other"));
  assert.deepEqual(await read(other, right), forged, "another body");
  assert.deepEqual(await read(dispute.body, signature(dispute.body, "whsec_other", clock.now())), forged);
  assert.deepEqual(await read(dispute.body, ""), forged);
  assert.deepEqual(await read(dispute.body, "t=now,v1=@"), forged);
  const nonsense = Buffer.from("[]");
  assert.deepEqual(await read(nonsense, signature(nonsense, SECRET, clock.now())), forged);
  await clock.advance(6 * MINUTE);
  assert.deepEqual(await read(dispute.body, right), forged, "too old");
  const elsewhere = fake.ledger.elsewhere();
  const heard = await read(elsewhere.body, signature(elsewhere.body, SECRET, clock.now()));
  assert.ok(heard.kind === "event" && heard.subject.kind === "other");
});

test("a checkout of another installation at the same Stripe is none of our business", async () => {
  await using one = await world();
  await paid(one);
  const other = createStripePayments({
    key: STRIPE_KEY,
    webhookSecret: SECRET,
    installation: "elsewhere.example.org",
    clock: one.clock,
    server: one.fake.server,
  });
  const told = one.fake.ledger.events.find(({ type }) => type === "checkout.session.completed") ?? assert.fail();
  const heard = await other.readWebhook(told.body, signature(told.body, SECRET, one.clock.now()));
  assert.ok(heard.kind === "event" && heard.subject.kind === "other");
  await other[Symbol.asyncDispose]();
});

test("the fake fails a test that sends it an at sign, an unknown parameter or a wrong key", async () => {
  const clock = new FakeClock(START);
  const ask = async (path: string, key = STRIPE_KEY): Promise<string> => {
    const fake = await openFakeStripe(clock);
    const headers = { authorization: `Bearer ${key}`, "user-agent": "" };
    await fetch(`${fake.server}${path}`, { headers }).then((answer) => answer.text());
    return fake[Symbol.asyncDispose]().then(
      () => "nothing",
      (error: Error) => error.message,
    );
  };
  assert.match(await ask("/v1/charges?customer=a%40b"), /at sign/);
  assert.match(await ask("/v1/charges?buyer=cus_1"), /additional properties/);
  assert.match(await ask("/v1/charges?customer=cus_1", "other"), /wrong key/);
  assert.match(await ask("/v1/tokens"), /not described/);
});
