import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import { type BillingWorld, billingWorld } from "./billing-world.fixture.ts";

const NEVER = new AbortController().signal;

/** Goes to a time of the next day, UTC. */
async function nextDayAt({ clock }: BillingWorld, timeMs: number): Promise<void> {
  await clock.advance(DAY - (clock.now() % DAY) + timeMs);
}

/** Calls the round, as the job and a start do, and tells whether it looked at Stripe. */
async function looks(world: BillingWorld, signal = NEVER): Promise<boolean> {
  const { requests } = world.fake;
  const before = requests.length;
  await world.billing.nightly(signal);
  return requests.length > before;
}

test("M1: a night that the service slept through is made up for at its start, and each night is gone through once", async () => {
  await using world = await billingWorld();
  await world.paid();
  await nextDayAt(world, 30 * MINUTE);
  assert.equal(await looks(world), true, "in time");
  assert.equal(await looks(world), false, "a start right after it");
  await nextDayAt(world, 29 * MINUTE);
  assert.equal(await looks(world), false, "the next one is not due yet");
  await world.clock.advance(DAY);
  assert.equal(await looks(world), true, "a start when a night was missed");
  await world.clock.advance(MINUTE);
  assert.equal(await looks(world), true, "the night after it is another one");
  await nextDayAt(world, 9 * HOUR);
  assert.equal(await looks(world), true, "a start in the morning");
  await nextDayAt(world, 30 * MINUTE);
  assert.equal(await looks(world), true);
});

test("rounds that are called at once go one after the other, and a failed one holds up none", async () => {
  await using world = await billingWorld();
  await world.paid();
  const { requests } = world.fake;
  const before = requests.length;
  await Promise.all([world.billing.nightly(NEVER), world.billing.nightly(NEVER)]);
  const ofBoth = requests.length - before;
  await world.clock.advance(DAY);
  await world.billing.nightly(NEVER);
  assert.equal(requests.length - before, 2 * ofBoth, "the second found the note of the first");
  await world.clock.advance(DAY);
  world.fuse.left = 0;
  const [failed, hourly] = await Promise.allSettled([world.billing.nightly(NEVER), world.billing.hourly(NEVER)]);
  world.fuse.left = Number.POSITIVE_INFINITY;
  assert.deepEqual([failed.status, hourly.status], ["rejected", "rejected"]);
  await world.clock.advance(5 * MINUTE);
  assert.equal(await looks(world), true, "the night is made up for");
});

test("M1: a night in which Stripe does not answer is made up for when it does, and asked for less and less often", async () => {
  await using world = await billingWorld();
  await world.paid();
  for (const fault of ["down", "limited"] as const) {
    await nextDayAt(world, 30 * MINUTE);
    world.fake.always = fault;
    const pauses: number[] = [];
    let last = world.clock.now();
    assert.equal(await looks(world), true);
    for (let minutes = 0; minutes < 20 * 60; minutes += 5) {
      await world.clock.advance(5 * MINUTE);
      if (!(await looks(world))) continue;
      pauses.push((world.clock.now() - last) / MINUTE);
      last = world.clock.now();
    }
    assert.deepEqual(pauses, [5, 10, 20, 40, 80, 160, 240, 240, 240], fault);
    world.fake.always = undefined;
    await world.clock.advance(3 * HOUR);
    assert.equal(await looks(world), true, "late on the same day");
    await world.clock.advance(5 * MINUTE);
    assert.equal(await looks(world), false, "and that night is done");
    await nextDayAt(world, 30 * MINUTE);
    assert.equal(await looks(world), true);
  }
});

test("a night of which some answers are missing is gone through again; what Stripe refuses keeps none from its end", async () => {
  await using world = await billingWorld();
  for (const name of ["anna", "bea", "cleo"]) await world.paid(name);
  await nextDayAt(world, 30 * MINUTE);
  const { faults, requests } = world.fake;
  const before = requests.length;
  await world.billing.nightly(NEVER);
  const asked = requests.length - before;
  for (let at = 0; at < asked; at++) {
    await world.clock.advance(DAY);
    faults.push(...Array.from({ length: at }, () => undefined), "down");
    assert.equal(await looks(world), true);
    await world.clock.advance(4 * MINUTE);
    assert.equal(await looks(world), false);
    await world.clock.advance(MINUTE);
    assert.equal(await looks(world), true, `answer ${at} of ${asked}`);
    assert.equal(await looks(world), false);
  }
});

test("a Stripe that is down is not asked about everybody", async () => {
  await using world = await billingWorld();
  for (let n = 0; n < 12; n++) await world.paid(`holder${n}`);
  world.fake.always = "down";
  const { requests } = world.fake;
  const before = requests.length;
  await world.clock.advance(DAY);
  await world.billing.nightly(NEVER);
  assert.equal(requests.length - before, 5);
  world.fake.always = undefined;
  await world.clock.advance(5 * MINUTE);
  await world.billing.nightly(NEVER);
  assert.ok(requests.length - before > 5 + 12);
});

test("who gave a wrong key has the night made up for with the right one", async () => {
  await using world = await billingWorld();
  await world.paid();
  await nextDayAt(world, 30 * MINUTE);
  world.fake.always = "refused";
  assert.equal(await looks(world), true);
  world.fake.always = undefined;
  await world.clock.advance(5 * MINUTE);
  assert.equal(await looks(world), true);
});

test("a round that was broken off is gone through again, and notes of old ones are forgotten", async () => {
  await using world = await billingWorld();
  await world.paid();
  await world.billing.nightly(AbortSignal.abort());
  assert.equal(await looks(world), true);
  assert.equal(await looks(world), false);
  await world.days(9);
  assert.equal(await world.store.forgetSeen(Number.MAX_SAFE_INTEGER), 0);
});
