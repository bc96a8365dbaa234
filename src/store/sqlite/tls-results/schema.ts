/** The schema of `tlsrpt.db`: sums of sessions by day and destination, and the reports made of them. No person in it. */
import type { Migration } from "../migrate.ts";
import { PLANNED_REPORT_TABLES } from "../planned-reports.ts";

export const tlsResultMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE policy (
        id INTEGER PRIMARY KEY,
        day INTEGER NOT NULL,
        destination TEXT NOT NULL,
        type TEXT NOT NULL CHECK (type IN ('sts', 'tlsa', 'no-policy-found')),
        domain TEXT NOT NULL,
        -- JSON: an array of texts.
        lines TEXT NOT NULL,
        successes INTEGER NOT NULL,
        failures INTEGER NOT NULL,
        UNIQUE (day, destination, type, domain, lines)
      ) STRICT;
      -- What is not known is '', so that it is the same in all rows.
      CREATE TABLE failure (
        policy INTEGER NOT NULL REFERENCES policy (id) ON DELETE CASCADE,
        result TEXT NOT NULL,
        host TEXT NOT NULL,
        receiving TEXT NOT NULL,
        reason TEXT NOT NULL,
        sessions INTEGER NOT NULL,
        PRIMARY KEY (policy, result, host, receiving, reason)
      ) STRICT, WITHOUT ROWID;
    `);
    db.exec(PLANNED_REPORT_TABLES);
  },
];
