/** Sums of TLS sessions and reports on them, in encrypted SQLite: one short transaction a minute, each commit fsynced. */
import { type Clock, systemClock } from "../../../host/clock.ts";
import {
  type TlsFailureSum,
  type TlsResultLimits,
  type TlsResults,
  type TlsSums,
  tlsResultLimits,
} from "../../tls-results.ts";
import { APPLICATION, type Database } from "../database.ts";
import { stepsOn } from "../immediate.ts";
import { sqlitePlannedReports } from "../planned-reports.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import { tlsResultMigrations } from "./schema.ts";

export type SqliteTlsResultsOptions = SystemDatabaseOptions & { readonly limits?: TlsResultLimits };

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteTlsResults(options: SqliteTlsResultsOptions): Promise<TlsResults> {
  const db = await openSystemDatabase(options, APPLICATION.tlsrpt, tlsResultMigrations);
  return sqliteTlsResults(db, options.clock ?? systemClock, options.limits ?? tlsResultLimits);
}

type PolicyRow = Omit<TlsSums["policy"], "lines"> & {
  readonly id: number;
  readonly lines: string;
  readonly successes: number;
  readonly failures: number;
};
type FailureRow = Readonly<Record<"result" | "host" | "receiving" | "reason", string>> & {
  readonly sessions: number;
};

const statements = (db: Database) => ({
  destinations: db.prepare("SELECT COUNT(DISTINCT destination) FROM policy WHERE day = ?").pluck(),
  policies: db.prepare("SELECT COUNT(*) FROM policy WHERE day = ? AND destination = ?").pluck(),
  policy: db
    .prepare("SELECT id FROM policy WHERE day = ? AND destination = ? AND type = ? AND domain = ? AND lines = ?")
    .pluck(),
  insert: db.prepare(
    "INSERT INTO policy (day, destination, type, domain, lines, successes, failures) VALUES (?, ?, ?, ?, ?, 0, 0)",
  ),
  count: db.prepare("UPDATE policy SET successes = successes + ?, failures = failures + ? WHERE id = ?"),
  details: db.prepare("SELECT COUNT(*) FROM failure WHERE policy = ?").pluck(),
  countFailure: db.prepare(
    `UPDATE failure SET sessions = sessions + ?
      WHERE policy = ? AND result = ? AND host = ? AND receiving = ? AND reason = ?`,
  ),
  insertFailure: db.prepare(
    `INSERT INTO failure (sessions, policy, result, host, receiving, reason) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET sessions = sessions + excluded.sessions`,
  ),
  sums: db.prepare(
    `SELECT id, type, domain, lines, successes, failures FROM policy
      WHERE day = ? AND destination = ? ORDER BY type, domain, lines`,
  ),
  failures: db.prepare(
    `SELECT result, host, receiving, reason, sessions FROM failure
      WHERE policy = ? ORDER BY result, host, receiving, reason`,
  ),
});

function sqliteTlsResults(db: Database, clock: Clock, limits: TlsResultLimits): TlsResults {
  const sql = statements(db);
  const closed = "The store of TLS results is closed.";
  const { read, write } = stepsOn(db, clock, closed);

  /** False: it is beyond the limits. */
  const addOne = (
    day: number,
    { destination, policy, successes, failures, details }: TlsSums,
    taken: { destinations: number },
  ): boolean => {
    const key = [day, destination, policy.type, policy.domain, JSON.stringify(policy.lines)] as const;
    let id = sql.policy.get(...key) as number | undefined;
    if (id === undefined) {
      const policies = sql.policies.get(day, destination) as number;
      if (policies >= limits.policies) return false;
      if (policies === 0 && taken.destinations >= limits.destinations) return false;
      if (policies === 0) taken.destinations++;
      id = sql.insert.run(...key).lastInsertRowid;
    }
    sql.count.run(successes, failures, id);
    for (const { result, host = "", receivingAddress = "", reason = "", sessions } of details) {
      if (sql.countFailure.run(sessions, id, result, host, receivingAddress, reason).changes > 0) continue;
      if ((sql.details.get(id) as number) < limits.details)
        sql.insertFailure.run(sessions, id, result, host, receivingAddress, reason);
      else sql.insertFailure.run(sessions, id, result, "", "", "");
    }
    return true;
  };

  return {
    ...sqlitePlannedReports({ db, clock, sums: "policy", closed }),
    add(day, sums) {
      return write(() => {
        // Counted once: each count reads all of the day.
        const taken = { destinations: sql.destinations.get(day) as number };
        let beyond = 0;
        for (const one of sums) if (!addOne(day, one, taken)) beyond++;
        return beyond;
      });
    },
    sums(day, destination) {
      return read(() =>
        (sql.sums.all(day, destination) as readonly PolicyRow[]).map((row) => ({
          destination,
          policy: { type: row.type, domain: row.domain, lines: JSON.parse(row.lines) as readonly string[] },
          successes: row.successes,
          failures: row.failures,
          details: (sql.failures.all(row.id) as readonly FailureRow[]).map(detailOf),
        })),
      );
    },
  };
}

const known = (text: string): string | undefined => (text === "" ? undefined : text);

const detailOf = ({ result, host, receiving, reason, sessions }: FailureRow): TlsFailureSum => ({
  result,
  host: known(host),
  receivingAddress: known(receiving),
  reason: known(reason),
  sessions,
});
