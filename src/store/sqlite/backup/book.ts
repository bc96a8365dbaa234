/** The book of backups in `backup.db`. Each change is one commit, durable when it returns (synchronous FULL). */
import { type Clock, systemClock } from "../../../host/clock.ts";
import type { BackupBook, BookedObject, BookedSet } from "../../backup-book.ts";
import { accountId, type AccountId } from "../../ids.ts";
import { APPLICATION, type Database } from "../database.ts";
import { immediate, retried, truncateLog } from "../immediate.ts";
import { backupMigrations } from "./schema.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";

export type SqliteBackupBookOptions = SystemDatabaseOptions;

/** Rows read at once. */
const SLICE = 5000;

type SetRow = {
  readonly number: number;
  readonly id: string;
  readonly made_at: number;
  readonly done_at: number | null;
  readonly accounts: number;
  readonly sent_octets: number;
};

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteBackupBook(options: SqliteBackupBookOptions): Promise<BackupBook> {
  const clock = options.clock ?? systemClock;
  const db = await openSystemDatabase(options, APPLICATION.backup, backupMigrations);
  return new SqliteBackupBook(db, clock);
}

class SqliteBackupBook implements BackupBook {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  begin(id: string, madeAt: number): Promise<number> {
    return this.#write(() => {
      const insert = this.#db.prepare("INSERT INTO backup_set (id, made_at) VALUES (?, ?)");
      return insert.run(id, madeAt).lastInsertRowid;
    });
  }

  finish(number: number, facts: Parameters<BackupBook["finish"]>[1]): Promise<void> {
    const sql = "UPDATE backup_set SET done_at = ?, accounts = ?, sent_octets = ? WHERE number = ?";
    return this.#run(sql, facts.doneAt, facts.accounts, facts.sentOctets, number);
  }

  async sets(): Promise<readonly BookedSet[]> {
    const rows = await this.#read(() => this.#db.prepare("SELECT * FROM backup_set ORDER BY number").all());
    return (rows as SetRow[]).map((row) => ({
      number: row.number,
      id: row.id,
      madeAt: row.made_at,
      doneAt: row.done_at ?? undefined,
      accounts: row.accounts,
      sentOctets: row.sent_octets,
    }));
  }

  removeSet(number: number): Promise<void> {
    return this.#run("DELETE FROM backup_set WHERE number = ?", number);
  }

  async adopt(id: string, madeAt: number, objects: AsyncIterable<readonly BookedObject[]>): Promise<void> {
    const number = await this.#numberOf(id, madeAt);
    for await (const slice of objects)
      await this.#write(() => {
        const insert = this.#db.prepare(`INSERT INTO object VALUES (?, '', ?, ?, ?)
          ON CONFLICT DO UPDATE SET born = min(born, excluded.born), ended = max(ended, excluded.ended)`);
        for (const { name, size } of slice) insert.run(name, size, number, number + 1);
      });
    await this.finish(number, { doneAt: madeAt, accounts: 0, sentOctets: 0 });
  }

  #numberOf(id: string, madeAt: number): Promise<number> {
    return this.#write(() => {
      this.#db.prepare("INSERT OR IGNORE INTO backup_set (id, made_at) VALUES (?, ?)").run(id, madeAt);
      return Number(this.#db.prepare("SELECT number FROM backup_set WHERE id = ?").pluck().get(id));
    });
  }

  current(account: AccountId): Promise<readonly BookedObject[]> {
    const sql = "SELECT name, size FROM object WHERE account = ? AND ended IS NULL";
    return this.#read(() => this.#db.prepare(sql).all(account) as BookedObject[]);
  }

  replace(account: AccountId, number: number, objects: readonly BookedObject[]): Promise<void> {
    return this.#write(() => {
      const names = new Set(objects.map(({ name }) => name));
      const before = this.#db.prepare("SELECT name FROM object WHERE account = ? AND ended IS NULL").pluck();
      const end = this.#db.prepare("UPDATE object SET ended = ? WHERE name = ?");
      for (const name of before.all(account) as string[]) if (!names.has(name)) end.run(number, name);
      const insert = this.#db.prepare("INSERT OR IGNORE INTO object VALUES (?, ?, ?, ?, NULL)");
      for (const { name, size } of objects) insert.run(name, account, size, number);
    });
  }

  async accounts(): Promise<readonly AccountId[]> {
    const sql = "SELECT DISTINCT account FROM object WHERE ended IS NULL ORDER BY account";
    return ((await this.#read(() => this.#db.prepare(sql).pluck().all())) as string[]).map(accountId);
  }

  async *needed(number: number): AsyncGenerator<readonly BookedObject[]> {
    const select = this.#db.prepare(`SELECT name, size FROM object
      WHERE name > ? AND born <= ? AND (ended IS NULL OR ? < ended) ORDER BY name LIMIT ${SLICE}`);
    for (let last = ""; ; ) {
      const rows = (await this.#read(() => select.all(last, number, number))) as BookedObject[];
      if (rows.length > 0) yield rows;
      last = rows.at(-1)?.name ?? "";
      if (rows.length < SLICE) return;
    }
  }

  /** An unfinished set keeps what is current, so that the next one need not send it again; nothing else. */
  async dead(limit: number): Promise<readonly string[]> {
    const select = this.#db.prepare(`SELECT name FROM object WHERE ended IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM backup_set WHERE done_at IS NOT NULL AND born <= number AND number < ended)
      UNION ALL
      SELECT name FROM object WHERE ended IS NULL AND born > coalesce((SELECT max(number) FROM backup_set), 0)
      LIMIT ?`);
    return (await this.#read(() => select.pluck().all(limit))) as string[];
  }

  async forget(names: readonly string[]): Promise<void> {
    await this.#write(() => {
      const statement = this.#db.prepare("DELETE FROM object WHERE name = ?");
      for (const name of names) statement.run(name);
    });
    await truncateLog(this.#db, { clock: this.#clock });
  }

  async known(names: readonly string[]): Promise<ReadonlySet<string>> {
    const select = this.#db.prepare("SELECT 1 FROM object WHERE name = ?");
    return this.#read(() => new Set(names.filter((name) => select.get(name) !== undefined)));
  }

  async closings(): Promise<readonly AccountId[]> {
    const rows = await this.#read(() => this.#db.prepare("SELECT account FROM closing").pluck().all());
    return (rows as string[]).map(accountId);
  }

  async setClosing(accounts: readonly AccountId[], state: "waits" | "told"): Promise<void> {
    const sql =
      state === "waits" ? "INSERT OR IGNORE INTO closing VALUES (?)" : "DELETE FROM closing WHERE account = ?";
    await this.#write(() => {
      const statement = this.#db.prepare(sql);
      for (const account of accounts) statement.run(account);
    });
  }

  async restored(): Promise<ReadonlySet<AccountId> | undefined> {
    const rows = await this.#read(() => this.#db.prepare("SELECT account FROM restored").pluck().all());
    if (rows.length === 0) return undefined;
    return new Set((rows as string[]).filter((account) => account !== "").map(accountId));
  }

  noteRestored(step: AccountId | "begin" | "end"): Promise<void> {
    if (step === "end") return this.#run("DELETE FROM restored");
    return this.#run("INSERT OR IGNORE INTO restored VALUES (?)", step === "begin" ? "" : step);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.open) this.#db.close();
  }

  #read<T>(step: () => T): Promise<T> {
    return retried({ clock: this.#clock }, step);
  }

  #write<T>(step: () => T): Promise<T> {
    return immediate(this.#db, { clock: this.#clock }, step);
  }

  async #run(sql: string, ...values: readonly (string | number)[]): Promise<void> {
    await this.#write(() => this.#db.prepare(sql).run(...values));
  }
}
