import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileKey } from "../crypt/account-keys.ts";
import { StoreError } from "../store-error.ts";
import { type Database, type DatabaseOptions, openDatabase } from "./database.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-database-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;

function options(name: string, more: Partial<DatabaseOptions> = {}): DatabaseOptions {
  const migrations = [(db: Database) => void db.exec("CREATE TABLE t(x) STRICT".replace("x", "x TEXT"))];
  return { path: join(folder, name), key, applicationId: 7, migrations, synchronous: "full", create: {}, ...more };
}

const code = (wanted: string) => (error: unknown) => error instanceof StoreError && error.code === wanted;

test("a database is made once, with the settings that cannot be added later", () => {
  const db = openDatabase(
    options("a.db", { create: { fill: (fresh) => void fresh.exec("INSERT INTO t VALUES ('first')") } }),
  );
  assert.deepEqual(db.prepare("SELECT x FROM t").pluck().all(), ["first"]);
  const value = (name: string) => db.pragma(name, { simple: true });
  assert.equal(value("page_size"), 8192);
  assert.equal(value("auto_vacuum"), 2);
  assert.equal(value("journal_mode"), "wal");
  assert.equal(value("application_id"), 7);
  assert.equal(value("user_version"), 1);
  assert.equal(value("temp_store"), 2);
  assert.equal(value("secure_delete"), 1);
  assert.equal(value("busy_timeout"), 0);
  assert.equal(value("synchronous"), 2);
  db.close();
  const again = openDatabase(
    options("a.db", { synchronous: "normal", create: { fill: () => assert.fail("made twice") } }),
  );
  assert.equal(again.pragma("synchronous", { simple: true }), 1);
  again.close();
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes("new")),
    [],
  );
  assert.equal(statSync(join(folder, "a.db")).mode & 0o777, 0o600);
});

test("D3: the file holds no plaintext, and only its key opens it", () => {
  const db = openDatabase(options("b.db"));
  db.prepare("INSERT INTO t VALUES (?)").run("needle-in-the-file".repeat(50));
  assert.equal(readFileSync(join(folder, "b.db-wal")).includes("needle-in"), false);
  db.close();
  const bytes = readFileSync(join(folder, "b.db"));
  assert.equal(bytes.includes("needle-in"), false);
  assert.equal(bytes.includes("SQLite format"), false);
  const wrong = randomBytes(32) as Uint8Array as FileKey;
  assert.throws(() => openDatabase(options("b.db", { key: wrong })), code("key"));
});

test("missing, foreign and newer files are told apart", () => {
  assert.throws(() => openDatabase(options("none.db", { create: undefined })), code("no-account"));
  writeFileSync(join(folder, "text.db"), "this is not a database, only some text that is long enough".repeat(400));
  assert.throws(() => openDatabase(options("text.db")), code("key"));
  openDatabase(options("c.db")).close();
  assert.throws(() => openDatabase(options("c.db", { applicationId: 8 })), code("key"));
  assert.throws(() => openDatabase(options("c.db", { migrations: [] })), code("io"));
});

test("an older file is brought up step by step; a failing step changes nothing", () => {
  openDatabase(options("d.db")).close();
  const first = options("d.db").migrations;
  const second = (db: Database) => void db.exec("ALTER TABLE t ADD COLUMN y TEXT");
  const failing = (db: Database) => {
    db.exec("DROP TABLE t");
    throw new Error("no");
  };
  assert.throws(() => openDatabase(options("d.db", { migrations: [...first, second, failing] })), /no/);
  const db = openDatabase(options("d.db", { migrations: [...first, second] }));
  assert.equal(db.pragma("user_version", { simple: true }), 2);
  db.prepare("INSERT INTO t(x, y) VALUES ('1', '2')").run();
  db.close();
});

test("a lock that another holds is told at once", () => {
  const a = openDatabase(options("e.db"));
  const b = openDatabase(options("e.db"));
  a.exec("BEGIN IMMEDIATE");
  assert.throws(() => b.exec("BEGIN IMMEDIATE"), { code: "SQLITE_BUSY" });
  a.exec("ROLLBACK");
  a.close();
  b.close();
});
