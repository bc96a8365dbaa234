import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE, pause, SECOND } from "../../host/clock.ts";
import { BOB, reply } from "../../store/contract/outbound-samples.ts";
import type { RemoteReply } from "../../store/outbound-queue.ts";
import { found } from "./findings.ts";
import { failing, type OwnCalls, QueueWorld } from "./queue-world.fixture.ts";

/** The queue, whose store is busy as often as `state` says when something is to be settled. */
const busy = (state: { failures: number }): OwnCalls => failing("settle", "busy", () => state.failures-- > 0);

async function restart(world: QueueWorld): Promise<void> {
  await world.stop();
  world.start();
  await world.clock.advance(0);
  await world.clock.advance(10 * MINUTE);
}

test("what a host takes while we stop is settled though the store is busy for some seconds", async () => {
  const store = { failures: 0 };
  await using world = await QueueWorld.open({ calls: busy(store) });
  world.behaviours.set("mx.a.example", (to) => world.takeAfter(to, 3 * SECOND));
  world.start();
  await world.send(["one@a.example"]);
  await world.clock.advance(SECOND);
  store.failures = 3;
  await restart(world);
  assert.equal(world.count("one@a.example"), 1);
});

test("a stop is waited for by nobody who waits for the store, and a store that stays busy holds it up for seconds", async () => {
  const store = { failures: 0 };
  await using world = await QueueWorld.open({ calls: busy(store) });
  world.start();
  store.failures = 1000;
  await world.send(["one@a.example"]);
  await world.clock.advance(10 * MINUTE);
  const from = world.clock.now();
  store.failures = 2;
  await world.stop();
  assert.ok(world.clock.now() - from <= 5 * SECOND, `${world.clock.now() - from} ms`);
  assert.equal((await world.queue.sums()).messages, 0);
  world.start();
  await world.clock.advance(0);
  store.failures = 1000;
  await world.send(["two@a.example"]);
  await world.clock.advance(10 * MINUTE);
  const again = world.clock.now();
  await world.stop();
  assert.ok(world.clock.now() - again <= 6 * SECOND, `${world.clock.now() - again} ms`);
});

const brokenOff = (enhanced: string, name: "stopped-calling" | "stopped-speaking"): RemoteReply => ({
  ...reply(0),
  code: undefined,
  enhanced,
  ...found(name),
});

test("a call that we break off is nobody's failure: it is made again as soon as we are back", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.a.example", async (to, attempt) => {
    if (attempt > 1) return world.takeAfter(to, 50);
    await pause(world.clock, 5 * SECOND);
    return { kind: "unreached", reply: brokenOff("4.4.1", "stopped-calling") };
  });
  world.behaviours.set("mx.b.example", async (to, attempt) => {
    if (attempt > 1) return world.takeAfter(to, 50);
    await pause(world.clock, 5 * SECOND);
    const outcome = { kind: "temporary", reply: brokenOff("4.3.2", "stopped-speaking") } as const;
    return { kind: "answered", outcomes: to.map(() => outcome), dsnPassedOn: true };
  });
  world.start();
  await world.send(["one@a.example"]);
  await world.send(["one@b.example"]);
  await world.clock.advance(SECOND);
  await world.stop();
  assert.equal((await world.queue.sums()).troubled, 0);
  world.start();
  await world.clock.advance(0);
  await world.clock.advance(5 * SECOND);
  assert.deepEqual([world.count("one@a.example"), world.count("one@b.example")], [1, 1]);
});

/** Claimed as one batch: one message for which the host takes nine minutes, and others behind it. */
async function behindSlowOne(world: QueueWorld): Promise<void> {
  world.behaviours.set("mx.a.example", (to) =>
    world.takeAfter(to, to[0]?.startsWith("slow") === true ? 9 * MINUTE : 50),
  );
  world.start();
  await world.send(["zero@a.example"]);
  await world.clock.advance(SECOND);
  await world.stop();
  await world.send(["slow@a.example"]);
  for (let n = 0; n < 5; n++) await world.send([`bob${n}@a.example`], { account: BOB });
  world.start();
  await world.clock.advance(0);
}

