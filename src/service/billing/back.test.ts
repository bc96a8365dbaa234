/** Money that goes back in other ways than was hoped, and contracts that begin anew behind everybody's back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type BillingWorld, billingWorld } from "./billing-world.fixture.ts";
import type { AccountId } from "../../store/ids.ts";
import { createAllowance } from "./allowance.ts";
import { subscriptionLengths } from "../../rules/subscription/lengths.ts";

const mayOf = async ({ store, clock }: BillingWorld, account: AccountId) => {
  const { maySend, receives } = await createAllowance(store, subscriptionLengths, clock)(account);
  return { maySend, receives };
};

test("money that a bank did not take back is told to who is owed it, once, and to the log", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const { ledger } = world.fake;
  const [charge = assert.fail()] = [...ledger.charges.values()];
  await world.billing.withdraw(account);
  assert.equal(charge.refunded, charge.amount);
  await world.sendAll();
  ledger.failRefund(charge);
  await world.sendAll();
  ledger.changed([...ledger.subscriptions.values()][0] ?? assert.fail());
  await world.sendAll();
  assert.deepEqual(world.kinds(), ["withdrawn", "refund-made", "refund-failed"]);
  const lines = world.log.filter((line) => line.startsWith("billing.refund-failed"));
  assert.deepEqual(lines, [`billing.refund-failed ${JSON.stringify({ account })}`]);
  assert.deepEqual(await mayOf(world, account), { maySend: false, receives: "later" }, "the withdrawal stands");
  // Given back in another way by hand: then all is well.
  ledger.refund(charge, charge.amount);
  await world.sendAll();
  assert.equal(world.log.filter((line) => line.startsWith("billing.refund-failed")).length, 1);
  assert.equal(world.log.filter((line) => line.startsWith("billing.failed")).length, 0);
});

test("who withdraws while a bank decides over a payment, or while one is on its way, gets it back when it came", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const { ledger } = world.fake;
  const [charge = assert.fail()] = [...ledger.charges.values()];
  ledger.dispute(charge, "needs_response");
  await world.billing.changePlan(account, "large");
  const late = [...ledger.charges.values()].at(-1) ?? assert.fail();
  late.status = "pending";
  await world.billing.withdraw(account);
  await world.night();
  assert.equal((await world.store.endings()).length, 1);
  assert.deepEqual([charge.refunded, late.refunded], [0, 0]);
  ledger.dispute(charge, "won");
  await world.night();
  assert.deepEqual([charge.refunded, late.refunded], [charge.amount, 0]);
  late.status = "succeeded";
  await world.night();
  assert.equal(late.refunded, late.amount);
  assert.deepEqual(await world.store.endings(), []);
  assert.equal(world.kinds().at(-1), "refund-made");
});

test("a contract with nothing left to renew cannot be let go on, and Stripe is not asked", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const [charge = assert.fail()] = [...world.fake.ledger.charges.values()];
  world.fake.ledger.refund(charge, charge.amount);
  await world.sendAll();
  const asked = world.fake.requests.length;
  assert.deepEqual(await world.billing.setEnding(account, false), { kind: "not-paid" });
  assert.equal(world.fake.requests.length, asked);
});

test("a renewal that neither browser nor webhook tells of counts within the hour", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const { ledger } = world.fake;
  ledger.cancel([...ledger.subscriptions.values()][0] ?? assert.fail());
  await world.sendAll();
  await world.days(8);
  assert.deepEqual(await mayOf(world, account), { maySend: false, receives: "yes" });
  const renewed = await world.billing.renew({
    account,
    plan: "small",
    language: "en",
    successUrl: () => "https://mail.example.org/",
    cancelUrl: () => "https://mail.example.org/",
  });
  assert.ok(renewed.kind === "link");
  ledger.pay(renewed.url.slice(renewed.url.lastIndexOf("/") + 1), "card");
  await world.billing.hourly(new AbortController().signal);
  assert.deepEqual(await mayOf(world, account), { maySend: true, receives: "yes" });
});
