/** The two tables of reports that are to be sent, in whatever database has the sums they are made of, and what is done with them. */
import type { Clock } from "../../host/clock.ts";
import type { DueReport, PlannedReports } from "../planned-reports.ts";
import type { Database } from "./database.ts";
import { stepsOn, truncateLog } from "./immediate.ts";

export const PLANNED_REPORT_TABLES = `
  CREATE TABLE report (
    day INTEGER NOT NULL,
    destination TEXT NOT NULL,
    id TEXT NOT NULL,
    -- NULL: nothing more is to be sent.
    due_at INTEGER,
    attempts INTEGER NOT NULL,
    first_at INTEGER,
    PRIMARY KEY (day, destination)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX report_by_due ON report (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE sent (
    day INTEGER NOT NULL,
    destination TEXT NOT NULL,
    -- A mark, not the place itself.
    place TEXT NOT NULL,
    PRIMARY KEY (day, destination, place)
  ) STRICT, WITHOUT ROWID;
`;

type ReportRow = Omit<DueReport, "firstAt" | "sentTo"> & { readonly firstAt: number | null };
type DayRow = { readonly day: number; readonly destination: string };

type Options = {
  readonly db: Database;
  readonly clock: Clock;
  /** The table with the columns `day` and `destination` that reports are made of; what hangs on a row goes with it. */
  readonly sums: string;
  /** The sentence for who comes too late. */
  readonly closed: string;
};

export function sqlitePlannedReports({ db, clock, sums, closed }: Options): PlannedReports {
  const { read, write } = stepsOn(db, clock, closed);
  /** What was erased may still be in the write-ahead log. */
  let hasErased = true;
  const unplanned = db.prepare(
    `SELECT DISTINCT day, destination FROM ${sums} AS sums
      WHERE day < ? AND NOT EXISTS (SELECT 1 FROM report WHERE day = sums.day AND destination = sums.destination)
      LIMIT ?`,
  );
  const insert = db.prepare("INSERT INTO report (day, destination, id, due_at, attempts) VALUES (?, ?, ?, ?, 0)");
  const due = db.prepare(
    `SELECT day, destination, id, attempts, first_at AS firstAt FROM report
      WHERE due_at <= ? ORDER BY due_at, day, destination LIMIT ?`,
  );
  const sentTo = db.prepare("SELECT place FROM sent WHERE day = ? AND destination = ? ORDER BY place").pluck();
  const noteSent = db.prepare("INSERT OR IGNORE INTO sent (day, destination, place) VALUES (?, ?, ?)");
  const postpone = db.prepare(
    `UPDATE report SET attempts = attempts + 1, first_at = ?, due_at = ?
      WHERE day = ? AND destination = ? AND due_at IS NOT NULL`,
  );
  const done = [
    db.prepare("UPDATE report SET due_at = NULL WHERE day = ? AND destination = ?"),
    db.prepare(`DELETE FROM ${sums} WHERE day = ? AND destination = ?`),
  ];
  const forget = [sums, "report", "sent"].map((table) => db.prepare(`DELETE FROM ${table} WHERE day < ?`));
  return {
    plan: (before, most, planned) =>
      write(() => {
        const rows = unplanned.all(before, most) as readonly DayRow[];
        for (const { day, destination } of rows) {
          const { id, dueAt } = planned(day);
          insert.run(day, destination, id, dueAt);
        }
        return rows.length;
      }),
    due: (now, most) =>
      read(() =>
        (due.all(now, most) as readonly ReportRow[]).map((row) => ({
          ...row,
          firstAt: row.firstAt ?? undefined,
          sentTo: sentTo.all(row.day, row.destination) as readonly string[],
        })),
      ),
    noteSent: (day, destination, place) => write(() => void noteSent.run(day, destination, place)),
    postpone: (day, destination, firstAt, dueAt) => write(() => void postpone.run(firstAt, dueAt, day, destination)),
    done: (day, destination) =>
      write(() => {
        for (const statement of done) statement.run(day, destination);
        hasErased = true;
      }),
    async forget(before) {
      const rows = await write(() => forget.reduce((count, statement) => count + statement.run(before).changes, 0));
      if (rows > 0 || hasErased) hasErased = !(await truncateLog(db, { clock }));
      return rows;
    },
    async [Symbol.asyncDispose]() {
      if (db.open) db.close();
    },
  };
}