const bobs = (world: QueueWorld): number => world.taken.filter(({ recipient }) => recipient.startsWith("bob")).length;

test("mail of others does not wait behind one message for which the host takes minutes, and goes once", async () => {
  await using world = await QueueWorld.open();
  await behindSlowOne(world);
  await world.clock.advance(9 * SECOND);
  assert.equal(bobs(world), 0);
  await world.clock.advance(5 * SECOND);
  assert.equal(bobs(world), 5);
  await world.clock.advance(20 * MINUTE);
  for (const name of ["slow", "bob0", "bob1", "bob2", "bob3", "bob4"])
    assert.equal(world.count(`${name}@a.example`), 1, name);
  assert.equal((await world.queue.sums()).messages, 0);
});

test("what could not be given back in that moment goes later, and the slow message is settled all the same", async () => {
  let failures = 0;
  await using world = await QueueWorld.open({
    calls: failing("putBack", "busy", () => failures-- > 0),
  });
  await behindSlowOne(world);
  failures = 1;
  await world.clock.advance(20 * MINUTE);
  assert.ok(failures <= 0, "it was tried");
  for (const name of ["slow", "bob0", "bob4"]) assert.equal(world.count(`${name}@a.example`), 1, name);
  assert.equal((await world.queue.sums()).messages, 0);
});

test("a connection that is lost while others go through makes nobody's mail wait for the destination", async () => {
  await using world = await QueueWorld.open();
  world.start();
  await world.send(["zero@big.example"]);
  await world.clock.advance(SECOND);
  world.behaviours.set("mx.big.example", (to, attempt) =>
    attempt === 1 && to[0]?.startsWith("lost") === true ? world.silentFor(10) : world.takeAfter(to, 50),
  );
  const first = ["p0", "lost", "p1"].map((name) => `${name}@big.example`);
  for (const address of first) await world.send([address]);
  await world.clock.advance(SECOND);
  assert.equal((await world.queue.sums()).troubled, 0);
  await world.send(["bob@big.example"], { account: BOB });
  await world.clock.advance(3 * SECOND);
  assert.equal(world.count("bob@big.example"), 1);
  await world.clock.advance(10 * MINUTE);
  for (const address of first) assert.equal(world.count(address), 1, address);
});

test("a message at which the host hangs up is not tried without end while others go through", async () => {
  await using world = await QueueWorld.open();
  world.start();
  await world.send(["zero@big.example"]);
  await world.clock.advance(SECOND);
  world.behaviours.set("mx.big.example", (to) =>
    to[0] === "odd@big.example" ? world.silentFor(10) : world.takeAfter(to, 2 * SECOND),
  );
  for (let n = 0; n < 60; n++) {
    await world.send([`p${n}@big.example`]);
    if (n === 5) await world.send(["odd@big.example"]);
    await world.clock.advance(SECOND);
  }
  await world.clock.advance(10 * SECOND);
  assert.equal(world.taken.length, 61);
  assert.equal(world.attempts.get("mx.big.example odd@big.example"), 1);
});

test("what went through before a host fell silent says nothing of it", async () => {
  await using world = await QueueWorld.open();
  world.start();
  await world.send(["zero@big.example"]);
  await world.clock.advance(SECOND);
  world.behaviours.set("mx.big.example", (to) =>
    to[0] === "one@big.example" ? world.takeAfter(to, 50) : world.silentFor(100),
  );
  for (const name of ["one", "two", "three"]) await world.send([`${name}@big.example`]);
  await world.clock.advance(SECOND);
  assert.deepEqual([world.count("one@big.example"), (await world.queue.sums()).troubled], [1, 1]);
});
