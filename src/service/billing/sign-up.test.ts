import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import { billingWorld, signUp } from "./billing-world.fixture.ts";

const again = {
  plan: "small",
  successUrl: () => "https://mail.example.org/",
  cancelUrl: () => "https://mail.example.org/",
};

test("M1: a sign-up leads to a link, the link to a payment, and the payment to an account", async () => {
  await using world = await billingWorld();
  const { billing, fake, clock } = world;
  const { reference, session } = await world.start();
  const waiting = await billing.progress(reference);
  assert.equal(waiting.kind, "pay");
  fake.ledger.pay(session, "declined");
  assert.equal((await billing.progress(reference)).kind, "pay", "another card may do");
  assert.equal(world.holders.size, 0);
  fake.ledger.pay(session, "card");
  assert.deepEqual(await billing.progress(reference), { kind: "open" }, "the browser is faster than the webhook");
  assert.deepEqual([...world.holders.values()], [{ address: "anna@example.org", plan: "small" }]);
  assert.deepEqual(await world.store.reservations(), [], "what the form held is gone");
  assert.deepEqual(await billing.progress(reference), { kind: "open" });
  await world.sendAll();
  assert.equal(world.holders.size, 1);
  const { agreedAt } = signUp();
  const confirmed = {
    account: world.holder(),
    at: clock.now(),
    plan: "small",
    agreedAt,
    until: clock.now() + 365 * DAY,
    withdrawableUntil: Date.parse("2026-01-25T12:00:00Z"),
  };
  assert.deepEqual([...world.confirmed], [[`contract-${reference}`, confirmed]], "as the account shows it");
  assert.deepEqual(await billing.contract(world.holder()), {
    kind: "contract",
    plan: "small",
    standing: "paid",
    until: clock.now() + 365 * DAY,
    stage: "open",
    ahead: [],
    withdrawableUntil: Date.parse("2026-01-25T12:00:00Z"),
    withdrawnAt: undefined,
  });
});

test("M1: a contract is confirmed with what is known when Stripe falls silent in the middle of an opening", async () => {
  await using world = await billingWorld();
  const { session, reference } = await world.start();
  world.fake.ledger.pay(session, "card");
  const [{ id, customer } = assert.fail()] = [...world.fake.ledger.subscriptions.values()];
  await world.store.setPaid(reference, { subscription: id, customer });
  world.fake.always = "down";
  assert.deepEqual(await world.billing.progress(reference), { kind: "open" });
  assert.deepEqual(
    [...world.confirmed.values()].map(({ plan, until }) => [plan, until]),
    [["small", undefined]],
  );
  world.fake.always = undefined;
  await world.night();
  assert.equal(world.confirmed.size, 1);
});

test("a name is kept for one at a time, and free again when the page and an hour are over", async () => {
  await using world = await billingWorld();
  const { billing, clock, fake } = world;
  const { reference, session } = await world.start();
  assert.deepEqual(await billing.start({ ...again, signUp: signUp() }), { kind: "taken" });
  await world.start("bertil");
  await clock.advance(2 * HOUR + MINUTE);
  fake.ledger.turn();
  assert.deepEqual(await billing.progress(reference), { kind: "over" });
  assert.deepEqual(await billing.start({ ...again, signUp: signUp() }), { kind: "taken" }, "an hour more");
  await clock.advance(HOUR);
  await world.night();
  assert.deepEqual(await world.store.reservations(), [], "erased");
  assert.deepEqual(await billing.progress(reference), { kind: "over" });
  assert.throws(() => fake.ledger.pay(session, "card"));
  assert.equal((await billing.start({ ...again, signUp: signUp() })).kind, "link");
});

test("who goes back before paying can begin anew at once", async () => {
  await using world = await billingWorld();
  const { reference, session } = await world.start();
  assert.deepEqual(await world.billing.abandon(reference), { kind: "over" });
  assert.throws(() => world.fake.ledger.pay(session, "card"), "the old page is closed");
  const second = await world.start();
  world.fake.ledger.pay(second.session, "card");
  assert.deepEqual(await world.billing.abandon(second.reference), { kind: "open" }, "paid is paid");
});

test("an address that is taken, a plan that is not sold, and too many sign-ups are told", async () => {
  await using world = await billingWorld();
  world.taken.add("cecilia@example.org");
  assert.deepEqual(await world.billing.start({ ...again, signUp: signUp("cecilia") }), { kind: "taken" });
  assert.deepEqual(await world.billing.start({ ...again, plan: "huge", signUp: signUp() }), { kind: "no-plan" });
  world.fake.always = "down";
  assert.deepEqual(await world.billing.start({ ...again, signUp: signUp() }), { kind: "failed", why: "unreachable" });
  assert.deepEqual(await world.store.reservations(), [], "the name is not kept for nothing");
});

test("a delayed payment opens the account when it comes, even after the name was let go", async () => {
  await using world = await billingWorld();
  const { billing, fake } = world;
  const { reference, session } = await world.start();
  fake.ledger.pay(session, "delayed");
  await world.sendAll();
  assert.deepEqual(await billing.progress(reference), { kind: "waiting" });
  await world.days(3);
  assert.deepEqual(await billing.progress(reference), { kind: "waiting" });
  assert.equal((await world.store.reservation(reference))?.keepsName, false, "others may have the name now");
  assert.equal(world.holders.size, 0);
  fake.ledger.settleDelayed(session, true);
  await world.sendAll();
  assert.deepEqual(await billing.progress(reference), { kind: "open" });
  assert.equal(world.holders.size, 1);
});

