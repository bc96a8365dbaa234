import assert from "node:assert/strict";
import { fdatasync, readdirSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { turns } from "../../../../test/world/fake-clock.ts";
import { EMPTY, has, numbers } from "../../../syntax/bytes/number-set.ts";
import { SEEN } from "../../flags.ts";
import { modSeq } from "../../ids.ts";
import type { MailboxChange } from "../../mail-store.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import type { Sync } from "./commits.ts";
import { openSqliteMailStore, type SqliteMailStore } from "./mail-store.ts";
import { accountPath } from "./open-account.ts";
import { mailMigrations } from "./schema.ts";
import { ALICE, ALL, busOf, deliveryOf, factsOf, home, inboxOf, mailOf, plain, until } from "./test-home.ts";

/** A sync that ends when the test says so. */
function heldSync(): { sync: Sync; readonly waiting: (() => void)[] } {
  const waiting: (() => void)[] = [];
  const sync: Sync = (descriptor, done) => {
    waiting.push(() => fdatasync(descriptor, done));
  };
  return { sync, waiting };
}

test("a promise fulfils, and watchers hear, only after the commit is durable; commits made meanwhile share a sync", async () => {
  await using at = await home();
  const held = heldSync();
  const store = at.open({ sync: held.sync });
  await store.create(ALICE, { quotaBytes: 1e9 });
  const told: MailboxChange[] = [];
  using _watch = store.watch(ALICE, (change) => told.push(change));
  let fulfilled = 0;
  const first = store
    .write(ALICE)
    .deliver(deliveryOf("one"))
    .then(() => fulfilled++);
  await until(() => held.waiting.length === 1);
  const rest = [1, 2, 3].map(() =>
    store
      .write(ALICE)
      .deliver(deliveryOf("more"))
      .then(() => fulfilled++),
  );
  await turns(20);
  assert.equal(fulfilled, 0);
  assert.deepEqual(
    told.map((change) => change.modSeq),
    [],
  );
  assert.equal(
    at.look((db) => db.prepare("SELECT count(*) FROM mail").pluck().get()),
    1,
    "committed, not yet durable",
  );
  held.waiting[0]?.();
  await first;
  assert.deepEqual(
    told.map((change) => change.modSeq),
    [2],
  );
  await until(() => held.waiting.length === 2);
  held.waiting[1]?.();
  await Promise.all(rest);
  assert.deepEqual(
    told.map((change) => change.modSeq),
    [2, 3, 4, 5],
  );
  assert.equal(held.waiting.length, 2, "three commits, one sync");
});

test("flags are answered after the commit, and synced soon", async () => {
  await using at = await home();
  let syncs = 0;
  const sync: Sync = (descriptor, done) => {
    syncs += 1;
    fdatasync(descriptor, done);
  };
  const store = at.open({ sync });
  await store.create(ALICE, { quotaBytes: 1e9 });
  await store.write(ALICE).deliver(deliveryOf("one"));
  assert.equal(syncs, 1);
  const { id } = await inboxOf(store);
  await store.write(ALICE).store(id, ALL, { kind: "add", flags: { system: SEEN, keywords: [] } });
  assert.equal(syncs, 1);
  await store.settle();
  assert.equal(syncs, 2);
});

test("an error of the sync condemns the handle: nothing is acknowledged, the account is checked and goes on", async () => {
  await using at = await home();
  const events: string[] = [];
  let broken = true;
  const sync: Sync = (descriptor, done) => {
    if (!broken) return fdatasync(descriptor, done);
    broken = false;
    setImmediate(done, Object.assign(new Error("i/o error"), { code: "EIO" }));
  };
  const store = at.open({ sync, log: (name, fields) => void events.push(`${name} ${JSON.stringify(fields)}`) });
  await store.create(ALICE, { quotaBytes: 1e9 });
  const isIo = (error: unknown): boolean => error instanceof StoreError && error.code === "io";
  await assert.rejects(store.write(ALICE).deliver(deliveryOf("one")), isIo);
  assert.deepEqual(events, [`store.suspect {"account":"${ALICE}","code":"EIO","step":"sync"}`]);
  assert.equal((await store.write(ALICE).deliver(deliveryOf("two"))).kind, "delivered");
  assert.deepEqual(await store.check(ALICE), []);
});

test("one operation that fails does not fail those that share its transaction", async () => {
  await using at = await home();
  const store = at.open();
  await store.create(ALICE, { quotaBytes: 1e9 });
  const { id } = await inboxOf(store);
  const writer = store.write(ALICE);
  const outcomes = await Promise.allSettled([
    writer.append(id, [mailOf("one")]),
    writer.deleteMailbox(id),
    writer.append(id, [{ ...mailOf("two"), flags: { system: 0, keywords: ["word"] } }]),
  ]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.equal((await factsOf(store)).length, 2);
  assert.deepEqual(await store.read(ALICE).keywords(id), ["word"]);
});

test("a lock of another process is waited for without blocking, up to a deadline", async () => {
  await using at = await home();
  const store = at.open({ limits: { lockMs: 40 } });
  await store.create(ALICE, { quotaBytes: 1e9 });
  const key = at.keys.get(ALICE);
  assert.ok(key);
  const path = accountPath(at.folder, ALICE);
  const other = openDatabase({
    path,
    key,
    applicationId: APPLICATION.mail,
    migrations: mailMigrations,
    synchronous: "normal",
  });
  other.exec("BEGIN IMMEDIATE");
  const isBusy = (error: unknown): boolean => error instanceof StoreError && error.code === "busy";
  await assert.rejects(store.write(ALICE).deliver(deliveryOf("one")), isBusy);
  const waiting = store.write(ALICE).deliver(deliveryOf("two"));
  await turns(5);
  other.exec("COMMIT");
  assert.equal((await waiting).kind, "delivered");
  other.close();
});

test("two workers write to one account at once: every mail has its own UID, and each worker hears of the other's", async () => {
  await using at = await home();
  const bus = busOf();
  const workers = [at.open({ bus: bus.join() }), at.open({ bus: bus.join() })] as const;
  await Promise.all(workers.map((store) => store.create(ALICE, { quotaBytes: 1e9 })));
  const heard: number[] = [];
  using _watch = workers[1].watch(ALICE, (change) => heard.push(Number(change.modSeq)));
  const results = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      (workers[n % 2] as SqliteMailStore).write(ALICE).deliver(deliveryOf(`mail ${n}`)),
    ),
  );
  const uids = results.map((result) => (result.kind === "delivered" ? result.uid : 0));
  assert.equal(new Set(uids).size, 60);
  assert.equal(new Set(heard).size, 60);
  assert.deepEqual(await workers[0].check(ALICE), []);
});

