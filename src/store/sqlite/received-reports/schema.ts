/** The schema of `received.db`: sums of what others reported of our domains, and marks of the reports. No person in it. */
import type { Migration } from "../migrate.ts";

export const receivedReportMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE reported_sum (
        day INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('dmarc', 'tls')),
        domain TEXT NOT NULL,
        submitter TEXT NOT NULL,
        result TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (day, kind, domain, submitter, result)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE known_report (
        mark TEXT PRIMARY KEY,
        day INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX known_report_by_day ON known_report (day);
    `);
  },
];
