/** Sums of DMARC results and reports on them, in encrypted SQLite: one short transaction a minute, each commit fsynced. */
import { type Clock, systemClock } from "../../../host/clock.ts";
import {
  type DmarcResultLimits,
  type DmarcResults,
  type DmarcRowSum,
  type DmarcSums,
  dmarcResultLimits,
} from "../../dmarc-results.ts";
import type { DueReport, PlannedReport } from "../../planned-reports.ts";
import { StoreError } from "../../store-error.ts";
import type { Database } from "../database.ts";
import { immediate, retried, truncateLog } from "../immediate.ts";
import { type ReportRows, reportRows } from "../planned-reports.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import { DMARC_RESULTS_APPLICATION, dmarcResultMigrations } from "./schema.ts";

export type SqliteDmarcResultsOptions = SystemDatabaseOptions & { readonly limits?: DmarcResultLimits };

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteDmarcResults(options: SqliteDmarcResultsOptions): Promise<DmarcResults> {
  const db = await openSystemDatabase(options, DMARC_RESULTS_APPLICATION, dmarcResultMigrations);
  return new SqliteDmarcResults(db, options.clock ?? systemClock, options.limits ?? dmarcResultLimits);
}

type PolicyRow = { readonly id: number; readonly rows: number };
type Taken = { destinations: number; rows: number };

const statements = (db: Database) => ({
  taken: db.prepare("SELECT COUNT(*) AS destinations, COALESCE(SUM(rows), 0) AS rows FROM policy WHERE day = ?"),
  policy: db.prepare("SELECT id, rows FROM policy WHERE day = ? AND destination = ?"),
  insert: db.prepare("INSERT INTO policy (day, destination, published, rows) VALUES (?, ?, ?, 0)"),
  update: db.prepare("UPDATE policy SET published = ?, rows = ? WHERE id = ?"),
  count: db.prepare("UPDATE message_sum SET messages = messages + ? WHERE policy = ? AND row = ?"),
  insertRow: db.prepare("INSERT INTO message_sum (messages, policy, row) VALUES (?, ?, ?)"),
  published: db.prepare("SELECT published FROM policy WHERE day = ? AND destination = ?").pluck(),
  rows: db.prepare(
    `SELECT row, messages FROM message_sum JOIN policy ON policy.id = message_sum.policy
      WHERE day = ? AND destination = ? ORDER BY row`,
  ),
});

class SqliteDmarcResults implements DmarcResults {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #limits: DmarcResultLimits;
  readonly #sql: ReturnType<typeof statements>;
  readonly #reports: ReportRows;
  /** What was erased may still be in the write-ahead log. */
  #hasErased = true;

  constructor(db: Database, clock: Clock, limits: DmarcResultLimits) {
    this.#db = db;
    this.#clock = clock;
    this.#limits = limits;
    this.#sql = statements(db);
    this.#reports = reportRows(db, "policy");
  }

  add(day: number, sums: readonly DmarcSums[]): Promise<number> {
    return this.#write(() => {
      // Counted once: each count reads all of the day.
      const taken = { ...(this.#sql.taken.get(day) as Taken) };
      return sums.reduce((beyond, one) => beyond + this.#addOne(day, one, taken), 0);
    });
  }

  sums(day: number, destination: string): Promise<DmarcSums | undefined> {
    return this.#read(() => {
      const published = this.#sql.published.get(day, destination) as string | undefined;
      if (published === undefined) return undefined;
      return { destination, published, rows: this.#sql.rows.all(day, destination) as readonly DmarcRowSum[] };
    });
  }

  plan(before: number, most: number, planned: (day: number) => PlannedReport): Promise<number> {
    return this.#write(() => this.#reports.plan(before, most, planned));
  }

  due(now: number, most: number): Promise<readonly DueReport[]> {
    return this.#read(() => this.#reports.due(now, most));
  }

  noteSent(day: number, destination: string, place: string): Promise<void> {
    return this.#write(() => this.#reports.noteSent(day, destination, place));
  }

  postpone(day: number, destination: string, firstAt: number, dueAt: number): Promise<void> {
    return this.#write(() => this.#reports.postpone(day, destination, firstAt, dueAt));
  }

  done(day: number, destination: string): Promise<void> {
    return this.#write(() => {
      this.#reports.done(day, destination);
      this.#hasErased = true;
    });
  }

  async forget(before: number): Promise<number> {
    const rows = await this.#write(() => this.#reports.forget(before));
    if (rows > 0 || this.#hasErased) this.#hasErased = !(await truncateLog(this.#db, { clock: this.#clock }));
    return rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.open) this.#db.close();
  }

  /** Gives how many rows were beyond the limits. */
  #addOne(day: number, { destination, published, rows }: DmarcSums, taken: Taken): number {
    const sql = this.#sql;
    let policy = sql.policy.get(day, destination) as PolicyRow | undefined;
    if (policy === undefined) {
      if (taken.destinations >= this.#limits.destinations) return rows.length;
      taken.destinations++;
      policy = { id: sql.insert.run(day, destination, published).lastInsertRowid, rows: 0 };
    }
    let has = policy.rows;
    let beyond = 0;
    for (const { row, messages } of rows) {
      if (sql.count.run(messages, policy.id, row).changes > 0) continue;
      if (has >= this.#limits.rows || taken.rows >= this.#limits.rowsOfDay) {
        beyond++;
        continue;
      }
      sql.insertRow.run(messages, policy.id, row);
      has++;
      taken.rows++;
    }
    sql.update.run(published, has, policy.id);
    return beyond;
  }

  async #read<T>(step: () => T): Promise<T> {
    this.#assertOpen();
    return retried({ clock: this.#clock }, step);
  }

  async #write<T>(step: () => T): Promise<T> {
    this.#assertOpen();
    return immediate(this.#db, { clock: this.#clock }, step);
  }

  #assertOpen(): void {
    if (!this.#db.open) throw new StoreError("closed", "The store of DMARC results is closed.");
  }
}
