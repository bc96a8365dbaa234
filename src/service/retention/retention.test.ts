import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { silentBus } from "../../host/bus.ts";
import { DAY, HOUR } from "../../host/clock.ts";
import { createLogWriter } from "../../host/log/writer.ts";
import { appendToChain } from "../../host/record/chain.ts";
import { openSpool } from "../../host/spool/spool.ts";
import { dateOf } from "../../host/supervisor/night.ts";
import type { FileKey } from "../../store/crypt/account-keys.ts";
import { type Keys, openKeys } from "../../store/crypt/keys.ts";
import { generateRoot } from "../../store/crypt/root.ts";
import { accountId } from "../../store/ids.ts";
import { auditableDatabases } from "../../store/sqlite/auditable-home.ts";
import { APPLICATION, type Database, openDatabase } from "../../store/sqlite/database.ts";
import { openSqliteDirectory } from "../../store/sqlite/directory/directory.ts";
import { directoryMigrations } from "../../store/sqlite/directory/schema.ts";
import { openSqliteInboundQueue } from "../../store/sqlite/inbound-queue/inbound-queue.ts";
import { inboundMigrations } from "../../store/sqlite/inbound-queue/schema.ts";
import { auditableAccounts } from "../../store/sqlite/mail/account-audit.ts";
import { openSqliteMailStore } from "../../store/sqlite/mail/mail-store.ts";
import { mailMigrations } from "../../store/sqlite/mail/schema.ts";
import { ALICE, deliveryOf } from "../../store/sqlite/mail/test-home.ts";
import type { OperatorNotice } from "../notices/notices.ts";
import type { ObjectPlace, PlacedObject } from "../backup/place.ts";
import { createRetention, type Retention } from "./retention.ts";
import { publicKeyOf, type Statement, verifyStatement } from "./statement.ts";

const SEED = randomBytes(32);

class Home implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "altmail-retention-"));
  /** Files have the machine's time. */
  readonly clock: FakeClock = new FakeClock(new Date().toISOString());
  readonly told: OperatorNotice[] = [];
  readonly events: string[] = [];
  readonly objects: PlacedObject[] = [];
  keys!: Keys;
  retention!: Retention;
  readonly #end = new AsyncDisposableStack();

  /** With an account, a mail in it, a log and a record. */
  static async open(): Promise<Home> {
    const home = new Home();
    const { folder, clock } = home;
    const at = (name: string): string => join(folder, name);
    for (const name of ["data/accounts", "secret", "record", "run"]) mkdirSync(at(name), { recursive: true });
    for (const name of ["altmail.toml", "run/pid"]) writeFileSync(at(name), "");
    const root = generateRoot(at("secret/root"));
    const keys = home.#end.use(openKeys({ dataFolder: at("data"), secretFolder: at("secret"), root }));
    home.keys = keys;
    const directory = await openSqliteDirectory({ file: at("data/system.db"), key: keys.systemKey("system"), clock });
    home.#end.use(directory);
    home.#end.use(await openSqliteInboundQueue({ file: at("data/queue.db"), key: keys.systemKey("queue"), clock }));
    await openSpool(at("data/spool"));
    const place = { folder: at("data/accounts"), keys, bootId: "boot one" };
    const mail = openSqliteMailStore({ ...place, bus: silentBus, clock, log() {} });
    home.#end.use(mail);
    const account = { id: ALICE, primary: "a@example.org", state: "active", language: "en" } as const;
    await directory.add([{ ...account, quotaBytes: 1e9, createdAt: clock.now(), passwordHash: "x" }]);
    await mail.create(ALICE, { quotaBytes: 1e9 });
    await mail.write(ALICE).deliver(deliveryOf("one"));
    const dayKey = (day: string): Uint8Array => keys.dayKey(day, { create: true }) ?? SEED;
    const writer = await createLogWriter({ folder: at("data/log"), dayKey, clock, show() {} });
    writer.log("log.dropped", { count: 1 });
    await writer[Symbol.asyncDispose]();
    appendToChain(at("record/destruction.chain"), clock.now(), "log-day", { day: "2020-01-01" });
    home.retention = createRetention({
      home: folder,
      hostName: "mail.example.org",
      logDays: 10,
      clock,
      log: (name) => void home.events.push(name),
      notices: { tellOperator: async (notice) => void home.told.push(notice) },
      databases: () => [keys.auditable, ...auditableDatabases(at("data"), (name) => keys.systemKey(name))],
      accounts: async () => (await directory.accounts()).map(({ id }) => id),
      accountFiles: (accounts) => auditableAccounts(place, clock, accounts),
      places: [{ kind: "target", place: placeOf(home.objects), folder: "backup" }],
      oldestBackupAt: async () => undefined,
      seed: SEED,
    });
    return home;
  }

  database(name: "system" | "queue"): Database {
    const path = join(this.folder, "data", `${name}.db`);
    const migrations = name === "system" ? directoryMigrations : inboundMigrations;
    const key = this.keys.systemKey(name);
    return openDatabase({ path, key, applicationId: APPLICATION[name], migrations, synchronous: "full" });
  }

  account(): Database {
    const path = join(this.folder, "data", "accounts", ALICE.slice(0, 2), `${ALICE}.db`);
    const key = this.keys.get(ALICE) as FileKey;
    return openDatabase({
      path,
      key,
      applicationId: APPLICATION.mail,
      migrations: mailMigrations,
      synchronous: "full",
    });
  }

  plant(name: string, ageMs = 0): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    const time = (this.clock.now() - ageMs) / 1000;
    utimesSync(path, time, time);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end.disposeAsync();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function placeOf(objects: readonly PlacedObject[]): ObjectPlace {
  const never = (): never => assert.fail("the audit only lists");
  return {
    label: "a list",
    put: never,
    get: never,
    delete: never,
    keepers: never,
    async *list() {
      yield* objects;
    },
    async [Symbol.asyncDispose]() {},
  };
}

