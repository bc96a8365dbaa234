import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { HOUR, systemClock } from "../../../host/clock.ts";
import { chunked } from "../../contract/samples.ts";
import { inboundQueueContract } from "../../contract/queue-contract.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { accountId, deliveryId } from "../../ids.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import { openSqliteInboundQueue } from "./inbound-queue.ts";
import { inboundMigrations } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-queue-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);

inboundQueueContract("inbound queue in SQLite", () => openSqliteInboundQueue({ file: newFile(), key }));

const entry = {
  id: deliveryId("ab".repeat(16)),
  account: accountId("cd".repeat(16)),
  into: "INBOX",
  sender: "a@example.org",
  fingerprint: undefined,
  acceptedAt: 1,
  nextAttemptAt: 1,
} as const;

/** The pages of the file as only the key shows them. */
function deciphered(file: string): Buffer {
  const options = { path: file, key, applicationId: APPLICATION.queue, migrations: inboundMigrations };
  const db = openDatabase({ ...options, synchronous: "full" });
  try {
    return db.serialize();
  } finally {
    db.close();
  }
}

test("an entry is there for another process and after a restart", async () => {
  const file = newFile();
  await using first = await openSqliteInboundQueue({ file, key });
  await using second = await openSqliteInboundQueue({ file, key });
  await first.add([entry], chunked(randomBytes(10), 10));
  assert.equal(await second.count(), 1);
});

test("an entry of the first schema is there after an update, without a fingerprint", async () => {
  const file = newFile();
  const options = { path: file, key, applicationId: APPLICATION.queue, synchronous: "full", create: {} } as const;
  const db = openDatabase({ ...options, migrations: inboundMigrations.slice(0, 1) });
  db.exec(`
    INSERT INTO message VALUES (7, 4, 1);
    INSERT INTO piece VALUES (7, 0, x'61620d0a');
    INSERT INTO entry VALUES ('${entry.id}', '${entry.account}', 7, 'INBOX', 'a@example.org', 1, 3, 1);
  `);
  db.close();
  await using queue = await openSqliteInboundQueue({ file, key });
  const [row] = await queue.due(1, 10);
  assert.deepEqual(row, { ...entry, attempts: 3, size: 4 });
  assert.deepEqual((await queue.content(row)).bytes, Buffer.from("ab\r\n"));
});

test("D2: a message that was delivered is erased from the queue's pages", async () => {
  const file = newFile();
  const canary = new TextEncoder().encode("canary-in-the-queue ".repeat(30_000));
  {
    await using queue = await openSqliteInboundQueue({ file, key });
    await queue.add([entry], chunked(canary, 5000));
    assert.equal(deciphered(file).includes("canary-in-the-queue"), true);
    for (const row of await queue.due(2, 10)) await queue.done(row);
    assert.equal(deciphered(file).includes("canary-in-the-queue"), false);
  }
  assert.equal(deciphered(file).includes("a@example.org"), false);
});

test("pieces that no entry names are erased an hour later", async () => {
  const file = newFile();
  {
    await using queue = await openSqliteInboundQueue({ file, key });
    const endless = chunked(randomBytes(1_500_000), 300_000);
    async function* dies(): AsyncGenerator<Uint8Array> {
      yield* endless.pieces();
      await queue[Symbol.asyncDispose]();
    }
    await assert.rejects(queue.add([entry], { ...endless, pieces: dies }));
  }
  const size = deciphered(file).length;
  assert.ok(size > 1_000_000);
  const later = { ...systemClock, now: () => systemClock.now() + 2 * HOUR };
  await using queue = await openSqliteInboundQueue({ file, key, clock: later });
  assert.equal(await queue.count(), 0);
  const db = openDatabase({
    path: file,
    key,
    applicationId: APPLICATION.queue,
    migrations: inboundMigrations,
    synchronous: "full",
  });
  assert.equal(db.prepare("SELECT count(*) FROM piece").pluck().get(), 0);
  db.close();
});
