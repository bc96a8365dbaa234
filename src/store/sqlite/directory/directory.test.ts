import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { systemClock } from "../../../host/clock.ts";
import { directoryContract, sampleAccount, sampleAppPassword } from "../../contract/directory-contract.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, type Database, openDatabase } from "../database.ts";
import { immediate } from "../immediate.ts";
import { openSqliteDirectory } from "./directory.ts";
import { directoryMigrations } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-directory-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);

directoryContract("directory in SQLite", () => openSqliteDirectory({ file: newFile(), key }));

function openFile(file: string): Database {
  const options = { path: file, key, applicationId: APPLICATION.system, migrations: directoryMigrations };
  return openDatabase({ ...options, synchronous: "full" });
}

test("what one worker commits the next read of another sees", async () => {
  const file = newFile();
  const [first, second] = await Promise.all([openSqliteDirectory({ file, key }), openSqliteDirectory({ file, key })]);
  await using one = first;
  await using two = second;
  const account = sampleAccount("a@example.org");
  await one.add([account]);
  assert.deepEqual(await two.byAddress("a@example.org"), account);
  await two.setState(account.id, "suspended");
  assert.equal((await one.byId(account.id))?.state, "suspended");
  assert.deepEqual(await two.add([sampleAccount("a@example.org")]), { kind: "taken", address: "a@example.org" });
});

test("whatever changes of an account, in either process, both see it at their next read, though they have just read it", async () => {
  const file = newFile();
  await using one = await openSqliteDirectory({ file, key });
  await using two = await openSqliteDirectory({ file, key });
  const account = sampleAccount("a@example.org");
  const { id } = account;
  await one.add([account]);
  const seen = async (): Promise<unknown> => {
    const views = await Promise.all(
      [one, two].map(async (each) => {
        const known = await each.byId(id);
        const states = [known?.state, known?.secondStep ?? false, known?.passwordHash, await each.aliases(id)];
        assert.deepEqual(await each.byAddress("a@example.org"), known);
        return [...states, (await each.byAddress("b@example.org"))?.id];
      }),
    );
    assert.deepEqual(views[0], views[1]);
    return views[0];
  };
  const changed = { ...sampleAccount("a@example.org"), passwordHash: "another" };
  const secret = randomBytes(20);
  let state: unknown[] = ["active", false, account.passwordHash, [], undefined];
  assert.deepEqual(await seen(), state);
  for (const [by, other] of [
    [one, two],
    [two, one],
  ] as const) {
    const step = async (work: () => Promise<unknown>, at: number, value: unknown): Promise<void> => {
      await work();
      state = state.with(at, value);
      assert.deepEqual(await seen(), state);
    };
    await step(() => by.setState(id, "paused"), 0, "paused");
    await step(() => other.setState(id, "active"), 0, "active");
    await step(() => by.credentials.setSecondStep(id, { secret, lastStep: 0, codes: [] }), 1, true);
    await step(() => by.credentials.removeSecondStep(id), 1, false);
    await step(() => by.setPassword(id, changed.passwordHash), 2, "another");
    await step(() => by.setPassword(id, account.passwordHash), 2, account.passwordHash);
    await by.addAlias(id, "b@example.org");
    state = state.with(3, ["b@example.org"]).with(4, id);
    assert.deepEqual(await seen(), state);
    await by.removeAlias(id, "b@example.org");
    state = state.with(3, []).with(4, undefined);
    assert.deepEqual(await seen(), state);
  }
  await two.remove(id);
  assert.deepEqual(await seen(), [undefined, false, undefined, [], undefined]);
});

test("a write waits for another's lock without blocking, and says busy after its deadline", async () => {
  const file = newFile();
  await using directory = await openSqliteDirectory({ file, key });
  const account = sampleAccount("a@example.org");
  await directory.add([account]);
  const other = openFile(file);
  other.exec("BEGIN IMMEDIATE");
  const waiting = directory.setState(account.id, "suspended");
  assert.equal((await directory.byId(account.id))?.state, "active", "reads go on");
  const third = openFile(file);
  await assert.rejects(
    immediate(third, { clock: systemClock, deadlineMs: 5 }, () => undefined),
    (error) => error instanceof StoreError && error.code === "busy",
  );
  other.exec("ROLLBACK");
  assert.equal(await waiting, "set");
  other.close();
  third.close();
});

test("D3: nothing of the directory can be read from the disk without the key", async () => {
  const file = newFile();
  await using directory = await openSqliteDirectory({ file, key });
  const account = sampleAccount("canary-address@example.org");
  await directory.add([account]);
  await directory.addAppPassword(sampleAppPassword(account.id, "id", 1));
  const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  for (const text of ["canary-address", "argon2id", "client id", "CREATE TABLE"]) {
    assert.equal(bytes.includes(text), false, text);
  }
});

