import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileKey } from "../../crypt/account-keys.ts";
import { type Database, openDatabase } from "../database.ts";
import { Lately } from "./lately.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-lately-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const open = (path: string): Database =>
  openDatabase({
    path,
    key,
    applicationId: 1,
    migrations: [(db) => void db.exec("CREATE TABLE t (n INTEGER)")],
    synchronous: "full",
    create: {},
  });

test("a value is read once, until another connection commits or it is to be forgotten", () => {
  const file = join(folder, "one.db");
  const [db, other] = [open(file), open(file)];
  const lately = new Lately<{ readonly n: number }>(db);
  let reads = 0;
  const get = (name = "a"): number | undefined => lately.get(name, () => ({ n: ++reads }))?.n;
  assert.deepEqual([get(), get(), get("b"), get(), get("b")], [1, 1, 2, 1, 2]);
  other.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)");
  assert.equal(get(), 1, "it is not committed yet");
  other.exec("COMMIT");
  assert.deepEqual([get(), get()], [3, 3]);
  other.exec("BEGIN; INSERT INTO t VALUES (1); ROLLBACK");
  assert.equal(get(), 3);
  lately.forget();
  assert.deepEqual([get(), get()], [4, 4]);
  db.close();
  other.close();
});

test("that there is nothing is asked each time, and what is kept is bounded", () => {
  const db = open(join(folder, "two.db"));
  const lately = new Lately<{ readonly n: number }>(db);
  let reads = 0;
  const none = (): undefined => {
    reads++;
    return undefined;
  };
  for (let n = 0; n < 3; n++) assert.equal(lately.get("a", none), undefined);
  assert.equal(reads, 3);
  const names = Array.from({ length: 5000 }, (_, n) => String(n));
  for (const [n, name] of names.entries()) lately.get(name, () => ({ n }));
  const kept = names.filter((name) => lately.get(name, none) !== undefined).length;
  assert.ok(kept > 0 && kept <= 2000, String(kept));
  db.close();
});
