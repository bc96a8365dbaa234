import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock } from "../../../../test/world/fake-clock.ts";
import type { Ending, Reservation, Subscription } from "../../billing.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { accountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import { openSqliteBilling } from "./billing.ts";
import { billingMigrations } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-billing-store-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const clock = new FakeClock("2026-11-21T12:00:00Z");
const id = (n: number): string => String(n).repeat(32);

const reservation = (n: number, more: Partial<Reservation> = {}): Reservation => ({
  reference: id(n),
  account: accountId(id(n)),
  createdAt: n,
  plan: "small",
  invitation: undefined,
  session: undefined,
  keptUntil: 1000,
  keepsName: true,
  state: "reserved",
  subscription: undefined,
  customer: undefined,
  signUp: {
    address: "anna@example.org",
    passwordHash: "$argon2id$secret",
    recovery: "anna@elsewhere.example",
    language: "sv",
    agreedAt: 5,
  },
  ...more,
});
const subscription = (n: number, more: Partial<Subscription> = {}): Subscription => ({
  account: accountId(id(n)),
  reference: id(n),
  subscription: `sub_${n}`,
  customer: `cus_${n}`,
  plan: "small",
  standing: "paid",
  until: 99,
  standingSince: 1,
  stage: "open",
  stageSince: 2,
  warnedAt: undefined,
  boughtAt: 3,
  withdrawnAt: undefined,
  version: 1,
  ...more,
});
const ending = (n: number, more: Partial<Ending> = {}): Ending => ({
  subscription: `sub_${n}`,
  customer: `cus_${n}`,
  refunds: false,
  account: undefined,
  askedAt: n,
  ...more,
});

test("a name is kept by one reservation, let go, and kept again while nobody else has it", async () => {
  await using store = await openSqliteBilling({ file: newFile(), key, clock });
  assert.equal(await store.reserve(reservation(1)), "reserved");
  assert.deepEqual(await store.reservation(id(1)), reservation(1));
  assert.equal(await store.reserve(reservation(2)), "held");
  await store.releaseName(id(1));
  assert.equal(await store.keepName(id(1)), true);
  await store.releaseName(id(1));
  assert.equal(await store.reserve(reservation(2)), "reserved");
  assert.equal(await store.keepName(id(1)), false);
  assert.equal(await store.keepName(id(3)), false);
  assert.deepEqual(
    (await store.reservations()).map(({ reference, keepsName }) => [reference, keepsName]),
    [
      [id(1), false],
      [id(2), true],
    ],
  );
  const sameAccount = reservation(4, { account: accountId(id(1)), signUp: undefined });
  assert.equal(await store.reserve(sameAccount), "held");
});

test("sign-ups that wait are bounded", async () => {
  await using store = await openSqliteBilling({ file: newFile(), key, clock, mostReservations: 1 });
  await store.reserve(reservation(1));
  const signUp = { ...(reservation(2).signUp ?? assert.fail()), address: "bertil@example.org" };
  assert.equal(await store.reserve(reservation(2, { signUp })), "full");
  await store.erase(id(1));
  assert.equal(await store.reserve(reservation(2, { signUp })), "reserved");
});

test("a sign-up becomes an account once; refused stays refused, with what is owed in the same commit", async () => {
  await using store = await openSqliteBilling({ file: newFile(), key, clock });
  await store.reserve(reservation(1));
  await store.setSession(id(1), "cs_1");
  await store.setPaid(id(1), { subscription: "sub_1", customer: "cus_1" });
  assert.deepEqual(await store.reservation(id(1)), {
    ...reservation(1),
    session: "cs_1",
    state: "paid",
    subscription: "sub_1",
    customer: "cus_1",
  });
  await store.opened(id(1), subscription(1));
  await store.opened(id(1), subscription(1, { plan: "other" }));
  assert.deepEqual(await store.byReference(id(1)), subscription(1));
  assert.equal(await store.reservation(id(1)), undefined);
  await store.reserve(reservation(2));
  await store.refuse(id(2), ending(2, { refunds: true }));
  await store.refuse(id(2), ending(3));
  await store.setPaid(id(2), { subscription: "sub_9", customer: "cus_9" });
  assert.equal((await store.reservation(id(2)))?.state, "refused");
  assert.deepEqual(await store.endings(), [ending(2, { refunds: true })]);
  await store.forgetSignUp(id(2));
  assert.equal((await store.reservation(id(2)))?.signUp, undefined);
});

