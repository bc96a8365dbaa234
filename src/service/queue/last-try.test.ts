import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import { silentBus } from "../../host/bus.ts";
import { HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { ALICE, BOB } from "../../store/contract/outbound-samples.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Undelivered } from "../accounts/accounts.ts";
import { createAccounts } from "../accounts/manage.ts";
import { createPasswordHasher } from "../accounts/password.ts";
import { createRevocations } from "../accounts/revocation.ts";
import { lastTry } from "./last-try.ts";
import { answer, QueueWorld, routeTo } from "./queue-world.fixture.ts";
import { queueLimits } from "./queue-limits.ts";
import type { Handover } from "./transport.ts";

type Tried = { readonly undelivered: readonly Undelivered[]; readonly tookMs: number };

/** The last try of Alice's queue, with time passing as it needs it. */
async function tryLast(world: QueueWorld, isServed: () => boolean = () => true): Promise<Tried> {
  const { queue, clock } = world;
  const begun = clock.now();
  const state = { isOver: false };
  const trying = async (): Promise<readonly Undelivered[]> => {
    try {
      return await lastTry({ queue, clock, wake: () => world.runner.wake(), isServed }, ALICE);
    } finally {
      state.isOver = true;
    }
  };
  const tried = trying();
  await turns(20);
  for (let n = 0; n < 1000 && !state.isOver; n++) await clock.advance(SECOND / 10);
  assert.ok(state.isOver, "it ends");
  const undelivered = await tried;
  return { undelivered, tookMs: clock.now() - begun };
}

test("D5: what waits is tried once more; what does not arrive is listed with what was heard", async () => {
  await using world = await QueueWorld.open();
  const always = (kind: "temporary" | "permanent", code: number, enhanced: string) => (to: readonly string[]) =>
    ({ kind: "answered", outcomes: to.map(() => answer(kind, code, enhanced)), dsnPassedOn: true }) as const;
  world.behaviours.set("mx.late.example", always("temporary", 451, "4.7.1"));
  world.behaviours.set("mx.grey.example", always("temporary", 451, "4.7.1"));
  world.behaviours.set("mx.dead.example", () => world.silentFor(5 * SECOND));
  world.start();
  await world.send(["one@late.example", "two@grey.example", "three@dead.example"]);
  await world.send(["four@dead.example"]);
  await world.send(["bob@grey.example"], { account: BOB });
  await world.clock.advance(2 * HOUR);
  await world.directory.setState(ALICE, "closing");
  world.behaviours.delete("mx.late.example");
  world.behaviours.set("mx.bad.example", always("permanent", 550, "5.1.1"));
  await world.send(["five@bad.example", "six@good.example"]);
  const bobs = world.attempts.get("mx.grey.example bob@grey.example");
  const { undelivered, tookMs } = await tryLast(world);
  assert.equal(world.count("one@late.example"), 1);
  assert.equal(world.count("six@good.example"), 1);
  assert.deepEqual(
    undelivered.map(({ recipient, destination, lastReply }) => `${recipient} ${destination} ${lastReply}`).toSorted(),
    [
      "five@bad.example bad.example 550 5.1.1 as told",
      "four@dead.example dead.example 4.4.1 no answer",
      "three@dead.example dead.example 4.4.1 no answer",
      "two@grey.example grey.example 451 4.7.1 as told",
    ],
  );
  assert.ok(tookMs < 10 * SECOND, `${tookMs} ms: no longer than the slowest host takes`);
  assert.equal(world.attempts.get("mx.grey.example bob@grey.example"), bobs, "nobody else's waits are over");
});

test("D5: a host that says nothing delays a deletion by a minute at most", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.slow.example", () => world.silentFor(5 * MINUTE));
  world.start();
  await world.send(["one@slow.example"]);
  const { undelivered, tookMs } = await tryLast(world);
  const lastReply = "its host had not answered yet, and may still take it";
  assert.deepEqual(undelivered, [{ recipient: "one@slow.example", destination: "slow.example", lastReply }]);
  assert.ok(tookMs >= MINUTE && tookMs < 61 * SECOND, String(tookMs));
});

test("D5: a destination that somebody else's mail found silent is not waited for", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.dead.example", () => world.silentFor(SECOND));
  world.start();
  await world.send(["bob@dead.example"], { account: BOB });
  await world.send(["one@dead.example"]);
  await world.clock.advance(MINUTE);
  const { undelivered, tookMs } = await tryLast(world);
  assert.deepEqual(
    undelivered.map(({ recipient, lastReply }) => `${recipient} ${lastReply}`),
    ["one@dead.example 4.4.1 no answer"],
  );
  assert.ok(tookMs < 5 * SECOND, String(tookMs));
});

/** Somebody else's mail makes the host of both domains ask for less. */
async function slowedHost(): Promise<QueueWorld> {
  const world = await QueueWorld.open();
  for (const domain of ["one.example", "two.example"]) world.routes.set(domain, routeTo("mx.shared.example"));
  world.behaviours.set("mx.shared.example", async (to) => {
    if (to.some((address) => address.startsWith("bob"))) return asks(to);
    return await world.takeAfter(to, 50);
  });
  world.start();
  await world.send(["bob@one.example"], { account: BOB });
  await world.clock.advance(SECOND);
  return world;
}

const asks = (to: readonly string[]): Handover => ({
  kind: "answered",
  outcomes: to.map(() => answer("temporary", 421, "4.7.0")),
  dsnPassedOn: true,
});

