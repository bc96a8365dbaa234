/**
 * The process ends before or after any call that a flow makes, at each of them in turn; then a new one makes its rounds. What
 * stands in the end is the same as if nothing had happened, everything happened once, and nobody is told twice.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type BillingWorld, billingWorld, signUp, Stopped } from "./billing-world.fixture.ts";

/** More calls than any flow makes. */
const MOST_CALLS = 400;

async function stoppedEverywhere(
  prepare: (world: BillingWorld) => Promise<() => Promise<unknown>>,
  verify: (world: BillingWorld) => Promise<void>,
): Promise<number> {
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    await using world = await billingWorld();
    const flow = await prepare(world);
    world.fuse.left = calls;
    const isStopped = await flow().then(
      () => false,
      (error: unknown) => {
        if (!(error instanceof Stopped)) throw error;
        return true;
      },
    );
    world.fuse.left = Number.POSITIVE_INFINITY;
    await world.night();
    // Stripe repeats what it heard no answer to.
    await world.sendAll();
    await world.night();
    await verify(world);
    if (!isStopped) return calls;
  }
  return assert.fail("the flow never ends");
}

const money = ({ fake }: BillingWorld) => ({
  contracts: [...fake.ledger.subscriptions.values()].map(({ status }) => status),
  refunded: [...fake.ledger.charges.values()].map(({ amount, refunded }) => refunded / amount),
});

test("M1: an account is opened once, and its contract confirmed once, wherever the opening was broken off", async () => {
  const calls = await stoppedEverywhere(
    async (world) => {
      const { session, reference } = await world.start();
      world.fake.ledger.pay(session, "card");
      return () => world.billing.progress(reference);
    },
    async (world) => {
      assert.deepEqual([...world.holders.values()], [{ address: "anna@example.org", plan: "small" }]);
      assert.deepEqual(money(world), { contracts: ["active"], refunded: [0] });
      const row = await world.store.byAccount(world.holder());
      assert.deepEqual([row?.standing, row?.stage], ["paid", "open"]);
      const [letter, ...more] = [...world.confirmed.values()];
      assert.deepEqual([letter?.account, letter?.plan, letter?.until], [world.holder(), "small", row?.until]);
      assert.equal(more.length, 0);
      assert.deepEqual(await world.store.reservations(), []);
    },
  );
  assert.ok(calls > 15, `${calls} calls`);
});

test("a sign-up that was broken off before its page keeps its name for a while and owes nothing", async () => {
  await stoppedEverywhere(
    async (world) => () => world.start(),
    async (world) => {
      await world.clock.advance(4 * 3_600_000);
      await world.night();
      assert.deepEqual(await world.store.reservations(), []);
      assert.deepEqual(money(world), { contracts: [], refunded: [] });
      assert.equal((await world.start()).reference.length, 32);
    },
  );
});

test("who paid for a name that was gone has the money back once, and hears of it once", async () => {
  await stoppedEverywhere(
    async (world) => {
      const { session, reference } = await world.start();
      world.fake.ledger.pay(session, "card");
      world.taken.add("anna@example.org");
      return () => world.billing.progress(reference);
    },
    async (world) => {
      assert.equal(world.holders.size, 0);
      assert.deepEqual(money(world), { contracts: ["canceled"], refunded: [1] });
      assert.equal(world.strangersTold.length, 1);
      assert.deepEqual(await world.store.endings(), []);
      const [left] = await world.store.reservations();
      assert.deepEqual([left?.state, left?.signUp], ["refused", undefined]);
    },
  );
});

test("a withdrawal that began is carried through, told once, and paid back once", async () => {
  await stoppedEverywhere(
    async (world) => {
      const account = await world.paid();
      // The portal shows an error, and the holder tries again: hence the second attempt.
      return () => world.billing.withdraw(account);
    },
    async (world) => {
      const account = world.holder();
      if ((await world.store.byAccount(account))?.withdrawnAt === undefined) await world.billing.withdraw(account);
      assert.deepEqual(world.kinds(), ["withdrawn", "refund-made"]);
      assert.deepEqual(money(world), { contracts: ["canceled"], refunded: [1] });
      assert.equal((await world.store.byAccount(account))?.stage, "reading-only");
    },
  );
});

