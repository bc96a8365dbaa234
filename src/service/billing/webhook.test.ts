import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { signature } from "../../../test/world/stripe/ledger.ts";
import { DAY } from "../../host/clock.ts";
import { billingWorld, type BillingWorld } from "./billing-world.fixture.ts";

const post = ["POST /v1/checkout/sessions"];
/** What stands in the end, wherever it came from. */
async function outcome(world: BillingWorld): Promise<unknown> {
  const rows = await world.store.subscriptions(undefined, 10);
  return rows.map(({ standing, until, stage, plan }) => ({ standing, until, stage, plan }));
}

test("a webhook without Stripe's signature is refused and changes nothing", async () => {
  await using world = await billingWorld();
  const { session } = await world.start();
  world.fake.ledger.pay(session, "card");
  const [event = assert.fail()] = world.fake.ledger.events;
  const now = world.clock.now();
  assert.equal(await world.billing.takeWebhook(event.body, ""), "forged");
  assert.equal(await world.billing.takeWebhook(event.body, signature(event.body, "whsec_guess", now)), "forged");
  assert.equal(world.holders.size, 0);
  assert.deepEqual(world.fake.requests, post, "Stripe was not asked for a forger's sake");
  assert.equal(await world.send(event), "taken");
  assert.equal(world.holders.size, 1);
});

test("a webhook that came before is not looked at again; one that could not be looked at comes again", async () => {
  await using world = await billingWorld();
  const { session } = await world.start();
  world.fake.ledger.pay(session, "card");
  const event = world.fake.ledger.events.find(({ type }) => type === "checkout.session.completed") ?? assert.fail();
  world.fake.always = "down";
  assert.equal(await world.send(event), "later");
  assert.equal(world.holders.size, 0);
  world.fake.always = undefined;
  assert.equal(await world.send(event), "taken");
  const asked = world.fake.requests.length;
  assert.equal(await world.send(event), "seen");
  assert.equal(world.fake.requests.length, asked);
  assert.equal(world.holders.size, 1);
  await world.days(11);
  assert.equal(await world.store.isSeen(event.id), false, "D2: forgotten after ten days");
});

test("M1: webhooks in any order, twice, some lost, before and after the browser: the same in the end", async () => {
  const order = fc.array(fc.record({ key: fc.nat(), times: fc.integer({ min: 0, max: 2 }) }), {
    minLength: 12,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(order, fc.integer({ min: 0, max: 12 }), async (lots, returns) => {
      await using world = await billingWorld();
      const { ledger } = world.fake;
      const { session, reference } = await world.start();
      ledger.pay(session, "card");
      const [charge = assert.fail()] = [...ledger.charges.values()];
      ledger.dispute(charge, "needs_response");
      ledger.dispute(charge, "won");
      const [contract = assert.fail()] = [...ledger.subscriptions.values()];
      ledger.changePrice(contract, "price_large");
      const events = ledger.events
        .splice(0)
        .flatMap((event, n) => Array.from({ length: lots[n]?.times ?? 0 }, () => ({ event, key: lots[n]?.key ?? 0 })))
        .toSorted((a, b) => a.key - b.key);
      for (const [n, { event }] of events.entries()) {
        if (n === returns) await world.billing.progress(reference);
        assert.notEqual(await world.send(event), "forged");
      }
      await world.night();
      const until = contract.periodEnd;
      assert.deepEqual(await outcome(world), [{ standing: "paid", until, stage: "open", plan: "large" }]);
      assert.equal(world.holders.size, 1);
      assert.deepEqual(await world.store.endings(), []);
    }),
    { numRuns: 12 },
  );
});

test("an old webhook about a newer state tells of the newer state", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const { ledger } = world.fake;
  const [contract = assert.fail()] = [...ledger.subscriptions.values()];
  await world.billing.setEnding(account, true);
  const ending = ledger.events.splice(0);
  await world.billing.setEnding(account, false);
  const goingOn = ledger.events.splice(0);
  for (const event of [...goingOn, ...ending]) await world.send(event);
  assert.deepEqual(await outcome(world), [
    { standing: "paid", until: contract.periodEnd, stage: "open", plan: "small" },
  ]);
});

test("two workers that hear at once open one account, and neither writes an older state over a newer one", async () => {
  await using world = await billingWorld();
  const { session, reference } = await world.start();
  world.fake.ledger.pay(session, "card");
  const events = world.fake.ledger.events.splice(0);
  await Promise.all([...events.map((event) => world.send(event)), world.billing.progress(reference), world.night()]);
  assert.equal(world.holders.size, 1);
  assert.deepEqual(await outcome(world), [
    { standing: "paid", until: world.clock.now() + 365 * DAY, stage: "open", plan: "small" },
  ]);
  assert.deepEqual(await world.store.endings(), []);
  const [contract = assert.fail()] = [...world.fake.ledger.subscriptions.values()];
  assert.equal(contract.status, "active");
});

test("what others sell at the same Stripe is theirs; what is ours and of no account is ended while young", async () => {
  await using world = await billingWorld();
  const { ledger } = world.fake;
  assert.equal(await world.send(ledger.elsewhere()), "taken");
  const { session, reference } = await world.start();
  ledger.pay(session, "card");
  const [contract = assert.fail()] = [...ledger.subscriptions.values()];
  ledger.subscriptions.set("sub_shop", { ...contract, id: "sub_shop", customer: "cus_shop", metadata: { shop: "1" } });
  ledger.subscriptions.set("sub_test", {
    ...contract,
    id: "sub_test",
    customer: "cus_test",
    metadata: { altmail: "test.example.org", reference },
  });
  ledger.subscriptions.set("sub_old", {
    ...contract,
    id: "sub_old",
    customer: "cus_old",
    startedAt: world.clock.now() - 40 * DAY,
    metadata: { altmail: "mail.example.org", reference: "0".repeat(32) },
  });
  // As after a disk that was lost with all that was written since the last backup.
  await world.store.erase(reference);
  await world.night();
  assert.equal(contract.status, "canceled");
  const [charge = assert.fail()] = [...ledger.charges.values()];
  assert.equal(charge.refunded, charge.amount);
  const others = ["sub_shop", "sub_test", "sub_old"].map((id) => ledger.subscription(id).status);
  assert.deepEqual(others, ["active", "active", "active"]);
  const strays = world.log.filter((line) => line.startsWith("billing.stray"));
  assert.deepEqual(strays.toSorted(), ['billing.stray {"refunds":false}', 'billing.stray {"refunds":true}']);
});
