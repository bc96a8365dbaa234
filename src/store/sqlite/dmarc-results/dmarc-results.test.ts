/** The cases that both implementations share, and what only a file has. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { dmarcResultsContract, dmarcSums } from "../../contract/dmarc-results-cases.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import { openSqliteDmarcResults } from "./dmarc-results.ts";
import { dmarcResultMigrations } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-dmarcrpt-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const DAY = 86_400_000;

dmarcResultsContract("sqlite", (limits) =>
  openSqliteDmarcResults({ file: newFile(), key, ...(limits === undefined ? {} : { limits }) }),
);

test("sums are there after a restart, and processes share them", async () => {
  const file = newFile();
  const first = await openSqliteDmarcResults({ file, key });
  await first.add(DAY, [dmarcSums()]);
  await using other = await openSqliteDmarcResults({ file, key });
  await other.add(DAY, [dmarcSums()]);
  await first[Symbol.asyncDispose]();
  await using again = await openSqliteDmarcResults({ file, key });
  assert.equal((await again.sums(DAY, "example.com"))?.rows[0]?.messages, 4);
});

test("D3: nobody reads from the disk who wrote to us, and what is done is gone from the file", async () => {
  const file = newFile();
  {
    await using results = await openSqliteDmarcResults({ file, key });
    await results.add(DAY, [dmarcSums()]);
    await results.plan(2 * DAY, 9, () => ({ id: "a".repeat(32), dueAt: 1 }));
    const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
    for (const text of ["example.com", "192.0.2.1", "CREATE TABLE"]) assert.equal(bytes.includes(text), false, text);
    await results.done(DAY, "example.com");
    await results.forget(DAY);
    assert.equal(readFileSync(`${file}-wal`).length, 0);
  }
  const open = (): Uint8Array => {
    const options = { path: file, key, applicationId: APPLICATION.dmarcrpt, migrations: dmarcResultMigrations };
    const db = openDatabase({ ...options, synchronous: "full" });
    try {
      return db.serialize();
    } finally {
      db.close();
    }
  };
  const done = Buffer.from(open());
  assert.deepEqual([done.includes("192.0.2.1"), done.includes("example.com")], [false, true], "the mark alone stays");
  {
    await using results = await openSqliteDmarcResults({ file, key });
    assert.equal(await results.forget(2 * DAY), 1);
  }
  assert.equal(Buffer.from(open()).includes("example.com"), false);
  await assert.rejects(
    openSqliteDmarcResults({ file, key: randomBytes(32) as Uint8Array as FileKey }),
    (error) => error instanceof StoreError && error.code === "key",
  );
});
