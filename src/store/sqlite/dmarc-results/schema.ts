/** The schema of `dmarcrpt.db`: sums of messages by day and policy domain, and the reports made of them. */
import type { Migration } from "../migrate.ts";
import { PLANNED_REPORT_TABLES } from "../planned-reports.ts";

export const dmarcResultMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE policy (
        id INTEGER PRIMARY KEY,
        day INTEGER NOT NULL,
        destination TEXT NOT NULL,
        published TEXT NOT NULL,
        -- How many rows of message_sum it has.
        rows INTEGER NOT NULL,
        UNIQUE (day, destination)
      ) STRICT;
      CREATE TABLE message_sum (
        policy INTEGER NOT NULL REFERENCES policy (id) ON DELETE CASCADE,
        row TEXT NOT NULL,
        messages INTEGER NOT NULL,
        PRIMARY KEY (policy, row)
      ) STRICT, WITHOUT ROWID;
    `);
    db.exec(PLANNED_REPORT_TABLES);
  },
];
