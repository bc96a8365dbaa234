import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../../test/world/fake-clock.ts";
import { DAY } from "../../../host/clock.ts";
import { createDeliveryExpiry, EXPIRY_EVERY_MS } from "./delivery-expiry.ts";
import { ALICE, deliveryOf, type Home, home } from "./test-home.ts";

type Rows = { readonly rows: number; readonly prints: number };

const rowsOf = (at: Home): Rows =>
  at.look((db) => db.prepare("SELECT count(*) AS rows, count(fingerprint) AS prints FROM delivery").get()) as Rows;

async function idleAccount(at: Home, clock: FakeClock): Promise<ReturnType<typeof createDeliveryExpiry>> {
  const store = at.open({ clock });
  await store.create(ALICE, { quotaBytes: 1e9 });
  await store.write(ALICE).deliver(deliveryOf("one"));
  await store[Symbol.asyncDispose]();
  const place = { folder: at.folder, keys: at.keys, bootId: "boot one" };
  return createDeliveryExpiry({ place, clock, accounts: async () => [ALICE] });
}

test("D2: of a delivery to an account that nobody uses nothing is left after 10 days, and no fingerprint after 5", async () => {
  await using at = await home();
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const expiry = await idleAccount(at, clock);
  const start = clock.now();
  assert.deepEqual(rowsOf(at), { rows: 1, prints: 1 });
  let opened = 0;
  while (clock.now() - start < 30 * DAY) {
    await clock.advance(EXPIRY_EVERY_MS);
    opened += (await expiry.expire(new AbortController().signal)).opened;
    const age = clock.now() - start;
    if (age >= 5 * DAY) assert.equal(rowsOf(at).prints, 0, `a fingerprint at ${age / DAY} days`);
    if (age >= 10 * DAY) assert.equal(rowsOf(at).rows, 0, `a delivery at ${age / DAY} days`);
    if (age < 9 * DAY) assert.equal(rowsOf(at).rows, 1, "kept as long as it is needed");
  }
  assert.ok(opened <= 10, `of 60 passes ${opened} opened the account`);
});

test("an account that does not open keeps no other from its pass", async () => {
  await using at = await home();
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  await idleAccount(at, clock);
  const place = { folder: at.folder, keys: at.keys, bootId: "boot one" };
  const lost = "0".repeat(32) as typeof ALICE;
  const expiry = createDeliveryExpiry({ place, clock, accounts: async () => [lost, ALICE] });
  await clock.advance(10 * DAY);
  assert.deepEqual(await expiry.expire(new AbortController().signal), { opened: 2, failed: 1 });
  assert.equal(rowsOf(at).rows, 0);
});
