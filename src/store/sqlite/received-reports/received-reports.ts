/** Sums of reports that arrived, in encrypted SQLite: one short transaction a report, each commit fsynced. */
import { type Clock, systemClock } from "../../../host/clock.ts";
import {
  type ReceivedReport,
  type ReceivedReportLimits,
  type ReceivedReports,
  type ReceivedSum,
  receivedReportLimits,
} from "../../received-reports.ts";
import { APPLICATION, type Database } from "../database.ts";
import { type Steps, stepsOn, truncateLog } from "../immediate.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import { receivedReportMigrations } from "./schema.ts";

export type SqliteReceivedReportsOptions = SystemDatabaseOptions & { readonly limits?: ReceivedReportLimits };

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteReceivedReports(options: SqliteReceivedReportsOptions): Promise<ReceivedReports> {
  const db = await openSystemDatabase(options, APPLICATION.received, receivedReportMigrations);
  return new SqliteReceivedReports(db, options.clock ?? systemClock, options.limits ?? receivedReportLimits);
}

const statements = (db: Database) => ({
  known: db.prepare("SELECT 1 FROM known_report WHERE mark = ?").pluck(),
  reports: db.prepare("SELECT COUNT(*) FROM known_report WHERE day = ?").pluck(),
  rows: db.prepare("SELECT COUNT(*) FROM reported_sum WHERE day = ?").pluck(),
  has: db
    .prepare("SELECT 1 FROM reported_sum WHERE day = ? AND kind = ? AND domain = ? AND submitter = ? AND result = ?")
    .pluck(),
  note: db.prepare("INSERT INTO known_report (mark, day) VALUES (?, ?)"),
  count: db.prepare(
    `INSERT INTO reported_sum (day, kind, domain, submitter, result, count) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  ),
  sums: db.prepare(
    `SELECT kind, day, submitter, domain, result, count FROM reported_sum
      WHERE day >= ? ORDER BY day DESC, kind, domain, submitter, result`,
  ),
  forget: ["reported_sum", "known_report"].map((table) => db.prepare(`DELETE FROM ${table} WHERE day < ?`)),
});

class SqliteReceivedReports implements ReceivedReports {
  readonly #db: Database;
  readonly #steps: Steps;
  readonly #clock: Clock;
  readonly #limits: ReceivedReportLimits;
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: Database, clock: Clock, limits: ReceivedReportLimits) {
    this.#db = db;
    this.#steps = stepsOn(db, clock, "The store of received reports is closed.");
    this.#clock = clock;
    this.#limits = limits;
    this.#sql = statements(db);
  }

  add(report: ReceivedReport): Promise<"added" | "known" | "beyond"> {
    return this.#steps.write(() => this.#addOne(report));
  }

  async sums(from: number): Promise<readonly ReceivedSum[]> {
    return this.#steps.read(() => this.#sql.sums.all(from) as readonly ReceivedSum[]);
  }

  async forget(before: number): Promise<number> {
    const rows = await this.#steps.write(() =>
      this.#sql.forget.reduce((sum, statement) => sum + statement.run(before).changes, 0),
    );
    if (rows > 0) await truncateLog(this.#db, { clock: this.#clock });
    return rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.open) this.#db.close();
  }

  #addOne({ mark, kind, day, submitter, results }: ReceivedReport): "added" | "known" | "beyond" {
    const sql = this.#sql;
    if (sql.known.get(mark) !== undefined) return "known";
    if ((sql.reports.get(day) as number) >= this.#limits.reportsOfDay) return "beyond";
    const fresh = results.filter(
      ({ domain, result }) => sql.has.get(day, kind, domain, submitter, result) === undefined,
    );
    if ((sql.rows.get(day) as number) + fresh.length > this.#limits.sumsOfDay) return "beyond";
    for (const { domain, result, count } of results) sql.count.run(day, kind, domain, submitter, result, count);
    sql.note.run(mark, day);
    return "added";
  }
}
