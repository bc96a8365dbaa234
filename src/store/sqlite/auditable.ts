/** What the audit of retention sees of a database, for any of ours: names of tables, ages of rows, nothing else. */
import { DAY, MINUTE } from "../../host/clock.ts";
import type { Auditable, RowTimes } from "../auditable.ts";
import type { Database } from "./database.ts";
import { storeError } from "./sqlite-error.ts";

const TABLES =
  "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' ORDER BY name";

/** `use` lends the open database for the length of one call. */
export function auditableOf(name: string, use: <T>(work: (db: Database) => T) => T): Auditable {
  const look = async <T>(work: (db: Database) => T): Promise<T> => {
    try {
      return use(work);
    } catch (error) {
      throw storeError(error, `Auditing ${name}`);
    }
  };
  return {
    name,
    tables: () => look((db) => db.prepare(TABLES).pluck().all().map(String)),
    oldest: (rows) => look((db) => oldestOf(db, rows)),
  };
}

/** Opens the database anew for each look, and closes it after. */
export function auditableFile(name: string, open: () => Database): Auditable {
  return auditableOf(name, (work) => {
    const db = open();
    try {
      return work(db);
    } finally {
      db.close();
    }
  });
}

const UNIT_MS = { days: DAY, minutes: MINUTE } as const;

function oldestOf(db: Database, { table, since, unit, having = since }: RowTimes): number | undefined {
  // SQLite takes a quoted name that is no column for a text: without this a wrong name would find nothing too old.
  const columns = db.prepare("SELECT name FROM pragma_table_info(?)").pluck().all(table);
  for (const column of [since, having])
    if (!columns.includes(column)) throw new RangeError(`table ${table} has no column ${column}`);
  const oldest = db.prepare(`SELECT min("${since}") FROM "${table}" WHERE "${having}" IS NOT NULL`).pluck().get();
  return typeof oldest === "number" ? oldest * (unit === undefined ? 1 : UNIT_MS[unit]) : undefined;
}