test("after a crash of the machine numbers leave a gap, after a clean close they do not", async () => {
  await using at = await home();
  const crashed = await home();
  const store = at.open();
  await store.create(ALICE, { quotaBytes: 1e9 });
  await store.write(ALICE).deliver(deliveryOf("one"));
  const before = await inboxOf(store);
  // The files as a power cut leaves them: the log still there.
  await cp(at.folder, crashed.folder, { recursive: true });
  await store[Symbol.asyncDispose]();
  assert.deepEqual(readdirSync(join(at.folder, ALICE.slice(0, 2))), [`${ALICE}.db`]);

  const clean = at.open({ bootId: "boot two" });
  assert.deepEqual(await inboxOf(clean), before);
  await clean.write(ALICE).deliver(deliveryOf("two"));
  assert.equal((await inboxOf(clean)).uidNext, 3);

  const after = openSqliteMailStore({ ...plain(crashed.folder, at.keys), bootId: "boot two" });
  const inbox = await inboxOf(after);
  assert.equal(inbox.uidNext, before.uidNext + 1000);
  assert.equal(inbox.highestModSeq, before.highestModSeq + 2 ** 20);
  const read = after.read(ALICE);
  const known = await read.changes(inbox.id, modSeq(before.highestModSeq));
  assert.ok(known?.complete);
  assert.deepEqual(known.changed, EMPTY);
  assert.ok(has(known.vanished, before.uidNext), "a UID that may have been shown has vanished");
  const lost = await read.changes(inbox.id, modSeq(before.highestModSeq + 5));
  assert.deepEqual([...numbers(lost?.changed ?? EMPTY)], [1], "a modseq inside the gap counts as 0");
  await after.write(ALICE).deliver(deliveryOf("two"));
  assert.deepEqual(
    (await factsOf(after)).map((row) => row.uid),
    [1, before.uidNext + 1000],
  );
  assert.deepEqual(await after.check(ALICE), []);
  await after[Symbol.asyncDispose]();
  const again = openSqliteMailStore({ ...plain(crashed.folder, at.keys), bootId: "boot two" });
  assert.equal((await inboxOf(again)).uidNext, before.uidNext + 1001, "one crash, one gap");
  await again[Symbol.asyncDispose]();
  await crashed[Symbol.asyncDispose]();
});
