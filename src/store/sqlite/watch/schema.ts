/** The schema of `watch.db`: flags and habits by account id. No address of a client, no address of mail. */
import { randomBytes } from "node:crypto";
import type { Migration } from "../migrate.ts";

export const watchMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE flag (
        id TEXT PRIMARY KEY,
        account TEXT NOT NULL,
        rule TEXT NOT NULL,
        since INTEGER NOT NULL,
        evidence TEXT NOT NULL,
        pauses INTEGER NOT NULL CHECK (pauses IN (0, 1)),
        -- What followed: 0 nothing yet, 1 sending was paused where that was due, 2 the operator was told too.
        settled INTEGER NOT NULL CHECK (settled IN (0, 1, 2)),
        closed_as TEXT,
        closed_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE habit (
        account TEXT NOT NULL,
        day INTEGER NOT NULL,
        log_ins INTEGER NOT NULL,
        networks INTEGER NOT NULL,
        places TEXT NOT NULL,
        PRIMARY KEY (account, day)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    `);
    db.prepare("INSERT INTO secret (name, value) VALUES ('network', ?)").run(randomBytes(32));
  },
];
