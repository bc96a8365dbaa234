import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock } from "../../../../test/world/fake-clock.ts";
import { HOUR, systemClock } from "../../../host/clock.ts";
import { outboundQueueContract } from "../../contract/outbound-contract.ts";
import { allOf, newId, outbound, recipient, settlement, wish } from "../../contract/outbound-samples.ts";
import { chunked, collect, inMemory } from "../../contract/samples.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { OutboundQueue } from "../../outbound-queue.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import { openSqliteOutboundQueue } from "./outbound-queue.ts";
import { outboundMigrations } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-outbound-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);

outboundQueueContract("outbound queue in SQLite", (clock) => openSqliteOutboundQueue({ file: newFile(), key, clock }));

const START = "2026-03-01T12:00:00Z";
const now = Date.parse(START);
const TIMES = { dueAt: now, deadline: now + 5 * 24 * HOUR, delayAt: now + 4 * HOUR };

/** The pages of the file as only the key shows them. */
function deciphered(file: string): Buffer {
  const options = { path: file, key, applicationId: APPLICATION.outbound, migrations: outboundMigrations };
  const db = openDatabase({ ...options, synchronous: "full" });
  try {
    return db.serialize();
  } finally {
    db.close();
  }
}

function withRows<T>(file: string, look: (all: (sql: string) => readonly unknown[]) => T): T {
  const options = { path: file, key, applicationId: APPLICATION.outbound, migrations: outboundMigrations };
  const db = openDatabase({ ...options, synchronous: "full" });
  try {
    return look((sql) => db.prepare(sql).pluck().all());
  } finally {
    db.close();
  }
}

async function deliverAll(queue: OutboundQueue, at: number): Promise<number> {
  let count = 0;
  for (;;) {
    const batch = (await queue.claim(wish(at))) ?? (await queue.claim(wish(at, { standing: "well" })));
    if (batch === undefined) return count;
    for (const work of batch.works) {
      await queue.settle(work, settlement(at, { results: allOf(work, "delivered") }));
      count += 1;
    }
  }
}

test("a message is there for another process and after a restart, claimed or not", async () => {
  const file = newFile();
  await using first = await openSqliteOutboundQueue({ file, key });
  await using second = await openSqliteOutboundQueue({ file, key });
  const message = outbound();
  await first.add(message, [recipient("one@a.example")], TIMES, chunked(randomBytes(2_000_000), 5000));
  assert.equal((await collect((await second.content(message.id)).pieces())).length, 2_000_000);
  const one = await first.claim(wish(now, { until: now + HOUR }));
  assert.equal(one?.works.length, 1);
  assert.equal(await second.claim(wish(now)), undefined);
  assert.equal((await second.claim(wish(now + HOUR)))?.works.length, 1);
});

for (const size of [20_000, 1_500_000])
  test(`D6: of a delivered message of ${size} octets no trace is left within 60 seconds`, async () => {
    const file = newFile();
    const clock = new FakeClock(START);
    const canary = Buffer.from("canary-on-its-way ".repeat(Math.ceil(size / 18))).subarray(0, size);
    await using queue = await openSqliteOutboundQueue({ file, key, clock });
    const message = outbound({ messageId: "canary-id@example.org" });
    await queue.add(message, [recipient("one@a.example"), recipient("two@b.example")], TIMES, chunked(canary, 5000));
    const keys = withRows(file, (all) => all("SELECT key FROM content")) as readonly Uint8Array[];
    const pieces = withRows(file, (all) => all("SELECT octets FROM piece")) as readonly Uint8Array[];
    assert.equal(keys.length, 1);
    const before = deciphered(file);
    for (const trace of [...keys, ...pieces.map((piece) => piece.subarray(0, 64)), Buffer.from("canary-id@")])
      assert.equal(before.includes(trace), true);
    assert.equal(before.includes("canary-on-its-way"), false, "sealed by a key of its own");
    assert.equal(await deliverAll(queue, now), 2);
    await clock.advance(60_000);
    for (let n = 0; n < 200 && statSync(`${file}-wal`).size > 0; n++) await new Promise(setImmediate);
    assert.equal(statSync(`${file}-wal`).size, 0);
    const after = deciphered(file);
    for (const trace of [...keys, ...pieces.map((piece) => piece.subarray(0, 64)), Buffer.from("canary-id@")])
      assert.equal(after.includes(trace), false);
    assert.equal((await queue.records(message.account ?? assert.fail(), 0)).length, 2);
    for (const name of readdirSync(folder))
      assert.equal(readFileSync(join(folder, name)).includes("canary"), false, "the files themselves are noise");
  });

test("D6: the key is gone from the database in the commit that ends the message", async () => {
  const file = newFile();
  await using queue = await openSqliteOutboundQueue({ file, key, clock: new FakeClock(START) });
  await queue.add(outbound(), [recipient("one@a.example")], TIMES, inMemory(randomBytes(1000)));
  await deliverAll(queue, now);
  assert.deepEqual(
    withRows(file, (all) => all("SELECT count(*) FROM content WHERE key IS NOT NULL")),
    [0],
  );
});

