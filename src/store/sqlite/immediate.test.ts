import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileKey } from "../crypt/account-keys.ts";
import { type Database, openDatabase } from "./database.ts";
import { snapshot } from "./immediate.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-immediate-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

test("a look of several statements sees one moment, though another process writes meanwhile", () => {
  const key = randomBytes(32) as Uint8Array as FileKey;
  const open = (): Database =>
    openDatabase({
      path: join(folder, "a.db"),
      key,
      applicationId: 7,
      migrations: [(db) => void db.exec("CREATE TABLE t(x TEXT) STRICT; INSERT INTO t VALUES ('first')")],
      synchronous: "normal",
      create: {},
    });
  const [mine, other] = [open(), open()];
  const count = (): unknown => mine.prepare("SELECT count(*) FROM t").pluck().get();
  const seen = snapshot(mine, () => {
    const before = count();
    other.exec("DELETE FROM t");
    return [before, count()];
  });
  assert.deepEqual(seen, [1, 1]);
  assert.equal(count(), 0);
  assert.throws(() => snapshot(mine, () => assert.fail("as it may")), /as it may/);
  assert.equal(mine.inTransaction, false);
  mine.close();
  other.close();
});
