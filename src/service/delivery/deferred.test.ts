/** What was accepted and waits is delivered in the end, once, and somebody hears when it takes long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import { HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { contentOf } from "../../store/content-of.ts";
import { deliverDue, runDeferred } from "./deferred.ts";
import { Delivering, idOf } from "./delivering.fixture.ts";

const MESSAGE = "Subject: x\r\n\r\nbody\r\n";
const BOTH = ["u1@example.test", "u2@example.test"];

async function withOneWaiting(): Promise<Delivering> {
  const world = await Delivering.open();
  await world.receive(BOTH, MESSAGE, () => world.mail.fail(idOf("u2"), "io"));
  return world;
}
function services({ queue, mail, clock, log }: Delivering, signal: AbortSignal): Parameters<typeof runDeferred>[0] {
  return { queue, mail, clock, log, signal };
}

/** Lets time pass in steps that the job can follow. */
async function live(world: Delivering, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5 * SECOND) {
    await world.clock.advance(5 * SECOND);
    await turns(2);
  }
}

test("a waiting message is delivered when the store is well again, with the octets of the others' copy", async () => {
  await using world = await withOneWaiting();
  const stop = new AbortController();
  const job = runDeferred(services(world, stop.signal));
  await turns(5);
  assert.equal(await world.queue.count(), 1);
  world.mail.heal();
  await world.clock.advance(MINUTE);
  await turns(5);
  assert.equal(await world.queue.count(), 0);
  assert.deepEqual(await world.mails("u2"), await world.mails("u1"));
  assert.ok((await world.mails("u2"))[0]?.endsWith(MESSAGE));
  stop.abort();
  await job;
});

test("pauses grow to ten minutes, nothing is ever dropped, and after an hour each attempt is an alarm", async () => {
  await using world = await withOneWaiting();
  const stop = new AbortController();
  const job = runDeferred(services(world, stop.signal));
  await live(world, 59 * MINUTE);
  const early = world.events.filter((name) => name === "delivery.postponed").length;
  assert.ok(early >= 8 && early <= 16, String(early));
  assert.ok(!world.events.includes("delivery.overdue"));
  await live(world, 2 * HOUR);
  const alarms = world.events.filter((name) => name === "delivery.overdue").length;
  assert.ok(alarms >= 11 && alarms <= 13, String(alarms));
  assert.equal(await world.queue.count(), 1);
  stop.abort();
  await job;
});

test("a peer that repeats while its message waits causes no second copy", async () => {
  await using world = await withOneWaiting();
  world.mail.heal();
  await world.receive(BOTH, MESSAGE);
  await deliverDue(services(world, new AbortController().signal));
  assert.equal((await world.mails("u1")).length, 1);
  assert.equal((await world.mails("u2")).length, 1);
  assert.equal(await world.queue.count(), 0);
});

test("an entry of before fingerprints were kept is known to the store by its octets", async () => {
  await using world = await withOneWaiting();
  const [entry] = await world.queue.due(world.clock.now(), 1);
  assert.ok(entry);
  // A copy: the queue overwrites what is done.
  const content = contentOf(new Uint8Array((await world.queue.content(entry)).bytes ?? []));
  await world.queue.done(entry);
  await world.queue.add([{ ...entry, fingerprint: undefined }], content);
  world.mail.heal();
  await world.receive(BOTH, MESSAGE);
  await deliverDue(services(world, new AbortController().signal));
  assert.equal((await world.mails("u2")).length, 1);
  assert.equal(await world.queue.count(), 0);
});

test("an account that is gone takes its waiting mail with it", async () => {
  await using world = await withOneWaiting();
  world.mail.fail(idOf("u2"), "no-account");
  await world.clock.advance(10 * SECOND);
  await deliverDue(services(world, new AbortController().signal));
  assert.equal(await world.queue.count(), 0);
});

test("a job that is told to stop stops, also before it began", async () => {
  await using world = await withOneWaiting();
  await runDeferred(services(world, AbortSignal.abort()));
  assert.equal(await world.queue.count(), 1);
});
