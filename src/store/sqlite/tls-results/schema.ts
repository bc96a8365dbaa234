/** The schema of `tlsrpt.db`: sums of sessions by day and destination, and the reports made of them. No person in it. */
import type { Migration } from "../migrate.ts";

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
    `);
  },
];
