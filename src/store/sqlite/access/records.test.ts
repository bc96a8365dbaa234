import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { AccessEntry, AccessRecords } from "../../access-records.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { memoryAccessRecords } from "../../memory/access-records.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import { openSqliteAccessRecords } from "./records.ts";
import { accessMigrations } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-access-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);

const entry = (access: string, n: number, at: number): Omit<AccessEntry, "line"> => ({
  access,
  n,
  what: "used",
  at,
  says: `{"reason":"canary of ${access}"}`,
  salt: new Uint8Array([1, 2, n]),
});
/** Octets compare by value, whatever kind of array holds them. */
const plain = (entries: readonly AccessEntry[]): unknown =>
  entries.map(({ salt, ...rest }) => ({ ...rest, salt: [...salt] }));

const stores: readonly (readonly [string, () => Promise<AccessRecords>])[] = [
  ["in memory", async () => memoryAccessRecords()],
  ["in SQLite", () => openSqliteAccessRecords({ file: newFile(), key })],
];

for (const [name, open] of stores) {
  test(`entries come back exactly, of one access or of all, and wait for their line (${name})`, async () => {
    await using records = await open();
    for (const each of [entry("b", 1, 10), entry("a", 1, 20), entry("b", 2, 30)])
      assert.equal(await records.add(each), "added");
    assert.equal(await records.add(entry("b", 2, 99)), "taken");
    const rows = (given: readonly (readonly [Omit<AccessEntry, "line">, number | undefined])[]): unknown =>
      plain(given.map(([each, line]) => ({ ...each, line })));
    const [a1, b1, b2] = [entry("a", 1, 20), entry("b", 1, 10), entry("b", 2, 30)];
    const none = undefined;
    assert.deepEqual(
      plain(await records.entries()),
      rows([
        [a1, none],
        [b1, none],
        [b2, none],
      ]),
    );
    assert.deepEqual(
      plain(await records.unchained()),
      rows([
        [b1, none],
        [a1, none],
        [b2, none],
      ]),
    );
    await records.chained("b", 1, 7);
    assert.deepEqual(
      plain(await records.entries("b")),
      rows([
        [b1, 7],
        [b2, none],
      ]),
    );
    assert.deepEqual(
      plain(await records.unchained()),
      rows([
        [a1, none],
        [b2, none],
      ]),
    );
    assert.deepEqual(await records.entries("c"), []);
    assert.deepEqual(await records.check(), []);
  });

  test(`an access is erased with all its entries, and no other (${name})`, async () => {
    await using records = await open();
    for (const each of [entry("a", 1, 1), entry("a", 2, 2), entry("b", 1, 3)]) await records.add(each);
    await records.erase("a");
    assert.deepEqual(
      (await records.entries()).map(({ access }) => access),
      ["b"],
    );
  });

  test(`the newest head that was sent is kept (${name})`, async () => {
    await using records = await open();
    assert.equal(await records.sentHead(), undefined);
    for (const at of [1, 2]) await records.setSentHead({ at, entries: at, head: `head ${at}` });
    assert.deepEqual({ ...(await records.sentHead()) }, { at: 2, entries: 2, head: "head 2" });
  });

  test(`after disposal it says that it is closed (${name})`, async () => {
    const records = await open();
    await records[Symbol.asyncDispose]();
    const isClosed = (error: unknown): boolean => error instanceof StoreError && error.code === "closed";
    await assert.rejects(records.entries(), isClosed);
    await assert.rejects(records.add(entry("a", 1, 1)), isClosed);
  });
}

test("D3: nothing of a record of access can be read from the disk without the key", async () => {
  const file = newFile();
  await using records = await openSqliteAccessRecords({ file, key });
  await records.add(entry("a", 1, 1));
  const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  for (const text of ["canary", "reason", "CREATE TABLE"]) assert.equal(bytes.includes(text), false, text);
});

test("D2: of an erased record neither the file nor its write-ahead log keep anything", async () => {
  const file = newFile();
  await using records = await openSqliteAccessRecords({ file, key });
  await records.add(entry("a", 1, 1));
  await records.erase("a");
  assert.equal(readFileSync(`${file}-wal`).length, 0, "the write-ahead log was emptied");
  await records[Symbol.asyncDispose]();
  const options = { path: file, key, applicationId: APPLICATION.access, migrations: accessMigrations };
  const db = openDatabase({ ...options, synchronous: "full" });
  assert.equal(db.serialize().includes("canary"), false);
  db.close();
});