test("an older decision does not stand over a newer one; subscriptions are found by each of their names", async () => {
  await using store = await openSqliteBilling({ file: newFile(), key, clock });
  for (const n of [1, 2, 3]) await store.restore(subscription(n));
  const found = [
    await store.byAccount(accountId(id(2))),
    await store.byReference(id(2)),
    await store.bySubscription("sub_2"),
    await store.byCustomer("cus_2"),
  ];
  for (const one of found) assert.deepEqual(one, subscription(2));
  assert.deepEqual(await store.subscriptions(accountId(id(1)), 1), [subscription(2)]);
  const changed = subscription(1, {
    reference: id(7),
    subscription: "sub_7",
    customer: "cus_7",
    plan: "large",
    standing: "ended",
    until: undefined,
    standingSince: 11,
    stage: "not-sending",
    stageSince: 12,
    warnedAt: 13,
    boughtAt: 14,
    withdrawnAt: 15,
  });
  assert.equal(await store.update(changed, { ending: ending(1) }), true);
  assert.deepEqual(await store.byAccount(accountId(id(1))), { ...changed, version: 2 });
  assert.equal(await store.update(subscription(1), { ending: ending(5) }), false);
  assert.deepEqual(await store.endings(), [ending(1)]);
  await store.remove(accountId(id(2)), ending(2));
  await store.remove(accountId(id(2)), ending(6));
  assert.deepEqual(await store.endings(), [ending(1), ending(2)]);
  const account = accountId(id(1));
  await store.addEnding(ending(1, { refunds: true, account }));
  await store.addEnding(ending(1));
  assert.deepEqual((await store.endings())[0], ending(1, { refunds: true, account }), "what goes back goes back");
  await store.ended("sub_1");
  assert.deepEqual(await store.endings(), [ending(2)]);
});

test("an invitation is used once, not at all when the name is kept, and given back when the name was gone", async () => {
  await using store = await openSqliteBilling({ file: newFile(), key, clock });
  const hash = "a".repeat(64);
  await store.invite(hash, clock.now() + 1);
  const claim = (n: number, more: Partial<Reservation> = {}, invitation = hash) =>
    store.claim({ ...reservation(n, { plan: undefined, state: "paid", ...more }), invitation });
  assert.equal(await claim(1, {}, "b".repeat(64)), "unknown");
  assert.deepEqual(await store.reservations(), []);
  await store.reserve(reservation(2));
  assert.equal(await claim(1), "held");
  await store.erase(id(2));
  assert.equal(await claim(1), "reserved");
  assert.equal(
    await claim(3, { signUp: { ...(reservation(3).signUp ?? assert.fail()), address: "b@example.org" } }),
    "unknown",
  );
  await store.refuse(id(1), undefined);
  assert.equal(await claim(4), "reserved");
  await store.refuse(id(4), undefined);
  assert.equal(await store.forgetInvitations(clock.now() + 1), 1);
});

test("webhooks that were seen are known until they are forgotten", async () => {
  await using store = await openSqliteBilling({ file: newFile(), key, clock });
  await store.see("evt_1", 5);
  await store.see("evt_1", 6);
  assert.deepEqual([await store.isSeen("evt_1"), await store.isSeen("evt_2")], [true, false]);
  assert.equal(await store.forgetSeen(5), 0);
  assert.equal(await store.forgetSeen(6), 1);
  assert.equal(await store.isSeen("evt_1"), false);
});

test("D3, D4: nobody reads from the disk who signed up, and what is over is gone from the file", async () => {
  const file = newFile();
  const secrets = ["anna@example.org", "anna@elsewhere.example", "argon2id", "cs_secret"];
  {
    await using store = await openSqliteBilling({ file, key, clock });
    await store.reserve(reservation(1));
    await store.setSession(id(1), "cs_secret");
    const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
    for (const text of [...secrets, "CREATE TABLE"]) assert.equal(bytes.includes(text), false, text);
    await store.erase(id(1));
    assert.equal(readFileSync(`${file}-wal`).length, 0);
    await store[Symbol.asyncDispose]();
    await assert.rejects(store.endings(), (error) => error instanceof StoreError && error.code === "closed");
  }
  const options = { path: file, key, applicationId: APPLICATION.billing, migrations: billingMigrations };
  const db = openDatabase({ ...options, synchronous: "full" });
  const plain = Buffer.from(db.serialize());
  db.close();
  for (const text of secrets) assert.equal(plain.includes(text), false, text);
});

test("D1, D8: the raw tables have no column for a name, a card, an amount or an address that is not asked for", async () => {
  const file = newFile();
  await (await openSqliteBilling({ file, key, clock }))[Symbol.asyncDispose]();
  const options = { path: file, key, applicationId: APPLICATION.billing, migrations: billingMigrations };
  const db = openDatabase({ ...options, synchronous: "full" });
  const columns = db
    .prepare("SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'")
    .pluck()
    .all() as readonly string[];
  db.close();
  assert.deepEqual(
    columns.filter((name) => /name|card|amount|phone|birth|mail|street|city|country|client/.test(name)),
    ["reservation.keeps_name"],
  );
  assert.ok(columns.includes("subscription.until"));
});
