/** The cases that both implementations share, and what only a file has. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { tlsResultsContract, tlsSums } from "../../contract/tls-results-cases.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import { tlsResultMigrations } from "./schema.ts";
import { openSqliteTlsResults } from "./tls-results.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-tlsrpt-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const DAY = 86_400_000;

tlsResultsContract("sqlite", (limits) =>
  openSqliteTlsResults({ file: newFile(), key, ...(limits === undefined ? {} : { limits }) }),
);

test("sums and reports are there after a restart, and processes share them", async () => {
  const file = newFile();
  const first = await openSqliteTlsResults({ file, key });
  await first.add(DAY, [tlsSums()]);
  await first.plan(2 * DAY, 9, () => ({ id: "a".repeat(32), dueAt: 1 }));
  await using other = await openSqliteTlsResults({ file, key });
  await other.add(DAY, [tlsSums()]);
  await first[Symbol.asyncDispose]();
  await using again = await openSqliteTlsResults({ file, key });
  assert.deepEqual((await again.sums(DAY, "example.com"))[0]?.successes, 6);
  assert.equal((await again.due(1, 1))[0]?.id, "a".repeat(32));
});

test("D3: nobody reads from the disk whose servers we talked to, and what is done is gone from the file", async () => {
  const file = newFile();
  {
    await using results = await openSqliteTlsResults({ file, key });
    await results.add(DAY, [tlsSums()]);
    await results.plan(2 * DAY, 9, () => ({ id: "a".repeat(32), dueAt: 1 }));
    const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
    for (const text of ["example.com", "STSv1", "192.0.2.1", "CREATE TABLE"])
      assert.equal(bytes.includes(text), false, text);
    await results.done(DAY, "example.com");
    await results.forget(DAY);
    assert.equal(readFileSync(`${file}-wal`).length, 0);
  }
  const open = (): Uint8Array => {
    const options = { path: file, key, applicationId: APPLICATION.tlsrpt, migrations: tlsResultMigrations };
    const db = openDatabase({ ...options, synchronous: "full" });
    try {
      return db.serialize();
    } finally {
      db.close();
    }
  };
  const done = Buffer.from(open());
  assert.deepEqual(
    ["mx.example.com", "STSv1", "192.0.2.1", "CERT_HAS_EXPIRED", "example.com"].map((text) => done.includes(text)),
    [false, false, false, false, true],
    "the mark alone stays",
  );
  {
    await using results = await openSqliteTlsResults({ file, key });
    assert.equal(await results.forget(2 * DAY), 1);
  }
  assert.equal(Buffer.from(open()).includes("example.com"), false);
  await assert.rejects(
    openSqliteTlsResults({ file, key: randomBytes(32) as Uint8Array as FileKey }),
    (error) => error instanceof StoreError && error.code === "key",
  );
});
