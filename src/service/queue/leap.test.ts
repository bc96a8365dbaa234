import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { ALICE, outbound, recipient, wish } from "../../store/contract/outbound-samples.ts";
import { inMemory } from "../../store/contract/samples.ts";
import type { Taker } from "../../store/outbound-queue.ts";
import { leapsFromNow } from "./leap.ts";
import { answer, type Behaviour, failing, nowhere, QueueWorld, START } from "./queue-world.fixture.ts";

/** Puts everything off once. */
const greylists =
  (world: QueueWorld): Behaviour =>
  (to, attempt) =>
    attempt > 1
      ? world.takeAfter(to, 50)
      : { kind: "answered", outcomes: to.map(() => answer("temporary", 451, "4.7.1")), dsnPassedOn: true };

test("a leap is a change of the date that nobody waited for, to either side", async () => {
  const clock = new FakeClock(START);
  for (const ms of [HOUR, -HOUR]) {
    const hasLeapt = leapsFromNow(clock);
    await clock.advance(DAY);
    clock.setLater(Math.sign(ms) * MINUTE);
    assert.equal(hasLeapt(), false, "a correction");
    clock.setLater(ms);
    assert.equal(hasLeapt(), true);
    assert.equal(leapsFromNow(clock)(), false);
  }
});

test("a date set back ends no round: claims are renewed, reports come, what waits is tried again", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("bad.example", nowhere("permanent", 556, "5.1.10"));
  world.behaviours.set("mx.grey.example", greylists(world));
  world.start();
  await world.send(["zero@slow.example"]);
  await world.clock.advance(SECOND);
  world.behaviours.set("mx.slow.example", (to) => world.takeAfter(to, 9 * MINUTE));
  world.clock.setLater(-HOUR);
  for (const name of ["slow", "bad", "grey"]) await world.send([`one@${name}.example`]);
  await world.clock.advance(MINUTE);
  assert.equal((await world.inbox(ALICE)).length, 1);
  await world.clock.advance(5 * MINUTE);
  await world.send(["other@b.example"]);
  await world.clock.advance(30 * MINUTE);
  for (const name of ["slow", "grey"]) assert.equal(world.count(`one@${name}.example`), 1, name);
});

/** With mail under way to a slow host that is well, for which the claim is older than the leap. */
async function underWay(world: QueueWorld): Promise<void> {
  world.start();
  await world.send(["zero@slow.example"]);
  await world.clock.advance(SECOND);
  world.behaviours.set("mx.slow.example", (to) => world.takeAfter(to, 9 * MINUTE));
  for (let n = 0; n < 3; n++) await world.send([`r${n}@slow.example`]);
  await world.clock.advance(10 * SECOND);
}

async function assertNoneTwice(world: QueueWorld, others: number): Promise<void> {
  await world.clock.advance(30 * MINUTE);
  for (let n = 0; n < 3; n++) assert.equal(world.count(`r${n}@slow.example`), 1);
  for (let n = 0; n < others; n++) assert.equal(world.count(`other${n}@b.example`), 1);
}

test("a date set forward doubles nothing that is being handed over, though it leaps while others are claimed", async () => {
  let leapMs = 0;
  await using world: QueueWorld = await QueueWorld.open({
    calls: (queue) => ({
      claim: async (wish) => {
        const batch = await queue.claim(wish);
        if (batch !== undefined) {
          world.clock.setLater(leapMs);
          leapMs = 0;
        }
        return batch;
      },
    }),
  });
  await underWay(world);
  leapMs = HOUR;
  for (let n = 0; n < 3; n++) await world.send([`other${n}@b.example`]);
  await assertNoneTwice(world, 3);
});

test("nothing is claimed after a leap of the date until what is under way is renewed", async () => {
  let fails = false;
  await using world: QueueWorld = await QueueWorld.open({
    calls: failing("renew", "busy", () => fails),
  });
  await underWay(world);
  fails = true;
  world.clock.setLater(HOUR);
  await world.send(["other0@b.example"]);
  await world.clock.advance(30 * SECOND);
  assert.equal(world.count("other0@b.example"), 0);
  fails = false;
  await assertNoneTwice(world, 1);
});

test("what is offered in the moment of a leap is not begun beside who claimed it since", async () => {
  const offered: Taker[] = [];
  await using world = await QueueWorld.open({
    calls: () => ({
      offerTo: (taker) => {
        offered.push(taker);
        return { [Symbol.dispose]: () => {} };
      },
    }),
  });
  world.start();
  await turns(3);
  const now = world.clock.now();
  const times = { dueAt: now, deadline: now + DAY, delayAt: now + DAY };
  await world.queue.add(
    outbound({ submittedAt: now }),
    [recipient("one@a.example")],
    times,
    inMemory(new Uint8Array(9)),
  );
  await world.queue.well("a.example");
  const place = offered[0]?.keepPlace("a.example") ?? assert.fail();
  const batch = await world.queue.claim(wish(now, { until: now + 5 * MINUTE, standing: "well" }));
  const [work] = batch?.works ?? [];
  assert.ok(batch && work);
  const content = await world.queue.content(work.message.id);
  world.clock.setLater(HOUR);
  await world.clock.advance(MINUTE);
  place.take(batch, content);
  await world.clock.advance(MINUTE);
  assert.equal(world.count("one@a.example"), 1);
});

test("what came to its end while the machine slept is tried before it is given up", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.grey.example", greylists(world));
  world.start();
  await world.send(["one@grey.example"]);
  await world.clock.advance(10 * SECOND);
  world.clock.setLater(6 * DAY);
  await world.clock.advance(10 * MINUTE);
  assert.equal(world.count("one@grey.example"), 1);
  await world.send(["two@grey.example"]);
  world.clock.setLater(11 * DAY);
  await world.clock.advance(10 * MINUTE);
  assert.equal(world.count("two@grey.example"), 0, "but nothing is kept for longer than ten days");
});

test("who waited only while the machine slept is not told that it takes long; who waits on, at once", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.grey.example", greylists(world));
  world.behaviours.set("mx.dead.example", () => world.silentFor(SECOND));
  world.start();
  await world.send(["one@grey.example"]);
  await world.send(["one@dead.example"]);
  await world.clock.advance(MINUTE);
  world.clock.setLater(5 * HOUR);
  await world.clock.advance(MINUTE);
  assert.deepEqual(
    (await world.inbox(ALICE)).map((letter) => letter.match(/^Final-Recipient: rfc822; (.+)\r$/m)?.[1]),
    ["one@dead.example"],
  );
});