test("D5: a living host that asked for less is waited for within the minute, and gets what it never saw", async () => {
  await using world = await slowedHost();
  await world.clock.advance(15 * SECOND);
  await world.send(["one@two.example"]);
  await world.clock.advance(SECOND);
  assert.equal(world.count("one@two.example"), 0, "the host's gate is closed");
  const { undelivered, tookMs } = await tryLast(world);
  assert.deepEqual(undelivered, []);
  assert.equal(world.count("one@two.example"), 1);
  assert.ok(tookMs > 20 * SECOND && tookMs < MINUTE, String(tookMs));
});

test("D5: what a host that asked for less gets no more is called not tried, whatever was heard before", async () => {
  await using world = await slowedHost();
  world.behaviours.set("mx.late.example", (to) => ({ ...asks(to), outcomes: to.map(() => answer("temporary", 451)) }));
  await world.send(["late@late.example"]);
  await world.clock.advance(SECOND);
  // A host that asks a second time is left alone for longer than the last try has.
  await world.clock.advance(MINUTE);
  await world.send(["bob2@one.example"], { account: BOB });
  await world.clock.advance(SECOND);
  await world.send(["one@two.example"]);
  const served = await tryLast(world);
  assert.deepEqual(served.undelivered.map(({ recipient, lastReply }) => `${recipient} ${lastReply}`).toSorted(), [
    "late@late.example 451 4.0.0 as told",
    "one@two.example undefined",
  ]);
  assert.ok(served.tookMs < 5 * SECOND, String(served.tookMs));
  const unserved = await tryLast(world, () => false);
  assert.deepEqual(unserved.undelivered.map(({ recipient, lastReply }) => `${recipient} ${lastReply}`).toSorted(), [
    "late@late.example 451 4.0.0 as told (from before: it was not tried again)",
    "one@two.example undefined",
  ]);
});

test("D5: with nobody to send it is listed at once; with nothing queued there is nothing to wait for", async () => {
  await using world = await QueueWorld.open();
  assert.deepEqual(await tryLast(world), { undelivered: [], tookMs: 0 });
  await world.send(["one@a.example"]);
  const { undelivered, tookMs } = await tryLast(world, () => false);
  assert.deepEqual(undelivered, [{ recipient: "one@a.example", destination: "a.example", lastReply: undefined }]);
  assert.equal(tookMs, 0);
});

test("a service that stops amid the last try is not waited for", async () => {
  await using world = await QueueWorld.open();
  await world.send(["one@a.example"]);
  const end = world.clock.now() + 3 * SECOND;
  const { undelivered, tookMs } = await tryLast(world, () => world.clock.now() < end);
  assert.equal(undelivered.length, 1);
  assert.ok(tookMs < 4 * SECOND, String(tookMs));
});

test("A8: mail of a paused account has its last try; what an operator holds has none", async () => {
  await using world = await QueueWorld.open();
  await world.directory.setState(ALICE, "paused");
  await world.send(["one@a.example"]);
  const kept = await world.send(["two@a.example"]);
  await world.queue.hold({ kind: "message", id: kept }, "operator", queueLimits.heldLifeMs);
  world.start();
  await world.clock.advance(MINUTE);
  assert.equal((await world.queue.sums()).held, 2);
  await world.directory.setState(ALICE, "closing");
  const { undelivered } = await tryLast(world);
  assert.deepEqual([world.count("one@a.example"), world.count("two@a.example")], [1, 0]);
  assert.deepEqual(undelivered, [{ recipient: "two@a.example", destination: "a.example", lastReply: "it was held" }]);
});

test("D5: deleting an account tries, lists, forgets; broken off, it does so again", async () => {
  await using world = await QueueWorld.open();
  const { queue, directory, mail, clock } = world;
  let isBroken = true;
  const accounts = createAccounts({
    directory,
    mail,
    clock,
    hasher: createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } }),
    revocations: createRevocations(silentBus),
    log: () => {},
    domains: ["example.org"],
    lastTry: (account) => lastTry({ queue, clock, wake: () => world.runner.wake(), isServed: () => true }, account),
    async closing(account) {
      if (isBroken) throw new StoreError("io", "the queue");
      await queue.forgetAccount(account);
    },
  });
  world.behaviours.set("mx.dead.example", () => world.silentFor(SECOND));
  world.start();
  await world.send(["one@dead.example", "two@a.example"]);
  const deleting = assert.rejects(accounts.delete("alice@example.org"), StoreError);
  await world.clock.advance(5 * SECOND);
  await deleting;
  assert.equal((await directory.byId(ALICE))?.state, "closing");
  assert.equal(world.count("two@a.example"), 1);
  assert.equal((await queue.sums()).items, 1);

  isBroken = false;
  const again = accounts.delete("alice@example.org");
  await world.clock.advance(5 * SECOND);
  assert.deepEqual(await again, {
    kind: "done",
    undelivered: [{ recipient: "one@dead.example", destination: "dead.example", lastReply: "4.4.1 no answer" }],
  });
  assert.equal(world.count("two@a.example"), 1, "what had arrived is not sent again");
  assert.deepEqual(await queue.records(ALICE, 0), []);
  assert.equal((await queue.sums()).messages, 0);
  assert.deepEqual(
    (await accounts.list()).map(({ address }) => address),
    ["bob@example.org"],
  );
  assert.equal(await accounts.finishDeletions(), 0);
});