test("D5: of a deleted account the pages hold no address, only fingerprints", async () => {
  const file = newFile();
  {
    await using directory = await openSqliteDirectory({ file, key });
    const account = sampleAccount("canary-primary@example.org");
    await directory.add([account]);
    await directory.addAlias(account.id, "canary-alias@example.org");
    await directory.addAppPassword({ ...sampleAppPassword(account.id, "id", 1), label: "canary-label" });
    await directory.remove(account.id);
    assert.equal(readFileSync(`${file}-wal`).length, 0, "the write-ahead log was emptied");
  }
  const db = openFile(file);
  assert.equal(db.serialize().includes("canary"), false);
  assert.equal(db.prepare("SELECT count(*) FROM used_address").pluck().get(), 2);
  db.close();
});

test("D1: no table of the directory has a column for anything that is not needed", () => {
  const file = newFile();
  const options = { path: file, key, applicationId: APPLICATION.system, migrations: directoryMigrations };
  const db = openDatabase({ ...options, synchronous: "full", create: {} });
  const columns = db
    .prepare(
      `SELECT t.name || '.' || c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
        WHERE t.type = 'table' ORDER BY 1`,
    )
    .pluck()
    .all();
  assert.deepEqual(columns, [
    "account.created_at",
    "account.id",
    "account.language",
    "account.password_hash",
    "account.primary_address",
    "account.quota_bytes",
    "account.state",
    "address.account",
    "address.address",
    "address.kind",
    "app_password.account",
    "app_password.created_at",
    "app_password.id",
    "app_password.iterations",
    "app_password.label",
    "app_password.salt",
    "app_password.server_key",
    "app_password.stored_key",
    "forwarder.account",
    "forwarder.domain",
    "password_cost.id",
    "password_cost.lanes",
    "password_cost.memory_kib",
    "password_cost.passes",
    "plan.account",
    "plan.aliases",
    "plan.name",
    "preference.account",
    "preference.empty_junk_days",
    "preference.empty_trash_days",
    "preference.learns",
    "recovery.account",
    "recovery.address",
    "recovery.verified",
    "recovery_code.account",
    "recovery_code.mark",
    "second_step.account",
    "second_step.last_step",
    "second_step.secret",
    "second_step.tries",
    "second_step.tries_since",
    "secret.name",
    "secret.value",
    "used_address.fingerprint",
  ]);
  db.close();
});

test("a file of the first version is brought up with all that refers to its accounts", async () => {
  const file = newFile();
  const first = { path: file, key, applicationId: APPLICATION.system, migrations: directoryMigrations.slice(0, 1) };
  const old = openDatabase({ ...first, synchronous: "full", create: {} });
  const { id, primary, createdAt, passwordHash } = sampleAccount("a@example.org");
  old.prepare("INSERT INTO account VALUES (?, ?, 'suspended', 5, ?, ?)").run(id, primary, createdAt, passwordHash);
  old.prepare("INSERT INTO address VALUES (?, ?, 'primary'), ('alias@example.org', ?, 'alias')").run(primary, id, id);
  old.close();
  await using directory = await openSqliteDirectory({ file, key });
  const account = { id, primary, state: "suspended", language: "en", quotaBytes: 5, createdAt, passwordHash } as const;
  assert.deepEqual(await directory.byAddress("alias@example.org"), account);
  assert.equal(await directory.setState(id, "paused"), "set");
  assert.equal(await directory.addAppPassword(sampleAppPassword(id, "one", 1)), "added");
  assert.deepEqual(await directory.check(), []);
  assert.equal(await directory.remove(id), "removed");
  const db = openFile(file);
  assert.deepEqual(db.pragma("foreign_key_check"), []);
  assert.equal(db.prepare("SELECT \"table\" FROM pragma_foreign_key_list('address')").pluck().get(), "account");
  db.close();
});

test("A3: an account has so many aliases, and holds so many names; its own come back to it alone", async () => {
  const file = newFile();
  await using directory = await openSqliteDirectory({ file, key });
  const [ada, bob] = [sampleAccount("ada@example.org"), sampleAccount("bob@example.org")];
  await directory.add([ada, bob]);
  const room = { living: 2, held: 3 };
  const add = (name: string): Promise<string> => directory.addAlias(ada.id, `${name}@example.org`, room);
  assert.deepEqual([await add("one"), await add("two"), await add("three")], ["added", "added", "too-many"]);
  await directory.removeAlias(ada.id, "one@example.org");
  assert.equal(await directory.addAlias(bob.id, "one@example.org", room), "taken");
  assert.equal(await add("three"), "added");
  assert.equal(await add("bob"), "taken");
  await directory.removeAlias(ada.id, "two@example.org");
  assert.equal(await add("four"), "too-many", "three names are held already");
  assert.equal(await add("one"), "added", "its own name takes no more");
  assert.deepEqual(await directory.aliases(ada.id), ["one@example.org", "three@example.org"]);
  assert.deepEqual(await directory.check(), []);
});

