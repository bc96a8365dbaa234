/** The cases that both implementations share, and what only a file has. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { received, receivedReportsContract } from "../../contract/received-reports-cases.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { openSqliteReceivedReports } from "./received-reports.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-received-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const DAY = 86_400_000;

receivedReportsContract("sqlite", (limits) =>
  openSqliteReceivedReports({ file: newFile(), key, ...(limits === undefined ? {} : { limits }) }),
);

test("sums are there after a restart, sealed, and what is forgotten is out of the file's log", async () => {
  const file = newFile();
  {
    await using reports = await openSqliteReceivedReports({ file, key });
    await reports.add(received());
    const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
    for (const text of ["ours.example", "reporter.example"]) assert.equal(bytes.includes(text), false, text);
  }
  await using again = await openSqliteReceivedReports({ file, key });
  assert.equal((await again.sums(0)).length, 1);
  await again.forget(2 * DAY);
  assert.equal(readFileSync(`${file}-wal`).length, 0);
});
