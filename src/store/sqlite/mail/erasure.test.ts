import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { turns } from "../../../../test/world/fake-clock.ts";
import { type Clock, systemClock } from "../../../host/clock.ts";
import { range } from "../../../syntax/bytes/number-set.ts";
import { DELETED } from "../../flags.ts";
import { type AccountId, accountId, type ContentId } from "../../ids.ts";
import type { ContentSource } from "../../mail-store.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, type Database, openDatabase } from "../database.ts";
import { accountPath } from "./open-account.ts";
import { mailMigrations } from "./schema.ts";
import { ALICE, ALL, busOf, deliveryOf, factsOf, home, inboxOf, mailOf, until } from "./test-home.ts";

test("pieces of a large message that no mail came to name are erased by their age, in a slice each", async () => {
  await using at = await home();
  let offset = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + offset };
  const large = mailOf("x".repeat(700 * 1024));
  {
    const store = at.open({ clock });
    await store.create(ALICE, { quotaBytes: 1e9 });
    const { id } = await inboxOf(store);
    // A process that dies between staging and naming never comes to the last commit; here the source stops giving.
    const stopped: ContentSource = {
      size: large.content.size,
      bytes: undefined,
      async *pieces() {
        yield (large.content.bytes ?? new Uint8Array(0)).subarray(0, 300 * 1024);
        await new Promise(() => {});
      },
    };
    void store.write(ALICE).append(id, [{ ...large, content: stopped }]);
    await until(() => at.look((db) => db.prepare("SELECT count(*) FROM body").pluck().get()) === 2);
    assert.deepEqual(await store.check(ALICE), [], "staged pieces are no finding");
    assert.equal((await store.read(ALICE).usage()).messages, 0);
  }
  offset = 24 * 60 * 60 * 1000;
  const store = at.open({ clock });
  assert.equal((await store.read(ALICE).usage()).messages, 0);
  await store.settle();
  assert.deepEqual(
    at.look((db) => db.prepare("SELECT count(*) FROM body UNION ALL SELECT count(*) FROM content").pluck().all()),
    [0, 0],
  );
});

test("D4: a deleted mail is gone from pages, free pages and the write-ahead log", async () => {
  await using at = await home();
  const store = at.open({ limits: { eraseDelayMs: 1 } });
  await store.create(ALICE, { quotaBytes: 1e9 });
  const { id } = await inboxOf(store);
  const secret = "the-secret-word-of-the-letter";
  const noise = randomBytes(30_000).toString("base64");
  const mail = mailOf(`${secret} ${noise} ${secret}`);
  const bytes = Buffer.from(mail.content.bytes ?? []);
  await store.write(ALICE).append(id, [mail, mailOf("another letter")]);
  await store.settle();
  /** What whoever has the key can read: every page as the pager deciphers it, free ones too. */
  const pages = (): Buffer => at.look((db) => db.serialize());
  const before = pages();
  assert.ok(before.includes(secret.slice(0, 20)), "control: the subject can be found");
  const sample = at.look((db) =>
    db.prepare("SELECT octets FROM body ORDER BY length(octets) DESC LIMIT 1").pluck().get(),
  ) as Buffer;
  const needles = [
    secret.slice(0, 20),
    sample.subarray(100, 140),
    sample.subarray(20_000, 20_040),
    bytes.subarray(0, 20),
  ];
  assert.ok(before.includes(sample.subarray(100, 140)), "control: the body can be found");
  const [content] = (await factsOf(store)).map((row) => row.content) as [ContentId];
  await store.write(ALICE).store(id, range(1, 1), { kind: "add", flags: { system: DELETED, keywords: [] } });
  await store.write(ALICE).expunge(id, ALL);
  await store.settle();
  assert.equal(statSync(`${accountPath(at.folder, ALICE)}-wal`).size, 0, "the log is empty");
  const after = pages();
  for (const needle of needles) assert.equal(after.includes(needle), false);
  const isGone = (error: unknown): boolean => error instanceof StoreError && error.code === "gone";
  await assert.rejects(store.read(ALICE).header(content), isGone);
  assert.equal((await factsOf(store)).length, 1);
  assert.deepEqual(await store.check(ALICE), []);
});

