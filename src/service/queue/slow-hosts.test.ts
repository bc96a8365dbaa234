import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { ALICE, BOB } from "../../store/contract/outbound-samples.ts";
import { type OwnCalls, QueueWorld } from "./queue-world.fixture.ts";

const limits = { lookAgainMs: MINUTE, waitingPerAccount: 5, quick: 5, places: { well: 20, new: 20, troubled: 20 } };

/** Hosts of domains that one sender chose; each takes a quarter of an hour for a message. */
function makeSlow(world: QueueWorld, count: number): readonly string[] {
  const domains = Array.from({ length: count }, (_, n) => `slow${n}.example`);
  for (const domain of domains) world.behaviours.set(`mx.${domain}`, (to) => world.takeAfter(to, 15 * MINUTE));
  return domains;
}

for (const standing of ["new", "well"] as const)
  test(`slow hosts of one sender's choice take no places from others: ${standing} ones`, async () => {
    await using world = await QueueWorld.open({ limits });
    world.start();
    const domains = Array.from({ length: 30 }, (_, n) => `slow${n}.example`);
    if (standing === "well") await world.send(domains.map((domain) => `first@${domain}`));
    await world.send([`first@${standing === "well" ? "good" : "other"}.example`], { account: BOB });
    await world.clock.advance(20 * SECOND);
    makeSlow(world, 30);
    await world.send(domains.map((domain) => `second@${domain}`));
    await world.clock.advance(20 * SECOND);
    await world.send(["bob@good.example"], { account: BOB });
    await world.clock.advance(SECOND);
    assert.equal(world.count("bob@good.example"), 1);
  });

test("what is put off because its sender has others waiting goes in the end, untried meanwhile", async () => {
  await using world = await QueueWorld.open({ limits });
  const domains = makeSlow(world, 30);
  world.start();
  await world.send(domains.map((domain) => `r@${domain}`));
  await world.clock.advance(10 * MINUTE);
  const tried = world.attempts.size;
  assert.ok(tried <= 15, `${tried} at once`);
  const waiting = (await world.queue.list({ kind: "account", account: ALICE }, 0, 100)).filter(
    ({ state }) => state !== "claimed",
  );
  assert.ok(waiting.length >= 15 && waiting.every(({ attempts }) => attempts === 0));
  await world.clock.advance(3 * HOUR);
  for (const domain of domains) assert.equal(world.count(`r@${domain}`), 1, domain);
});

test("the last try of an account that is closing is put off by none of its slow hosts", async () => {
  await using world = await QueueWorld.open({ limits });
  const domains = makeSlow(world, 20);
  world.start();
  await world.directory.setState(ALICE, "closing");
  await world.send(domains.map((domain) => `r@${domain}`));
  await world.clock.advance(20 * SECOND);
  assert.equal(world.attempts.size, 20);
});

test("many messages of one sender for each of many hosts that failed are put off together", async () => {
  let settled = 0;
  const calls: OwnCalls = (queue) => ({
    settle(...about) {
      settled++;
      return queue.settle(...about);
    },
  });
  await using world = await QueueWorld.open({ limits, calls });
  const domains = Array.from({ length: 40 }, (_, n) => `dead${n}.example`);
  for (const domain of domains) world.behaviours.set(`mx.${domain}`, () => world.silentFor(30 * MINUTE));
  world.start();
  for (const domain of domains) for (let n = 0; n < 20; n++) await world.send([`r${n}@${domain}`]);
  await world.clock.advance(2 * HOUR);
  settled = 0;
  await world.clock.advance(HOUR);
  assert.ok(settled < 10 * domains.length, `${settled} in an hour`);
});
