import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE, SECOND } from "../../host/clock.ts";
import type { OutboundQueue } from "../../store/outbound-queue.ts";
import { type OwnCalls, QueueWorld, routeTo } from "./queue-world.fixture.ts";

/** Mail for domains that one host serves. */
async function sendTo(world: QueueWorld, host: string, count: number, each = 1): Promise<readonly string[]> {
  const domains = Array.from({ length: count }, (_, n) => `d${n}.${host}`);
  for (const domain of domains) {
    world.routes.set(domain, routeTo(host));
    for (let n = 0; n < each; n++) await world.send([`r${n}@${domain}`]);
  }
  return domains;
}

/** Counts what changes the queue. */
function counting(): { readonly calls: OwnCalls; count: number } {
  const changes = {
    count: 0,
    calls: (queue: OutboundQueue): ReturnType<OwnCalls> => ({
      rest(...about) {
        changes.count++;
        return queue.rest(...about);
      },
      putBack(...about) {
        changes.count++;
        return queue.putBack(...about);
      },
    }),
  };
  return changes;
}

test("hundreds of domains at a host that does not answer wait for its places, and change nothing meanwhile", async () => {
  const changes = counting();
  await using world = await QueueWorld.open({ calls: changes.calls });
  world.behaviours.set("mx.silent.example", () => world.silentFor(30 * SECOND));
  world.start();
  await sendTo(world, "mx.silent.example", 300);
  await world.clock.advance(20 * SECOND);
  changes.count = 0;
  await world.clock.advance(5 * MINUTE);
  // Ten failures every thirty seconds, and ten that are called.
  assert.ok(changes.count <= 2 * 110, `${changes.count}`);
});

test("hundreds of domains at a host that takes quickly have their mail taken as quickly", async () => {
  await using world = await QueueWorld.open();
  world.start();
  await sendTo(world, "mx.big.example", 300);
  await world.clock.advance(10 * SECOND);
  assert.equal(world.taken.length, 300);
});

test("who has much for a full host takes turns with those who have little", async () => {
  await using world = await QueueWorld.open({ limits: { perHost: 1, batch: 5 } });
  world.behaviours.set("mx.big.example", (to) => world.takeAfter(to, 500));
  world.start();
  world.routes.set("much.example", routeTo("mx.big.example"));
  for (let n = 0; n < 100; n++) await world.send([`r${n}@much.example`]);
  await sendTo(world, "mx.big.example", 5);
  await world.clock.advance(20 * SECOND);
  for (let n = 0; n < 5; n++) assert.equal(world.count(`r0@d${n}.mx.big.example`), 1, `${n}`);
});

test("mail that waits for a place at one host is in nobody's way elsewhere, new mail to the same domain among it", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.slow.example", (to) => world.takeAfter(to, MINUTE));
  world.start();
  const [domain] = await sendTo(world, "mx.slow.example", 100);
  await world.clock.advance(SECOND);
  await world.send([`second@${domain}`]);
  await world.send(["x@other.example"]);
  await world.clock.advance(SECOND);
  assert.equal(world.count("x@other.example"), 1);
  await world.clock.advance(15 * MINUTE);
  assert.equal(world.taken.length, 102);
});

test("whom a host that asks for less has kept waiting comes when its pause is over", async () => {
  await using world = await QueueWorld.open({ limits: { perHost: 2 } });
  const less = { kind: "temporary", reply: { code: 421, enhanced: "4.3.2", words: "later" } } as const;
  world.behaviours.set("mx.big.example", async (to, attempt) => {
    if (to[0] !== "r0@d0.mx.big.example" || attempt > 1) return world.takeAfter(to, 2 * SECOND);
    await world.takeAfter(to, 2 * SECOND);
    const reply = { ...less.reply, host: "mx.big.example", tls: undefined };
    return { kind: "answered", outcomes: to.map(() => ({ kind: "temporary", reply })), dsnPassedOn: false };
  });
  world.start();
  await sendTo(world, "mx.big.example", 40);
  await world.clock.advance(10 * SECOND);
  assert.ok(world.taken.length < 10, `${world.taken.length}`);
  await world.clock.advance(20 * MINUTE);
  assert.equal(world.taken.length, 40);
});

test("what is dropped while it waits for a place keeps nobody from it", async () => {
  await using world = await QueueWorld.open({ limits: { perHost: 1 } });
  world.behaviours.set("mx.big.example", (to) => world.takeAfter(to, 10 * SECOND));
  world.start();
  const domains = await sendTo(world, "mx.big.example", 10);
  await world.clock.advance(SECOND);
  for (const destination of domains.slice(1, 9)) await world.queue.drop({ kind: "destination", destination }, 0);
  await world.clock.advance(40 * SECOND);
  assert.equal(world.taken.length, 2);
});

test("of more domains than can wait in line the others ask again after a minute", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.big.example", (to) => world.takeAfter(to, SECOND));
  world.start();
  await sendTo(world, "mx.big.example", 700);
  await world.clock.advance(3 * MINUTE);
  assert.equal(world.taken.length, 700);
});
