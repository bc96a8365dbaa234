/** The schema of `backup.db`. No column holds a key, an address or anything of a mail. */
import type { Migration } from "../migrate.ts";

export const backupMigrations: readonly Migration[] = [
  (db) =>
    void db.exec(`
      CREATE TABLE backup_set (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        made_at INTEGER NOT NULL,
        done_at INTEGER,
        accounts INTEGER NOT NULL DEFAULT 0,
        sent_octets INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      -- A set needs the object when born <= number and (ended is null or number < ended).
      CREATE TABLE object (
        name TEXT PRIMARY KEY,
        account TEXT NOT NULL,
        size INTEGER NOT NULL,
        born INTEGER NOT NULL,
        ended INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX object_current ON object (account) WHERE ended IS NULL;
      CREATE INDEX object_born ON object (born) WHERE ended IS NULL;
      CREATE INDEX object_ended ON object (ended) WHERE ended IS NOT NULL;
      CREATE TABLE closing (account TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
      -- The row '' says that a restore of everything is under way.
      CREATE TABLE restored (account TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    `),
];
