/** Sums of DMARC results and reports on them, in encrypted SQLite: one short transaction a minute, each commit fsynced. */
import { type Clock, systemClock } from "../../../host/clock.ts";
import {
  type DmarcResultLimits,
  type DmarcResults,
  type DmarcRowSum,
  type DmarcSums,
  dmarcResultLimits,
} from "../../dmarc-results.ts";
import { APPLICATION, type Database } from "../database.ts";
import { stepsOn } from "../immediate.ts";
import { sqlitePlannedReports } from "../planned-reports.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import { dmarcResultMigrations } from "./schema.ts";

export type SqliteDmarcResultsOptions = SystemDatabaseOptions & { readonly limits?: DmarcResultLimits };

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteDmarcResults(options: SqliteDmarcResultsOptions): Promise<DmarcResults> {
  const db = await openSystemDatabase(options, APPLICATION.dmarcrpt, dmarcResultMigrations);
  return sqliteDmarcResults(db, options.clock ?? systemClock, options.limits ?? dmarcResultLimits);
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

function sqliteDmarcResults(db: Database, clock: Clock, limits: DmarcResultLimits): DmarcResults {
  const sql = statements(db);
  const closed = "The store of DMARC results is closed.";
  const { read, write } = stepsOn(db, clock, closed);

  /** Gives how many rows were beyond the limits. */
  const addOne = (day: number, { destination, published, rows }: DmarcSums, taken: Taken): number => {
    let policy = sql.policy.get(day, destination) as PolicyRow | undefined;
    if (policy === undefined) {
      if (taken.destinations >= limits.destinations) return rows.length;
      taken.destinations++;
      policy = { id: sql.insert.run(day, destination, published).lastInsertRowid, rows: 0 };
    }
    let has = policy.rows;
    let beyond = 0;
    for (const { row, messages } of rows) {
      if (sql.count.run(messages, policy.id, row).changes > 0) continue;
      if (has >= limits.rows || taken.rows >= limits.rowsOfDay) {
        beyond++;
        continue;
      }
      sql.insertRow.run(messages, policy.id, row);
      has++;
      taken.rows++;
    }
    sql.update.run(published, has, policy.id);
    return beyond;
  };

  return {
    ...sqlitePlannedReports({ db, clock, sums: "policy", closed }),
    add(day, sums) {
      return write(() => {
        // Counted once: each count reads all of the day.
        const taken = { ...(sql.taken.get(day) as Taken) };
        return sums.reduce((beyond, one) => beyond + addOne(day, one, taken), 0);
      });
    },
    sums(day, destination) {
      return read(() => {
        const published = sql.published.get(day, destination) as string | undefined;
        if (published === undefined) return undefined;
        return { destination, published, rows: sql.rows.all(day, destination) as readonly DmarcRowSum[] };
      });
    },
  };
}
