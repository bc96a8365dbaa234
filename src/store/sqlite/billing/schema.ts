/** The schema of `billing.db`. No card, no name, no amount: promises D1 and D8. */
import type { Migration } from "../migrate.ts";

export const billingMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE reservation (
        reference TEXT PRIMARY KEY,
        account TEXT NOT NULL UNIQUE,
        created_at INTEGER NOT NULL,
        plan TEXT,
        invitation TEXT,
        -- Of the invitation, so that it can be given back.
        invitation_expires_at INTEGER,
        session TEXT,
        kept_until INTEGER NOT NULL,
        keeps_name INTEGER NOT NULL CHECK (keeps_name IN (0, 1)),
        state TEXT NOT NULL CHECK (state IN ('reserved', 'paid', 'refused')),
        subscription TEXT,
        customer TEXT,
        address TEXT,
        password_hash TEXT,
        recovery TEXT,
        language TEXT,
        agreed_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX kept_name ON reservation (address) WHERE keeps_name = 1;
      CREATE TABLE subscription (
        account TEXT PRIMARY KEY,
        reference TEXT NOT NULL UNIQUE,
        subscription TEXT NOT NULL UNIQUE,
        customer TEXT NOT NULL UNIQUE,
        plan TEXT NOT NULL,
        standing TEXT NOT NULL,
        until INTEGER,
        standing_since INTEGER NOT NULL,
        stage TEXT NOT NULL,
        stage_since INTEGER NOT NULL,
        warned_at INTEGER,
        bought_at INTEGER NOT NULL,
        withdrawn_at INTEGER,
        version INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE ending (
        subscription TEXT PRIMARY KEY,
        customer TEXT NOT NULL,
        refunds INTEGER NOT NULL CHECK (refunds IN (0, 1)),
        account TEXT,
        asked_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE event (id TEXT PRIMARY KEY, seen_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE invitation (hash TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `);
  },
];