for (const webhooks of ["come", "are lost"] as const)
  test(`paid when the name was gone: given back and told, where webhooks ${webhooks}`, async () => {
    await using world = await billingWorld();
    const { billing, fake } = world;
    const late = await world.start();
    fake.ledger.pay(late.session, "delayed");
    await world.days(1);
    const quick = await world.start();
    fake.ledger.pay(quick.session, "card");
    assert.deepEqual(await billing.progress(quick.reference), { kind: "open" });
    fake.ledger.settleDelayed(late.session, true);
    if (webhooks === "come") await world.sendAll();
    else await world.night();
    assert.deepEqual(await billing.progress(late.reference), { kind: "refunded" });
    assert.equal(world.holders.size, 1);
    const [charge = assert.fail()] = [...fake.ledger.charges.values()];
    assert.equal(charge.refunded, charge.amount);
    assert.deepEqual(world.strangersTold, [`sign-up-over over-${late.reference}`]);
    assert.equal((await world.store.reservation(late.reference))?.signUp, undefined, "the form is forgotten at once");
    const statuses = [...fake.ledger.subscriptions.values()].map(({ status }) => status);
    assert.deepEqual(statuses, ["canceled", "active"]);
    await world.days(10);
    assert.deepEqual(await world.store.reservations(), []);
    assert.deepEqual(await billing.progress(late.reference), { kind: "over" });
  });

test("D2: a sign-up that waits for ten days is forgotten; money that comes even then goes back", async () => {
  await using world = await billingWorld();
  const { fake, billing } = world;
  const { reference, session } = await world.start();
  fake.ledger.pay(session, "delayed");
  await world.days(10);
  assert.deepEqual(await world.store.reservations(), []);
  assert.deepEqual(await billing.progress(reference), { kind: "over" });
  fake.ledger.settleDelayed(session, true);
  await world.sendAll();
  await world.night();
  const [charge = assert.fail()] = [...fake.ledger.charges.values()];
  assert.equal(charge.refunded, charge.amount);
  assert.equal(world.holders.size, 0);
  assert.deepEqual(await world.store.endings(), []);
});

test("a delayed payment that never comes is over, and nothing is owed", async () => {
  await using world = await billingWorld();
  const { reference, session } = await world.start();
  world.fake.ledger.pay(session, "delayed");
  world.fake.ledger.settleDelayed(session, false);
  await world.sendAll();
  assert.deepEqual(await world.billing.progress(reference), { kind: "over" });
  assert.deepEqual(await world.store.reservations(), []);
  assert.deepEqual(await world.store.endings(), []);
  assert.equal(world.holders.size, 0);
});

test("invitations: a code opens one account, in any case, and comes back when the name was gone", async () => {
  await using world = await billingWorld();
  const { billing } = world;
  const code = await billing.invite();
  assert.match(code, /^(?:[a-z2-9]{4}-){6}[a-z2-9]{2}$/);
  world.taken.add("anna@example.org");
  assert.deepEqual(await billing.redeem(code, signUp()), { kind: "taken" });
  assert.deepEqual(await billing.redeem("aaaa-bbbb", signUp("bertil")), { kind: "unknown-code" });
  assert.deepEqual(await billing.redeem(code.toUpperCase().replaceAll("-", " "), signUp("bertil")), { kind: "open" });
  assert.deepEqual([...world.holders.values()], [{ address: "bertil@example.org", plan: undefined }]);
  assert.deepEqual(await billing.redeem(code, signUp("cecilia")), { kind: "unknown-code" });
  assert.deepEqual(await billing.contract(world.holder()), { kind: "not-bought" });
  const old = await billing.invite();
  await world.days(31);
  assert.deepEqual(await billing.redeem(old, signUp("cecilia")), { kind: "unknown-code" });
  assert.deepEqual(
    world.fake.requests.filter((request) => request.startsWith("POST")),
    [],
  );
});

test("who reloads the page all the time does not make us ask Stripe all the time", async () => {
  await using world = await billingWorld({ lookPauseMs: 3000 });
  const { reference, session } = await world.start();
  const asked = () => world.fake.requests.length;
  const first = await world.billing.progress(reference);
  const once = asked();
  assert.deepEqual(await world.billing.progress(reference), first);
  assert.equal(asked(), once);
  world.fake.ledger.pay(session, "card");
  await world.clock.advance(3000);
  assert.deepEqual(await world.billing.progress(reference), { kind: "open" });
});

test("a page that was asked for a moment ago shows what a webhook found out since in another worker", async () => {
  await using world = await billingWorld({ lookPauseMs: 3000 });
  const { reference, session } = await world.start();
  assert.equal((await world.billing.progress(reference)).kind, "pay");
  world.fake.ledger.pay(session, "card");
  await world.sendAll();
  assert.deepEqual(await world.billing.progress(reference), { kind: "open" });
});
