import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sampleAccount } from "../../contract/directory-contract.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import { openSqliteDirectoryArchive } from "./archive.ts";
import { openSqliteDirectory } from "./directory.ts";
import { directoryMigrations } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-archive-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const place = (): { readonly file: string; readonly key: FileKey } => ({
  file: join(folder, `${randomBytes(8).toString("hex")}.db`),
  key: randomBytes(32) as Uint8Array as FileKey,
});

test("D5: what nobody is given again is taken over, and holds in a directory that is opened then", async () => {
  const [old, fresh] = [place(), place()];
  await using first = await openSqliteDirectory(old);
  await using from = await openSqliteDirectoryArchive(old);
  const [gone, closing, since] = ["gone", "closing", "since"].map((name) => sampleAccount(`${name}@example.org`));
  assert.ok(gone && closing && since);
  await first.add([gone, closing, since]);
  await first.remove(gone.id);
  await first.setState(closing.id, "closing");
  await using to = await openSqliteDirectoryArchive(fresh);
  const used = await from.used();
  for (let times = 0; times < 2; times++) await to.restoreUsed(used, ["since@example.org"]);
  await using second = await openSqliteDirectory(fresh);
  for (const name of ["gone", "closing", "since"]) {
    const address = `${name}@example.org`;
    assert.deepEqual(await second.add([sampleAccount(address)]), { kind: "taken", address });
  }
  assert.deepEqual(await second.add([sampleAccount("new@example.org")]), { kind: "added" });
  await assert.rejects(
    from.restoreUsed({ key: randomBytes(32), fingerprints: [] }, []),
    (error) => error instanceof StoreError && error.code === "key",
  );
});

test("what a holder proves himself with is taken and put back, as often as one likes; who is not there gets nothing", async () => {
  const [old, fresh] = [place(), place()];
  const [ada, bob] = [sampleAccount("ada@example.org"), sampleAccount("bob@example.org")];
  await using first = await openSqliteDirectory(old);
  const { credentials } = first;
  await first.add([ada, bob]);
  const record = {
    recovery: { address: "ada@elsewhere.example", verified: true },
    secondStep: {
      secret: randomBytes(20),
      lastStep: 7,
      codes: [randomBytes(32), randomBytes(32)].toSorted((a, b) => Buffer.compare(a, b)),
    },
    plan: { name: "small", aliases: 5 },
  };
  await credentials.setRecoveryAddress(ada.id, record.recovery);
  await credentials.setSecondStep(ada.id, record.secondStep);
  await credentials.setPlan(ada.id, record.plan);
  await using from = await openSqliteDirectoryArchive(old);
  assert.deepEqual(await from.credentials(ada.id), record);
  const nothing = { recovery: undefined, secondStep: undefined, plan: undefined };
  assert.deepEqual(await from.credentials(bob.id), nothing);

  await using second = await openSqliteDirectory(fresh);
  await using to = await openSqliteDirectoryArchive(fresh);
  await to.restoreCredentials(ada.id, record);
  assert.deepEqual(await to.credentials(ada.id), nothing);
  await second.add([ada, bob]);
  for (let times = 0; times < 2; times++)
    for (const { id } of [ada, bob]) await to.restoreCredentials(id, await from.credentials(id));
  assert.deepEqual(await to.credentials(ada.id), record);
  assert.deepEqual(await to.credentials(bob.id), nothing);
  assert.equal((await second.byId(ada.id))?.secondStep, true);
  assert.deepEqual(await second.check(), []);
});

test("D2: every column of an account's record is one that a backup takes: say so here and in AccountRecord", async () => {
  const own = place();
  await using _directory = await openSqliteDirectory(own);
  const options = { path: own.file, key: own.key, applicationId: APPLICATION.system, migrations: directoryMigrations };
  const db = openDatabase({ ...options, synchronous: "full" });
  const columns = (table: string): readonly unknown[] =>
    db.prepare(`SELECT name FROM pragma_table_info('${table}') ORDER BY name`).pluck().all();
  const account = ["created_at", "id", "language", "password_hash", "primary_address", "quota_bytes", "state"];
  assert.deepEqual(columns("account"), account);
  assert.deepEqual(columns("address"), ["account", "address", "kind"]);
  const password = ["account", "created_at", "id", "iterations", "label", "salt", "server_key", "stored_key"];
  assert.deepEqual(columns("app_password"), password);
  assert.deepEqual(columns("preference"), ["account", "empty_junk_days", "empty_trash_days", "learns"]);
  assert.deepEqual(columns("forwarder"), ["account", "domain"]);
  assert.deepEqual(columns("recovery"), ["account", "address", "verified"]);
  // Tries are of an hour.
  assert.deepEqual(columns("second_step"), ["account", "last_step", "secret", "tries", "tries_since"]);
  assert.deepEqual(columns("recovery_code"), ["account", "mark"]);
  assert.deepEqual(columns("plan"), ["account", "aliases", "name"]);
  db.close();
});