test("check finds what is wrong without naming an address", async () => {
  const file = newFile();
  await using directory = await openSqliteDirectory({ file, key });
  const account = sampleAccount("canary@example.org");
  await directory.add([account]);
  const db = openFile(file);
  db.exec("PRAGMA foreign_keys = OFF; DELETE FROM address");
  db.close();
  const findings = await directory.check();
  assert.deepEqual(findings, [{ rule: "the primary address leads to its account", detail: "1 rows" }]);
});

test("a file of the third version is brought up: nobody has a second step, a recovery address or a plan", async () => {
  const file = newFile();
  const third = { path: file, key, applicationId: APPLICATION.system, migrations: directoryMigrations.slice(0, 3) };
  const old = openDatabase({ ...third, synchronous: "full", create: {} });
  const account = sampleAccount("a@example.org");
  const { id, primary, createdAt, passwordHash } = account;
  old.prepare("INSERT INTO account VALUES (?, ?, 'active', 'en', 5, ?, ?)").run(id, primary, createdAt, passwordHash);
  old.prepare("INSERT INTO address VALUES (?, ?, 'primary')").run(primary, id);
  old.prepare("INSERT INTO preference VALUES (?, 30, NULL)").run(id);
  old.close();
  await using directory = await openSqliteDirectory({ file, key });
  const { credentials } = directory;
  assert.deepEqual(await directory.byId(id), { ...account, quotaBytes: 5 });
  assert.equal((await directory.preferences(id)).emptyJunkDays, 30);
  assert.equal(await credentials.secondStep(id), undefined);
  assert.equal(await credentials.recoveryAddress(id), undefined);
  assert.equal(await credentials.plan(id), undefined);
  assert.deepEqual(await directory.check(), []);
});

test("a file of the fourth version is brought up: every account learns, as it did", async () => {
  const file = newFile();
  const fourth = { path: file, key, applicationId: APPLICATION.system, migrations: directoryMigrations.slice(0, 4) };
  const old = openDatabase({ ...fourth, synchronous: "full", create: {} });
  const { id, primary, createdAt, passwordHash } = sampleAccount("a@example.org");
  old.prepare("INSERT INTO account VALUES (?, ?, 'active', 'en', 5, ?, ?)").run(id, primary, createdAt, passwordHash);
  old.prepare("INSERT INTO address VALUES (?, ?, 'primary')").run(primary, id);
  old.prepare("INSERT INTO preference VALUES (?, 30, NULL)").run(id);
  old.close();
  await using directory = await openSqliteDirectory({ file, key });
  const wishes = { emptyJunkDays: 30, emptyTrashDays: undefined, forwarders: [] };
  assert.deepEqual(await directory.preferences(id), { ...wishes, learns: true });
  await directory.setPreferences(id, { learns: false });
  assert.deepEqual(await directory.preferences(id), { ...wishes, learns: false });
  assert.deepEqual(await directory.check(), []);
});

test("processes that make the file and write to it at the same time lose nothing", async () => {
  const file = newFile();
  const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const program = (who: string): string => `
    import { openSqliteDirectory } from ${at("./directory.ts")};
    import { sampleAccount } from ${at("../../contract/directory-contract.ts")};
    const key = Uint8Array.fromHex("${Buffer.from(key).toString("hex")}");
    await using directory = await openSqliteDirectory({ file: ${JSON.stringify(file)}, key });
    for (let n = 0; n < 20; n++) await directory.add([sampleAccount("${who}" + n + "@example.org"), sampleAccount("${who}b" + n + "@example.org")]);
    const { kind } = await directory.add([sampleAccount("contested@example.org")]);
    process.stdout.write(kind);
  `;
  const run = (who: string): Promise<{ readonly stdout: string }> =>
    promisify(execFile)(process.execPath, ["--input-type=module-typescript", "--eval", program(who)]);
  const outcomes = await Promise.all(["x", "y", "z"].map(run));
  assert.equal(outcomes.filter(({ stdout }) => stdout === "added").length, 1);
  assert.equal(outcomes.filter(({ stdout }) => stdout === "taken").length, 2);
  await using directory = await openSqliteDirectory({ file, key });
  assert.equal((await directory.accounts()).length, 3 * 40 + 1);
  assert.deepEqual(await directory.check(), []);
});
