/** The schema of `access.db`: the sealed half of the record of staff access; its public half is HOME/record/access.chain. */
import type { Migration } from "../migrate.ts";

export const accessMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE entry (
        access TEXT NOT NULL,
        n INTEGER NOT NULL CHECK (n > 0),
        what TEXT NOT NULL,
        at INTEGER NOT NULL,
        says TEXT NOT NULL,
        salt BLOB NOT NULL,
        line INTEGER UNIQUE,
        PRIMARY KEY (access, n)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE sent_head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        at INTEGER NOT NULL,
        entries INTEGER NOT NULL,
        head TEXT NOT NULL
      ) STRICT;
    `);
  },
];