test("D4: what was doomed when a worker died is erased after the next start, without anyone logging in", async () => {
  await using at = await home();
  const dead = at.open({ limits: { eraseDelayMs: 1e9 } });
  await dead.create(ALICE, { quotaBytes: 1e9 });
  const { id } = await inboxOf(dead);
  await dead.write(ALICE).append(id, [{ ...mailOf("one"), flags: { system: DELETED, keywords: [] } }]);
  await dead.write(ALICE).expunge(id, ALL);
  assert.equal(
    at.look((db) => db.prepare("SELECT count(*) FROM doomed").pluck().get()),
    1,
  );
  const store = at.open();
  await store.sweep(new AbortController().signal);
  await store.settle();
  assert.equal(
    at.look((db) => db.prepare("SELECT count(*) FROM doomed").pluck().get()),
    0,
  );
});

test("D4: what was erased when a worker died leaves the write-ahead log at the next start too", async () => {
  await using at = await home();
  const dead = at.open();
  await dead.create(ALICE, { quotaBytes: 1e9 });
  await dead.write(ALICE).deliver(deliveryOf("one"));
  const log = `${accountPath(at.folder, ALICE)}-wal`;
  assert.ok(statSync(log).size > 0);
  writeFileSync(join(at.folder, "foreign"), "");
  const store = at.open();
  assert.deepEqual(await store.files(), { accounts: [ALICE], logs: [ALICE], strangers: ["foreign"] });
  await store.sweep(new AbortController().signal);
  assert.equal(statSync(log).size, 0);
  await store.write(ALICE).deliver(deliveryOf("two"));
  await store.sweep(AbortSignal.abort());
  assert.ok(statSync(log).size > 0, "a service that stops sweeps no more");
});

test("D5: a destroyed account is closed in every worker, and its files are gone", async () => {
  await using at = await home();
  const bus = busOf();
  const [a, b] = [at.open({ bus: bus.join() }), at.open({ bus: bus.join() })];
  await a.create(ALICE, { quotaBytes: 1e9 });
  await b.write(ALICE).deliver(deliveryOf("one"));
  await a.destroy(ALICE);
  await turns(3);
  assert.deepEqual(readdirSync(join(at.folder, ALICE.slice(0, 2))), []);
  const isGone = (error: unknown): boolean => error instanceof StoreError && error.code === "no-account";
  await assert.rejects(b.read(ALICE).usage(), isGone);
});

test("only so many files stay open, and what waits is done before one closes", async () => {
  await using at = await home();
  const store = at.open({ limits: { openAccounts: 2 } });
  const accounts: AccountId[] = Array.from({ length: 6 }, (_, n) => accountId(`${n}f`.repeat(16)));
  for (const account of accounts) await store.create(account, { quotaBytes: 1e9 });
  for (let round = 0; round < 3; round++) {
    const deliveries = accounts.map((account) => ({ account, delivery: deliveryOf(`round ${round}`) }));
    await Promise.all(deliveries.map(({ account, delivery }) => store.write(account).deliver(delivery)));
    for (const { account, delivery } of deliveries) store.write(account).forget(delivery.id);
  }
  for (const account of accounts) {
    assert.equal((await store.read(account).usage()).messages, 3);
    assert.deepEqual(await store.check(account), []);
  }
  const logs = accounts.filter((account) =>
    statSync(`${accountPath(at.folder, account)}-wal`, { throwIfNoEntry: false }),
  );
  assert.ok(logs.length <= 3, `${logs.length} are open`);
});

test("a file of an earlier version is brought up when it is opened", async () => {
  await using at = await home();
  const store = at.open();
  await store.create(ALICE, { quotaBytes: 1e9 });
  await store.write(ALICE).deliver(deliveryOf("one"));
  await store[Symbol.asyncDispose]();
  const key = at.keys.get(ALICE);
  assert.ok(key);
  const later = [...mailMigrations, (db: Database) => void db.exec("ALTER TABLE content ADD COLUMN later TEXT")];
  const path = accountPath(at.folder, ALICE);
  const db = openDatabase({ path, key, applicationId: APPLICATION.mail, migrations: later, synchronous: "normal" });
  assert.equal(db.prepare("SELECT count(*) FROM content WHERE later IS NULL").pluck().get(), 1);
  db.close();
  const isIo = (error: unknown): boolean => error instanceof StoreError && error.code === "io";
  await assert.rejects(at.open().read(ALICE).usage(), isIo, "a newer file is refused");
});
