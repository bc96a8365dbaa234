/** A subscription's life against the fake Stripe: renewed, lapsed, paid again, ended, withdrawn, disputed, changed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY } from "../../host/clock.ts";
import { subscriptionLengths } from "../../rules/subscription/lengths.ts";
import type { AccountId } from "../../store/ids.ts";
import { createAllowance } from "./allowance.ts";
import { type BillingWorld, billingWorld } from "./billing-world.fixture.ts";

const allowed = async ({ store, clock }: BillingWorld, account: AccountId): Promise<string> => {
  const allowance = await createAllowance(store, subscriptionLengths, clock)(account);
  const { mayLogIn, maySend, receives, alert } = allowance;
  return `${mayLogIn ? "reads" : ""} ${maySend ? "sends" : ""} ${receives} ${alert ?? ""}`.trim();
};
const contractAt = async (world: BillingWorld, account: AccountId) => {
  const row = (await world.store.byAccount(account)) ?? assert.fail("no subscription");
  return world.fake.ledger.subscription(row.subscription);
};

test("M1: a year is paid, and the next one renews itself without a word", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const contract = await contractAt(world, account);
  await world.later(366);
  assert.equal(contract.status, "active");
  const row = await world.store.byAccount(account);
  assert.deepEqual([row?.standing, row?.until, row?.stage], ["paid", contract.periodEnd, "open"]);
  assert.deepEqual(world.kinds(), []);
});

test("M2: a payment that does not come: warned, then no sending, then reading alone, then closed, each announced", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const contract = await contractAt(world, account);
  contract.isCardGood = false;
  const periodEnd = contract.periodEnd;
  await world.later(365);
  const begun = world.clock.now();
  assert.equal(begun, periodEnd);
  assert.deepEqual(world.kinds(), ["stage-ahead not-sending"]);
  assert.equal(await allowed(world, account), "reads sends yes");
  await world.days(6);
  assert.equal(await allowed(world, account), "reads sends yes", "a week is a week");
  await world.days(1);
  assert.equal(await allowed(world, account), "reads  yes");
  await world.days(22);
  assert.deepEqual(world.kinds().length, 2);
  await world.days(1);
  assert.equal(world.kinds().at(-1), "stage-ahead reading-only");
  await world.days(7);
  assert.equal(await allowed(world, account), "reads  later reading-only");
  await world.days(13);
  assert.equal(await allowed(world, account), "reads  later reading-only");
  await world.days(1);
  assert.equal(await allowed(world, account), "reads  no reading-only");
  await world.days(9);
  assert.equal(world.kinds().at(-1), "stage-ahead closing");
  assert.equal(world.holders.size, 1);
  await world.days(7);
  assert.equal(world.holders.size, 0);
  assert.deepEqual(world.kinds(), [
    "stage-ahead not-sending",
    "stage-begun not-sending",
    "stage-ahead reading-only",
    "stage-begun reading-only",
    "stage-ahead closing",
    "stage-begun closing",
  ]);
  const promised = [...world.told.values()].flatMap((notice) => (notice.kind === "stage-ahead" ? [notice.at] : []));
  assert.deepEqual(promised, [begun + 7 * DAY, begun + 37 * DAY, begun + 67 * DAY], "as it was told");
  assert.equal(await world.store.byAccount(account), undefined);
  assert.deepEqual(await world.store.endings(), []);
});

test("M2: what is told is what happens, and every notice knows all dates that follow", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  (await contractAt(world, account)).isCardGood = false;
  await world.later(365);
  const [first] = [...world.told.values()];
  assert.ok(first?.kind === "stage-ahead");
  const now = world.clock.now();
  assert.deepEqual(first.why, "unpaid");
  assert.deepEqual(first.ahead, [
    { stage: "not-sending", at: now + 7 * DAY },
    { stage: "reading-only", at: now + 37 * DAY },
    { stage: "closing", at: now + 67 * DAY },
  ]);
  const contract = await world.billing.contract(account);
  assert.deepEqual(contract.kind === "contract" && contract.ahead, first.ahead);
});

test("M2: who pays late has everything back at once, in whichever stage", async () => {
  for (const days of [366, 380, 410]) {
    await using world = await billingWorld();
    const account = await world.paid();
    const contract = await contractAt(world, account);
    contract.isCardGood = false;
    await world.later(365);
    await world.days(days - 365);
    if (contract.status === "canceled") {
      // Stripe gave up: a new contract, from the portal.
      const renewed = await world.billing.renew({
        account,
        plan: "small",
        language: "en",
        successUrl: (reference) => `https://mail.example.org/account/paid/${reference}`,
        cancelUrl: () => "https://mail.example.org/account/",
      });
      assert.equal(renewed.kind, "link");
      world.fake.ledger.pay(renewed.url.slice(renewed.url.lastIndexOf("/") + 1), "card");
      assert.deepEqual(await world.billing.progress(renewed.reference), { kind: "open" });
    } else world.fake.ledger.payInvoice(contract.id);
    await world.sendAll();
    assert.equal(await allowed(world, account), "reads sends yes");
    assert.equal(world.kinds().at(-1), "paid-again");
    await world.days(30);
    assert.equal(world.kinds().at(-1), "paid-again");
    assert.equal(world.holders.size, 1);
    assert.deepEqual(await world.store.reservations(), []);
  }
});

test("M1: a contract that its holder lets end: told a week before, and undone with one click", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const { billing } = world;
  assert.deepEqual(await billing.setEnding(account, true), { kind: "done" });
  const contract = await billing.contract(account);
  assert.ok(contract.kind === "contract" && contract.standing === "ending");
  await world.later(357);
  assert.deepEqual(world.kinds(), []);
  await world.days(1);
  assert.deepEqual(world.kinds(), ["stage-ahead not-sending"]);
  assert.deepEqual(await billing.setEnding(account, false), { kind: "done" });
  assert.deepEqual(world.kinds(), ["stage-ahead not-sending", "paid-again"]);
  await billing.setEnding(account, true);
  await world.days(7);
  assert.equal(await allowed(world, account), "reads  yes");
  assert.deepEqual(await billing.setEnding(account, false), { kind: "not-paid" });
});

test("M1: plans: up is charged at once, down waits until all fits, and a declined card changes nothing", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const { billing, fake } = world;
  assert.deepEqual(await billing.changePlan(account, "small"), { kind: "same" });
  assert.deepEqual(await billing.changePlan(account, "huge"), { kind: "no-plan" });
  fake.declines = true;
  assert.deepEqual(await billing.changePlan(account, "large"), { kind: "failed", why: "declined" });
  assert.equal(world.holders.get(account)?.plan, "small");
  fake.declines = false;
  assert.deepEqual(await billing.changePlan(account, "large"), { kind: "changed" });
  assert.equal(world.holders.get(account)?.plan, "large");
  world.usage = { octets: 6 * 1024 ** 3, aliases: 5 };
  assert.deepEqual(await billing.changePlan(account, "small"), {
    kind: "too-small",
    octetsOver: 1024 ** 3,
    aliasesOver: 2,
  });
  world.usage = { octets: 1, aliases: 3 };
  assert.deepEqual(await billing.changePlan(account, "small"), { kind: "changed" });
  assert.deepEqual(
    [world.holders.get(account)?.plan, (await contractAt(world, account)).price],
    ["small", "price_small"],
  );
  // Somebody changed it in Stripe's dashboard, to one that the settings do not have.
  fake.ledger.changePrice(await contractAt(world, account), "price_unknown");
  await world.sendAll();
  assert.equal((await world.store.byAccount(account))?.plan, "small");
  assert.ok(world.log.some((line) => line.startsWith("billing.price")));
});

test("a withdrawal within 14 days: acknowledged with its time, all money back, the mail can be fetched", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const { billing, fake } = world;
  await billing.changePlan(account, "large");
  await world.days(15);
  const at = world.clock.now();
  assert.deepEqual(await billing.withdraw(account), { kind: "withdrawn", at });
  assert.deepEqual(await billing.withdraw(account), { kind: "withdrawn", at }, "twice is once");
  assert.deepEqual(
    [...world.told.values()].map((notice) => ("at" in notice ? [notice.kind, notice.at] : [])),
    [
      ["withdrawn", at],
      ["refund-made", at],
    ],
  );
  assert.ok([...fake.ledger.charges.values()].every(({ amount, refunded }) => amount === refunded));
  assert.equal(fake.ledger.charges.size, 2);
  assert.equal((await contractAt(world, account)).status, "canceled");
  assert.equal(await allowed(world, account), "reads  later reading-only");
  await world.sendAll();
  await world.days(31);
  assert.equal(world.holders.size, 0);
});

test("after 14 days, counted as the law counts them, it is too late to withdraw", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  await world.clock.advance(15 * DAY + 2 * 3_600_000);
  const late = await world.billing.withdraw(account);
  assert.deepEqual(late, { kind: "too-late", endedAt: Date.parse("2026-01-25T12:00:00Z") });
  assert.equal((await contractAt(world, account)).status, "active");
});

test("a bank takes a payment back: no sending until it is decided; then all is well, or the account lapses", async () => {
  for (const outcome of ["won", "lost"] as const) {
    await using world = await billingWorld();
    const account = await world.paid();
    const { ledger } = world.fake;
    const [charge = assert.fail()] = [...ledger.charges.values()];
    ledger.dispute(charge, "needs_response");
    await world.sendAll();
    assert.equal(await allowed(world, account), "reads  yes");
    assert.deepEqual(world.kinds(), ["disputed"]);
    await world.days(40);
    assert.equal(await allowed(world, account), "reads  yes", "as long as it takes");
    ledger.dispute(charge, outcome);
    await world.sendAll();
    assert.equal(await allowed(world, account), outcome === "won" ? "reads sends yes" : "reads  yes");
    assert.equal(world.kinds().at(-1), outcome === "won" ? "paid-again" : "stage-ahead reading-only");
  }
});

test("money that was given back by hand is money that is not there", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const { ledger } = world.fake;
  const [charge = assert.fail()] = [...ledger.charges.values()];
  ledger.refund(charge, 100);
  await world.sendAll();
  assert.equal((await world.store.byAccount(account))?.standing, "paid", "a part is a kindness");
  ledger.refund(charge, charge.amount - 100);
  await world.sendAll();
  assert.equal((await world.store.byAccount(account))?.standing, "refunded");
  assert.deepEqual(world.kinds(), ["stage-ahead not-sending"]);
  assert.equal(await allowed(world, account), "reads sends yes");
  await world.days(8);
  assert.equal(await allowed(world, account), "reads  yes");
});

test("an account that is closed ends its contract, when Stripe sleeps as soon as it wakes", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const contract = await contractAt(world, account);
  world.fake.always = "down";
  await world.billing.closed(account);
  await world.billing.closed(account);
  await world.night();
  assert.equal(contract.status, "active");
  assert.equal((await world.store.endings()).length, 1);
  world.fake.always = undefined;
  await world.sendAll();
  assert.equal(contract.status, "active", "an event about it is no stray");
  await world.night();
  assert.equal(contract.status, "canceled");
  await world.sendAll();
  await world.night();
  const [charge = assert.fail()] = [...world.fake.ledger.charges.values()];
  assert.equal(charge.refunded, 0, "what was used is paid");
  assert.deepEqual(await world.store.endings(), []);
});

test("while Stripe cannot be reached nobody loses anything", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  await world.billing.setEnding(account, true);
  world.fake.always = "down";
  await world.later(400);
  assert.equal(await allowed(world, account), "reads sends yes");
  assert.deepEqual(world.kinds(), []);
  world.fake.always = undefined;
  await world.night();
  assert.deepEqual(world.kinds(), ["stage-ahead not-sending"]);
  await world.days(7);
  assert.equal(await allowed(world, account), "reads  yes", "told a week before, however late");
});

test("the portal is Stripe's, and a contract of nobody is none", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const link = await world.billing.portal(account, "https://mail.example.org/account/", "sv");
  assert.equal(link.kind, "portal");
  await world.billing.closed(account);
  const none = { kind: "not-bought" };
  assert.deepEqual(await world.billing.portal(account, "https://mail.example.org/account/", "sv"), none);
  assert.deepEqual(await world.billing.withdraw(account), none);
  assert.deepEqual(await world.billing.changePlan(account, "large"), none);
  assert.deepEqual(await world.billing.setEnding(account, true), none);
  assert.equal(await allowed(world, account), "reads sends yes");
});

test("who lost a dispute can pay anew: the old contract ends, and is charged no more", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const { ledger } = world.fake;
  const old = await contractAt(world, account);
  const options = {
    account,
    plan: "large",
    language: "sv" as const,
    successUrl: (reference: string) => `https://mail.example.org/account/paid/${reference}`,
    cancelUrl: () => "https://mail.example.org/account/",
  };
  assert.deepEqual(await world.billing.renew(options), { kind: "running" });
  const [charge = assert.fail()] = [...ledger.charges.values()];
  ledger.dispute(charge, "lost");
  await world.sendAll();
  const first = await world.billing.renew(options);
  const second = await world.billing.renew(options);
  assert.ok(first.kind === "link" && second.kind === "link");
  const session = (url: string): string => url.slice(url.lastIndexOf("/") + 1);
  assert.throws(() => ledger.pay(session(first.url), "card"), "one page at a time");
  ledger.pay(session(second.url), "card");
  await world.sendAll();
  assert.equal(await allowed(world, account), "reads sends yes");
  assert.equal(world.holders.get(account)?.plan, "large");
  await world.night();
  assert.equal(old.status, "canceled");
  assert.equal((await contractAt(world, account)).status, "active");
  world.usage = { octets: 6 * 1024 ** 3, aliases: 0 };
  ledger.cancel(await contractAt(world, account));
  await world.sendAll();
  const over = { kind: "too-small", octetsOver: 1024 ** 3, aliasesOver: 0 };
  assert.deepEqual(await world.billing.renew({ ...options, plan: "small" }), over);
});
