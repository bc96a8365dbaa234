import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { copyFileSync, fdatasync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import { type Clock, HOUR, systemClock } from "../../host/clock.ts";
import { allOf, outbound, recipient, settlement, wish } from "../contract/outbound-samples.ts";
import { only } from "../contract/outbound-world.ts";
import { inMemory } from "../contract/samples.ts";
import type { FileKey } from "../crypt/account-keys.ts";
import type { OutboundQueue } from "../outbound-queue.ts";
import { StoreError } from "../store-error.ts";
import { APPLICATION, type Database, openDatabase } from "./database.ts";
import { Commits } from "./group-commits.ts";
import type { Sync } from "./mail/commits.ts";
import { openSqliteOutboundQueue } from "./outbound-queue/outbound-queue.ts";
import { outboundMigrations } from "./outbound-queue/schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-commits-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const now = Date.parse("2026-03-01T12:00:00Z");
const TIMES = { dueAt: now, deadline: now + 100 * HOUR, delayAt: now + 4 * HOUR };
const isIo = (error: unknown): boolean => error instanceof StoreError && error.code === "io";

/** Pauses end in the next turn. */
const hurried: Clock = {
  now: () => now,
  steady: () => now,
  after(_delayMs, callback) {
    const soon = setImmediate(callback);
    return { [Symbol.dispose]: () => clearImmediate(soon) };
  },
};

/** The queue without its eraser, on a clock that stands. */
const standing: Clock = { now: () => now, steady: () => now, after: () => ({ [Symbol.dispose]: () => {} }) };

function put(queue: OutboundQueue): ReturnType<OutboundQueue["add"]> {
  return queue.add(outbound(), [recipient("one@a.example")], TIMES, inMemory(randomBytes(1000)));
}

function database(file: string): Database {
  const options = { path: file, key, applicationId: APPLICATION.outbound, migrations: outboundMigrations };
  return openDatabase({ ...options, synchronous: "normal", create: {} });
}

/** A sync that ends when the test says so. */
function heldSync(): { readonly sync: Sync; readonly waiting: (() => void)[] } {
  const waiting: (() => void)[] = [];
  return { waiting, sync: (descriptor, done) => void waiting.push(() => fdatasync(descriptor, done)) };
}

async function until(condition: () => boolean): Promise<void> {
  for (let n = 0; n < 10_000 && !condition(); n++) await turns(1);
  assert.ok(condition());
}

test("a message is taken when its commit is durable; those that come meanwhile share a commit and a sync", async () => {
  const { sync, waiting } = heldSync();
  await using queue = await openSqliteOutboundQueue({ file: newFile(), key, clock: standing, sync });
  let taken = 0;
  const add = async (): Promise<void> => {
    await put(queue);
    taken += 1;
  };
  const first = add();
  await until(() => waiting.length === 1);
  assert.equal((await queue.sums()).messages, 1, "committed, not yet durable");
  const others = [add(), add(), add()];
  await turns(20);
  assert.deepEqual([taken, (await queue.sums()).messages], [0, 1]);
  waiting[0]?.();
  await first;
  await until(() => waiting.length === 2);
  assert.deepEqual([taken, (await queue.sums()).messages], [1, 4]);
  waiting[1]?.();
  await Promise.all(others);
  assert.equal(waiting.length, 2, "three messages, one sync");
});

test("claims, rests and what is put back are not synced; an end is, before it is told", async () => {
  const { sync, waiting } = heldSync();
  await using queue = await openSqliteOutboundQueue({ file: newFile(), key, clock: standing, sync });
  const added = put(queue);
  await until(() => waiting.length === 1);
  waiting[0]?.();
  await added;
  const work = only(await queue.claim(wish(now)));
  await queue.renew([work.claim], now + HOUR);
  await queue.putBack([work]);
  await queue.rest("a.example", now, undefined);
  await queue.well("a.example");
  const again = only(await queue.claim(wish(now, { standing: "well" })));
  assert.equal(waiting.length, 1);
  const told: string[] = [];
  const settle = async (): Promise<void> => {
    await queue.settle(again, settlement(now, { results: allOf(again, "delivered") }));
    told.push("settled");
  };
  const settled = settle();
  await until(() => waiting.length === 2);
  await turns(10);
  assert.deepEqual(told, []);
  waiting[1]?.();
  await settled;
});

test("a process that is killed after a host took a message, before the disk answered, does not send it again", async () => {
  const { sync, waiting } = heldSync();
  const file = newFile();
  await using queue = await openSqliteOutboundQueue({ file, key, clock: standing, sync });
  const added = put(queue);
  await until(() => waiting.length === 1);
  waiting[0]?.();
  await added;
  const work = only(await queue.claim(wish(now)));
  const asLeft = async (): Promise<OutboundQueue> => {
    const copy = newFile();
    for (const end of ["", "-wal"]) copyFileSync(`${file}${end}`, `${copy}${end}`);
    return openSqliteOutboundQueue({ file: copy, key, clock: standing });
  };
  {
    await using before = await asLeft();
    assert.equal((await before.claim(wish(now + HOUR)))?.works.length, 1, "killed before it was settled: repeated");
  }
  const settled = queue.settle(work, settlement(now, { results: allOf(work, "delivered") }));
  await until(() => waiting.length === 2);
  {
    await using after = await asLeft();
    assert.deepEqual(await after.sums(), { messages: 0, items: 0, held: 0, troubled: 0 });
  }
  waiting[1]?.();
  await settled;
});

test("a sync that fails says nothing durable; then the log is moved into the file before anything counts again", async () => {
  const file = newFile();
  let syncs = 0;
  const sync: Sync = (descriptor, done) => {
    syncs += 1;
    if (syncs === 1) setImmediate(done, Object.assign(new Error("i/o error"), { code: "EIO" }));
    else fdatasync(descriptor, done);
  };
  await using queue = await openSqliteOutboundQueue({ file, key, clock: hurried, sync });
  const reader = database(file);
  reader.exec("BEGIN; SELECT count(*) FROM message");
  reader.prepare("SELECT count(*) FROM message").get();
  await assert.rejects(put(queue), isIo);
  const before = (await queue.sums()).messages;
  await assert.rejects(put(queue), isIo);
  assert.equal((await queue.sums()).messages, before, "what could not be made durable is not even begun");
  assert.equal(syncs, 1, "a second sync would prove nothing");
  reader.close();
  assert.equal(await put(queue), "added");
  assert.equal(syncs, 2);
});

test("an operation that fails fails alone, and those beside it are done once", async () => {
  const file = newFile();
  const db = database(file);
  db.exec("CREATE TABLE done (n INTEGER)");
  const commits = new Commits({ db, clock: systemClock, sync: fdatasync });
  const add = (n: number): Promise<unknown> =>
    commits.write((same) => {
      same.prepare("INSERT INTO done VALUES (?)").run(n);
      if (n === 2) throw new Error("a bug");
      return n;
    }, "durable");
  const outcomes = await Promise.allSettled([add(1), add(2), add(3)]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.deepEqual(db.prepare("SELECT n FROM done ORDER BY n").pluck().all(), [1, 3]);
  await commits[Symbol.asyncDispose]();
  await assert.rejects(add(4), (error) => error instanceof StoreError && error.code === "closed");
  db.close();
});

test("who is locked out by another process waits, and nothing is lost", async () => {
  const file = newFile();
  await using queue = await openSqliteOutboundQueue({ file, key, clock: hurried });
  const other = database(file);
  other.exec("BEGIN IMMEDIATE");
  const added = Promise.all(Array.from({ length: 100 }, () => put(queue)));
  await turns(30);
  assert.equal((await queue.sums()).messages, 0);
  other.exec("COMMIT");
  other.close();
  await added;
  assert.equal((await queue.sums()).messages, 100);
});
