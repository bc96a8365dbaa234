/** The schema of `web.db`: sessions without address, links, log-ins of ten days, known kinds of client as fingerprints. */
import { randomBytes } from "node:crypto";
import type { Migration } from "../migrate.ts";

export const webAccessMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE session (
        id TEXT PRIMARY KEY,
        account TEXT NOT NULL,
        begun_at INTEGER NOT NULL,
        seen_at INTEGER NOT NULL,
        staying INTEGER NOT NULL CHECK (staying IN (0, 1)),
        waiting INTEGER NOT NULL CHECK (waiting IN (0, 1)),
        expires_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX session_of_account ON session (account, seen_at);
      CREATE INDEX session_expiry ON session (expires_at);
      CREATE TABLE link (
        id TEXT PRIMARY KEY,
        purpose TEXT NOT NULL,
        owner TEXT NOT NULL,
        payload TEXT NOT NULL,
        made_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX link_of_owner ON link (owner, purpose);
      CREATE TABLE log_in (
        account TEXT NOT NULL,
        day INTEGER NOT NULL,
        protocol TEXT NOT NULL CHECK (protocol IN ('web', 'imap', 'submission', 'managesieve')),
        client TEXT NOT NULL,
        address TEXT NOT NULL,
        network TEXT NOT NULL,
        first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (account, day, protocol, client, address)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX log_in_network ON log_in (account, network, client);
      CREATE INDEX log_in_age ON log_in (first_at);
      -- An HMAC over account and kind: it can only answer "did this account use such a client lately".
      CREATE TABLE known_client (
        account TEXT NOT NULL,
        fingerprint BLOB NOT NULL,
        day INTEGER NOT NULL,
        PRIMARY KEY (account, fingerprint)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    `);
    db.prepare("INSERT INTO secret (name, value) VALUES ('client', ?)").run(randomBytes(32));
  },
];
