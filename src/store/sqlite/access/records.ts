/** The records of staff access in encrypted SQLite: small, written rarely, each commit fsynced. */
import { type Clock, systemClock } from "../../../host/clock.ts";
import type { AccessEntry, AccessRecords, SentHead } from "../../access-records.ts";
import { APPLICATION, type Database } from "../database.ts";
import { stepsOn, truncateLog } from "../immediate.ts";
import { accessMigrations } from "./schema.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";

export type SqliteAccessRecordsOptions = SystemDatabaseOptions;

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteAccessRecords(options: SqliteAccessRecordsOptions): Promise<AccessRecords> {
  const clock = options.clock ?? systemClock;
  const db = await openSystemDatabase(options, APPLICATION.access, accessMigrations);
  return sqliteAccessRecords(db, clock);
}

type Row = Omit<AccessEntry, "line"> & { readonly line: number | null };

function sqliteAccessRecords(db: Database, clock: Clock): AccessRecords {
  const select = "SELECT access, n, what, at, says, salt, line FROM entry";
  const sql = {
    add: db.prepare("INSERT OR IGNORE INTO entry (access, n, what, at, says, salt) VALUES (?, ?, ?, ?, ?, ?)"),
    chained: db.prepare("UPDATE entry SET line = ? WHERE access = ? AND n = ?"),
    all: db.prepare(`${select} ORDER BY access, n`),
    one: db.prepare(`${select} WHERE access = ? ORDER BY n`),
    unchained: db.prepare(`${select} WHERE line IS NULL ORDER BY at, access, n`),
    erase: db.prepare("DELETE FROM entry WHERE access = ?"),
    sentHead: db.prepare("SELECT at, entries, head FROM sent_head"),
    setSentHead: db.prepare("REPLACE INTO sent_head (one, at, entries, head) VALUES (1, ?, ?, ?)"),
  };
  const { read, write } = stepsOn(db, clock, "The records of access are closed.");
  const entriesOf = (rows: readonly unknown[]): readonly AccessEntry[] =>
    (rows as readonly Row[]).map((row) => ({ ...row, line: row.line ?? undefined }));

  return {
    async add({ access, n, what, at, says, salt }) {
      return write(() => (sql.add.run(access, n, what, at, says, salt).changes > 0 ? "added" : "taken"));
    },
    async chained(access, n, line) {
      await write(() => sql.chained.run(line, access, n));
    },
    async entries(access) {
      return entriesOf(await read(() => (access === undefined ? sql.all.all() : sql.one.all(access))));
    },
    async unchained() {
      return entriesOf(await read(() => sql.unchained.all()));
    },
    async erase(access) {
      await write(() => sql.erase.run(access));
      await truncateLog(db, { clock });
    },
    async sentHead() {
      return (await read(() => sql.sentHead.get())) as SentHead | undefined;
    },
    async setSentHead({ at, entries, head }) {
      await write(() => sql.setSentHead.run(at, entries, head));
    },
    async check() {
      const whole = await read(() => db.pragma("integrity_check", { simple: true }));
      return whole === "ok" ? [] : [{ rule: "the file is whole", detail: "integrity_check" }];
    },
    async [Symbol.asyncDispose]() {
      if (db.open) db.close();
    },
  };
}
