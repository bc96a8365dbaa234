/** The schema of `sending.db`: counts by account id and minute, and keyed fingerprints. No address of mail. */
import { randomBytes } from "node:crypto";
import type { Migration } from "../migrate.ts";

export const sendCountsMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE sent_minute (
        account TEXT NOT NULL,
        minute INTEGER NOT NULL,
        messages INTEGER NOT NULL,
        recipients INTEGER NOT NULL,
        firsts INTEGER NOT NULL,
        PRIMARY KEY (account, minute)
      ) STRICT, WITHOUT ROWID;
      -- An HMAC over account and address: it can only answer "did this account write to this address lately".
      CREATE TABLE written_to (
        account TEXT NOT NULL,
        fingerprint BLOB NOT NULL,
        minute INTEGER NOT NULL,
        PRIMARY KEY (account, fingerprint)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    `);
    db.prepare("INSERT INTO secret (name, value) VALUES ('recipient', ?)").run(randomBytes(32));
  },
  // What came back is bounded by itself: who was written to must not use up all that its sender may send.
  (db) => {
    db.exec("ALTER TABLE sent_minute ADD COLUMN reported INTEGER NOT NULL DEFAULT 0");
  },
];