function run(database: Database, sql: string): void {
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

test("D2: the audit of a home in use is green, and says what rests, its limit and its age", async () => {
  await using home = await Home.open();
  const audit = await home.retention.audit();
  assert.deepEqual([audit.findings, audit.unknown], [[], []]);
  assert.deepEqual(audit.accounts, { looked: 1, of: 1 });
  const deliveries = audit.rows.find(({ what }) => what.startsWith("ids of deliveries"));
  assert.deepEqual([deliveries?.limit, deliveries?.oldestAt], ["10 d", home.clock.now()]);
  const logs = audit.rows.find(({ what }) => what === "logs of a day");
  assert.deepEqual([logs?.found, logs?.limit], [1, "10 d"]);
  await home.retention.nightly();
  assert.deepEqual([home.events, home.told], [["retention.audited"], []]);
});

const NOW_MINUS = (days: number): string => dateOf(Date.now() - days * DAY);
const SET = (days: number): string => `set/${NOW_MINUS(days).replaceAll("-", "")}t000000z-0123abcd/head`;

/** What is planted, and what the audit must say of it. */
const PLANTED: readonly (readonly [what: string, plant: (home: Home) => void, finding: RegExp])[] = [
  ["a file that nobody knows", (home) => home.plant("data/notes.txt"), /^1 files, tables or objects that no row/],
  ["a spool file that stayed", (home) => home.plant(`data/spool/${"0".repeat(32)}.spool`, 2 * HOUR), /on its way.*2 h/],
  [
    "logs of eleven days ago",
    (home) => home.plant(`data/log/${NOW_MINUS(11)}.seg`),
    /^home: logs of a day: the oldest/,
  ],
  ["a secret of eleven days ago", (home) => home.plant(`secret/day-${NOW_MINUS(11)}`), /^home: the secret of a day/],
  ["a log of a day to come", (home) => home.plant(`data/log/${NOW_MINUS(-4)}.seg`), /1 are of the future/],
  [
    "a database that was never finished",
    (home) => home.plant("data/accounts/ab/x.db.new-00ff", 30 * HOUR),
    /being made/,
  ],
  [
    "a drill that nobody cleared away",
    (home) => home.plant("data/drill-x1/ab/x.db", 30 * HOUR),
    /a drill of a restore/,
  ],
  [
    "the file of an account without a record",
    (home) => home.plant(`data/accounts/bb/${accountId("b".repeat(32))}.db`, 2 * HOUR),
    /^home: account files: mail: 1 belong to no account$/,
  ],
  [
    "a table that nobody knows",
    (home) => run(home.database("system"), "CREATE TABLE visits(at INTEGER)"),
    /^1 files, tables/,
  ],
  ["a table in an account's file", (home) => run(home.account(), "CREATE TABLE seen(at INTEGER)"), /^1 files, tables/],
  [
    "a delivery of eleven days ago",
    (home) => run(home.account(), `UPDATE delivery SET fingerprint = NULL, stored = stored - ${11 * DAY}`),
    /^account files: ids of deliveries.*264 h old, the limit is 240 h/,
  ],
  [
    "a fingerprint of six days ago",
    (home) => run(home.account(), `UPDATE delivery SET stored = stored - ${6 * DAY}`),
    /^account files: fingerprints of deliveries.*144 h old/,
  ],
  [
    "an altered record",
    (home) => writeFileSync(join(home.folder, "record/destruction.chain"), "{}\n"),
    /was altered at line 1/,
  ],
  [
    "an account file that does not open",
    (home) => writeFileSync(accountFile(home), randomBytes(8192)),
    /1 do not open/,
  ],
  ["a set of eleven days ago", (home) => home.objects.push(objectOf(SET(11))), /^target: backup sets: the oldest/],
  ["an object that nobody knows", (home) => home.objects.push(objectOf("copy-of-all")), /^1 files, tables or objects/],
];

const objectOf = (name: string): PlacedObject => ({ name, size: 1, writtenAt: Date.now() });

function accountFile(home: Home): string {
  const path = join(home.folder, "data", "accounts", "cc", `${"c".repeat(32)}.db`);
  mkdirSync(dirname(path), { recursive: true });
  run(
    home.database("system"),
    `INSERT INTO account(id, primary_address, state, quota_bytes, created_at, password_hash, language)
    VALUES ('${"c".repeat(32)}', 'c@example.org', 'active', 1, 1, 'x', 'en')`,
  );
  home.keys.create(accountId("c".repeat(32)));
  return path;
}

for (const [what, plant, finding] of PLANTED)
  test(`D2: the audit is red when it finds ${what}`, async () => {
    await using home = await Home.open();
    plant(home);
    const { findings } = await home.retention.audit();
    assert.equal(findings.length, 1, findings.join("\n"));
    assert.match(findings[0] ?? "", finding);
    await home.retention.nightly();
    assert.deepEqual(home.events, ["retention.red"]);
    assert.deepEqual(home.told, [{ kind: "retention-red", at: home.clock.now(), findings }]);
  });

test("what is fresh, within its limit or named by a set is no finding", async () => {
  await using home = await Home.open();
  home.plant(`data/log/${NOW_MINUS(8)}.seg`);
  home.plant("data/accounts/ab/x.db.new-00ff", HOUR);
  home.plant(`data/accounts/bb/${"b".repeat(32)}.db`);
  home.plant("backup/pack/aa/whatever");
  home.plant(`data/drill-x1/ab/${"a".repeat(32)}.db`);
  home.objects.push({ ...objectOf(`pack/aa/${"a".repeat(32)}`), writtenAt: Date.now() - 300 * DAY }, objectOf(SET(8)));
  assert.deepEqual((await home.retention.audit()).findings, []);
});

test("D2: the statement is signed, says what rests, and every alteration shows", async () => {
  await using home = await Home.open();
  const signed = await home.retention.statement();
  const key = publicKeyOf(SEED);
  assert.deepEqual(verifyStatement(JSON.stringify(signed), key), { kind: "genuine", statement: signed.statement });
  assert.deepEqual(verifyStatement(JSON.stringify(signed, null, 2), key).kind, "genuine", "white space is free");
  const { statement } = signed;
  assert.equal(statement["audit-green"], true);
  assert.equal(statement["oldest-log-day"], dateOf(home.clock.now()));
  assert.equal(statement["last-log-destruction"]?.day, "2020-01-01");
  assert.equal(statement["destruction-chain"].lines, 1);
  const altered: readonly Partial<Statement>[] = [
    { at: "2020-01-01T00:00:00.000Z" },
    { "audit-green": false },
    { "oldest-log-day": null },
    { "access-chain": { lines: 0, head: "1".repeat(64) } },
  ];
  for (const change of altered) {
    const text = JSON.stringify({ ...signed, statement: { ...statement, ...change } });
    assert.equal(verifyStatement(text, key).kind, "refused", Object.keys(change).join());
  }
  const other = publicKeyOf(randomBytes(32));
  assert.equal(verifyStatement(JSON.stringify({ ...signed, key: other }), other).kind, "refused");
  for (const text of ["", "null", "{}", "[1]", JSON.stringify({ statement: {}, key: "", signature: "00" })])
    assert.equal(verifyStatement(text, key).kind, "refused");
  assert.equal(verifyStatement(JSON.stringify(signed), "short").kind, "refused");
  home.plant("data/unknown");
  assert.equal((await home.retention.statement()).statement["audit-green"], false);
});