test("pieces that nobody came to name, and what a dead process had to erase, go when the queue is opened", async () => {
  const file = newFile();
  {
    await using queue = await openSqliteOutboundQueue({ file, key, clock: new FakeClock(START) });
    await queue.add(outbound(), [recipient("one@a.example")], TIMES, inMemory(randomBytes(1000)));
  }
  const options = { path: file, key, applicationId: APPLICATION.outbound, migrations: outboundMigrations };
  const db = openDatabase({ ...options, synchronous: "full" });
  db.exec(`INSERT INTO content VALUES (50, x'00', ${now - 2 * HOUR}), (51, x'00', ${now}), (52, NULL, ${now})`);
  db.exec("INSERT INTO piece VALUES (50, 0, x'01'), (51, 0, x'01'), (52, 0, x'01')");
  db.close();
  await using queue = await openSqliteOutboundQueue({ file, key, clock: new FakeClock(START) });
  assert.equal((await queue.sums()).messages, 1);
  assert.deepEqual(
    withRows(file, (all) => all("SELECT DISTINCT content FROM piece ORDER BY content")),
    [1, 51],
  );
});

test("a disk that fails while a message is added leaves no part of it", async () => {
  const file = newFile();
  await using queue = await openSqliteOutboundQueue({ file, key });
  const breaks = {
    ...chunked(randomBytes(2_000_000), 5000),
    async *pieces(): AsyncGenerator<Uint8Array> {
      yield randomBytes(1_500_000);
      throw new StoreError("io", "the spool failed");
    },
  };
  await assert.rejects(queue.add(outbound(), [recipient("one@a.example")], TIMES, breaks), { code: "io" });
  await queue.erase();
  assert.deepEqual(
    withRows(file, (all) => all("SELECT count(*) FROM piece")),
    [0],
  );
});

test("picking costs the same with thousands of messages to dead destinations as without", async () => {
  const file = newFile();
  await using queue = await openSqliteOutboundQueue({ file, key, clock: systemClock });
  const dead = 3000;
  const options = { path: file, key, applicationId: APPLICATION.outbound, migrations: outboundMigrations };
  const db = openDatabase({ ...options, synchronous: "normal" });
  const add = (n: number, destination: string): void => {
    db.prepare("INSERT INTO content VALUES (?, x'00', ?)").run(n, now);
    db.prepare(
      "INSERT INTO message VALUES (?, ?, ?, 'a1', 's@example.org', NULL, 0, '7BIT', 0, 0, NULL, NULL, ?, ?)",
    ).run(n, newId(), n, now, TIMES.deadline);
    db.prepare("INSERT INTO item VALUES (?, ?, ?, 'a1', 1, ?, ?, 0, ?, NULL, NULL, NULL)").run(
      n,
      n,
      destination,
      now,
      n,
      TIMES.deadline,
    );
  };
  db.exec("BEGIN");
  for (let n = 1; n <= dead; n++) add(n, n % 2 === 0 ? "one-dead.example" : `dead${n}.example`);
  db.exec(`INSERT INTO destination SELECT DISTINCT destination, 2, 1, ${now + HOUR}, 1, 1, NULL FROM item; COMMIT`);
  const plan = (sql: string): string =>
    (db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as readonly { readonly detail: string }[])
      .map(({ detail }) => detail)
      .join("; ");
  // Each question of a pick is answered by an index that holds nothing but answers.
  for (const [sql, index] of [
    [
      "SELECT name FROM destination WHERE resting = 0 AND turn IS NOT NULL AND standing = 0 ORDER BY turn LIMIT 1",
      "destination_open",
    ],
    ["SELECT name FROM destination WHERE resting = 1 AND next_at <= 5 ORDER BY next_at LIMIT 5", "destination_rest"],
    ["SELECT id FROM item WHERE phase IN (0, 2) AND at <= 5 ORDER BY at LIMIT 5", "item_time"],
    ["SELECT * FROM item WHERE destination = 'x' AND phase = 1 ORDER BY tag LIMIT 5", "item_destination"],
    ["SELECT * FROM item WHERE phase <> 2 AND deadline <= 5 ORDER BY deadline LIMIT 5", "item_deadline"],
    [
      "SELECT * FROM item WHERE phase <> 2 AND delay_at IS NOT NULL AND delay_at <= 5 ORDER BY delay_at LIMIT 5",
      "item_delay",
    ],
  ] as const) {
    assert.match(plan(sql), new RegExp(`INDEX ${index}`));
    assert.doesNotMatch(plan(sql), /TEMP B-TREE|SCAN item$/);
  }
  db.close();
  assert.equal(await queue.claim(wish(now)), undefined);
  await queue.add(outbound(), [recipient("live@live.example")], TIMES, inMemory(randomBytes(10)));
  assert.equal((await queue.claim(wish(now)))?.destination, "live.example");
});