test("each step of a lapse is taken once and told once", async () => {
  await stoppedEverywhere(
    async (world) => {
      await world.paid();
      const [contract = assert.fail()] = [...world.fake.ledger.subscriptions.values()];
      contract.isCardGood = false;
      await world.later(365);
      await world.clock.advance(7 * 86_400_000);
      return () => world.night();
    },
    async (world) => {
      assert.deepEqual(world.kinds(), ["stage-ahead not-sending", "stage-begun not-sending"]);
      assert.equal((await world.store.byAccount(world.holder()))?.stage, "not-sending");
    },
  );
});

test("the last step of a lapse closes the account and ends its contract", async () => {
  await stoppedEverywhere(
    async (world) => {
      const account = await world.paid();
      await world.billing.withdraw(account);
      await world.later(24);
      await world.clock.advance(7 * 86_400_000);
      return () => world.night();
    },
    async (world) => {
      assert.equal(world.holders.size, 0);
      assert.deepEqual(await world.store.subscriptions(undefined, 10), []);
      assert.deepEqual(await world.store.endings(), []);
      assert.equal(world.kinds().filter((kind) => kind === "stage-begun closing").length, 1);
    },
  );
});

test("a change of plan that was broken off is what Stripe says it is", async () => {
  await stoppedEverywhere(
    async (world) => {
      const account = await world.paid();
      return () => world.billing.changePlan(account, "large");
    },
    async (world) => {
      const [contract = assert.fail()] = [...world.fake.ledger.subscriptions.values()];
      const plan = contract.price === "price_large" ? "large" : "small";
      assert.equal(world.holders.get(world.holder())?.plan, plan);
      assert.equal((await world.store.byAccount(world.holder()))?.plan, plan);
      assert.ok(world.fake.ledger.charges.size <= 2, "charged once at most");
    },
  );
});

test("an invitation is used once or not at all", async () => {
  for (const isTaken of [false, true])
    await stoppedEverywhere(
      async (world) => {
        const code = await world.billing.invite();
        world.log.push(code);
        return async () => {
          const redeemed = world.billing.redeem(code, signUp());
          // Somebody is faster, after the look and before the opening.
          if (isTaken) world.taken.add("anna@example.org");
          return redeemed;
        };
      },
      async (world) => {
        const code = world.log[0] ?? "";
        assert.equal(world.confirmed.size, 0, "there is no contract about money");
        const isOpen = world.holders.size === 1;
        const again = await world.billing.redeem(code, signUp("bertil"));
        assert.equal(again.kind, isOpen ? "unknown-code" : "open");
      },
    );
});

for (const isGone of [false, true])
  test(`a renewal that was broken off ${isGone ? "for an account that is gone is paid back" : "counts once"}`, async () => {
    await stoppedEverywhere(
      async (world) => {
        const account = await world.paid();
        const [old = assert.fail()] = [...world.fake.ledger.subscriptions.values()];
        world.fake.ledger.cancel(old);
        await world.sendAll();
        const urls = { successUrl: () => "https://mail.example.org/", cancelUrl: () => "https://mail.example.org/" };
        const renewed = await world.billing.renew({ account, plan: "small", language: "en", ...urls });
        assert.ok(renewed.kind === "link");
        world.fake.ledger.pay(renewed.url.slice(renewed.url.lastIndexOf("/") + 1), "card");
        if (isGone) {
          world.holders.delete(account);
          await world.billing.closed(account);
        }
        return () => world.billing.progress(renewed.reference);
      },
      async (world) => {
        const expected = isGone
          ? { contracts: ["canceled", "canceled"], refunded: [0, 1] }
          : { contracts: ["canceled", "active"], refunded: [0, 0] };
        assert.deepEqual(money(world), expected);
        assert.deepEqual(await world.store.endings(), []);
        const rows = await world.store.subscriptions(undefined, 10);
        assert.deepEqual(
          rows.map(({ standing }) => standing),
          isGone ? [] : ["paid"],
        );
        assert.equal(world.confirmed.size, isGone ? 1 : 2, "a contract that begins anew is confirmed too");
      },
    );
  });
