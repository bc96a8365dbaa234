/**
 * The schema of `defence.db`: fingerprints, counts and days by account. `print` is 48 bits of a keyed function of a name or
 * a word, whose key is made of the account's file key and the salt in its row of `holder`.
 */
import type { Migration } from "../migrate.ts";

export const defenceMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      -- Ids never come again, so that no row is ever taken for another account's.
      CREATE TABLE holder (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account TEXT NOT NULL UNIQUE,
        salt BLOB NOT NULL,
        -- A print of nothing: tells whether the account's key is still the one of these rows.
        mark INTEGER NOT NULL,
        is_on INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE correspondent (
        holder INTEGER NOT NULL,
        print INTEGER NOT NULL,
        day INTEGER NOT NULL,
        PRIMARY KEY (holder, print)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE sender (
        holder INTEGER NOT NULL,
        print INTEGER NOT NULL,
        wanted INTEGER NOT NULL,
        unwanted INTEGER NOT NULL,
        day INTEGER NOT NULL,
        PRIMARY KEY (holder, print)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE word (
        holder INTEGER NOT NULL,
        print INTEGER NOT NULL,
        wanted INTEGER NOT NULL,
        unwanted INTEGER NOT NULL,
        day INTEGER NOT NULL,
        PRIMARY KEY (holder, print)
      ) STRICT, WITHOUT ROWID;
      -- Which messages have taught, and what: is_wanted.
      CREATE TABLE lesson (
        holder INTEGER NOT NULL,
        print INTEGER NOT NULL,
        is_wanted INTEGER NOT NULL,
        day INTEGER NOT NULL,
        PRIMARY KEY (holder, print)
      ) STRICT, WITHOUT ROWID;
      -- first_at: epoch milliseconds; NULL once it has come again.
      CREATE TABLE contact (
        holder INTEGER NOT NULL,
        print INTEGER NOT NULL,
        first_at INTEGER,
        day INTEGER NOT NULL,
        PRIMARY KEY (holder, print)
      ) STRICT, WITHOUT ROWID;
    `);
  },
];
