/**
 * The schema of `system.db`, as far as the directory goes. It holds what promise D2 names and nothing that D1 forbids: no
 * name, no telephone number, no date of birth, no postal address; of log-ins, no time and no client address.
 */
import { randomBytes } from "node:crypto";
import type { Migration } from "../migrate.ts";

export const directoryMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE account (
        id TEXT PRIMARY KEY,
        primary_address TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'closing')),
        quota_bytes INTEGER NOT NULL CHECK (quota_bytes >= 0),
        created_at INTEGER NOT NULL,
        password_hash TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      -- Every address that leads, or that led, to a living account. 'reserved': an alias taken away, kept for its account.
      CREATE TABLE address (
        address TEXT PRIMARY KEY,
        account TEXT NOT NULL REFERENCES account (id),
        kind TEXT NOT NULL CHECK (kind IN ('primary', 'alias', 'reserved'))
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX address_account ON address (account);
      CREATE TABLE app_password (
        account TEXT NOT NULL REFERENCES account (id),
        id TEXT NOT NULL,
        label TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        salt BLOB NOT NULL,
        iterations INTEGER NOT NULL,
        stored_key BLOB NOT NULL,
        server_key BLOB NOT NULL,
        PRIMARY KEY (account, id)
      ) STRICT, WITHOUT ROWID;
      -- What remains of a deleted account's addresses: an HMAC that can only answer "was this taken".
      CREATE TABLE used_address (fingerprint BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
      CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    `);
    db.prepare("INSERT INTO secret (name, value) VALUES ('used-address', ?)").run(randomBytes(32));
  },
  // The state `paused` and the language. A check cannot be altered, so the table is made anew; what refers to its rows
  // waits until the end of the transaction, when they are there again.
  (db) => {
    db.exec(`
      PRAGMA defer_foreign_keys = ON;
      CREATE TABLE kept AS SELECT * FROM account;
      DROP TABLE account;
      CREATE TABLE account (
        id TEXT PRIMARY KEY,
        primary_address TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'suspended', 'closing')),
        language TEXT NOT NULL CHECK (language IN ('sv', 'en')),
        quota_bytes INTEGER NOT NULL CHECK (quota_bytes >= 0),
        created_at INTEGER NOT NULL,
        password_hash TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      INSERT INTO account (id, primary_address, state, language, quota_bytes, created_at, password_hash)
        SELECT id, primary_address, state, 'en', quota_bytes, created_at, password_hash FROM kept;
      DROP TABLE kept;
    `);
  },
  // What holders wish. No row: nothing was ever said.
  (db) =>
    void db.exec(`
      CREATE TABLE preference (
        account TEXT PRIMARY KEY REFERENCES account (id),
        empty_junk_days INTEGER CHECK (empty_junk_days > 0),
        empty_trash_days INTEGER CHECK (empty_trash_days > 0)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE forwarder (
        account TEXT NOT NULL REFERENCES account (id),
        domain TEXT NOT NULL,
        PRIMARY KEY (account, domain)
      ) STRICT, WITHOUT ROWID;
    `),
  // What a holder proves himself with beside passwords, what his plan allows, and what a password costs here.
  (db) =>
    void db.exec(`
      CREATE TABLE recovery (
        account TEXT PRIMARY KEY REFERENCES account (id),
        address TEXT NOT NULL,
        verified INTEGER NOT NULL CHECK (verified IN (0, 1))
      ) STRICT, WITHOUT ROWID;
      -- Tries count from the first one of a window; they say nothing of anybody, and no backup takes them.
      CREATE TABLE second_step (
        account TEXT PRIMARY KEY REFERENCES account (id),
        secret BLOB NOT NULL CHECK (length(secret) = 20),
        last_step INTEGER NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        tries_since INTEGER NOT NULL DEFAULT 0
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE recovery_code (
        account TEXT NOT NULL REFERENCES second_step (account),
        mark BLOB NOT NULL CHECK (length(mark) = 32),
        PRIMARY KEY (account, mark)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE plan (
        account TEXT PRIMARY KEY REFERENCES account (id),
        name TEXT NOT NULL,
        aliases INTEGER NOT NULL CHECK (aliases >= 0)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE password_cost (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        memory_kib INTEGER NOT NULL,
        passes INTEGER NOT NULL,
        lanes INTEGER NOT NULL
      ) STRICT;
    `),
  // Whether the filter may learn from an account's mail: beside the memory itself, of which no backup is made.
  (db) => void db.exec("ALTER TABLE preference ADD COLUMN learns INTEGER NOT NULL DEFAULT 1 CHECK (learns IN (0, 1))"),
];
