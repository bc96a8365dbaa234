/** The schema of `queue.db`, as far as accepted mail goes that waits for its recipients' stores. */
import type { Migration } from "../migrate.ts";

export const inboundMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE message (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        size INTEGER NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT;
      -- Pieces of 256 KiB: one in a statement blocks the loop for a millisecond or two, a whole large message for half a second.
      CREATE TABLE piece (
        message INTEGER NOT NULL REFERENCES message (id),
        n INTEGER NOT NULL,
        octets BLOB NOT NULL,
        UNIQUE (message, n)
      ) STRICT;
      CREATE TABLE entry (
        delivery TEXT NOT NULL,
        account TEXT NOT NULL,
        message INTEGER NOT NULL REFERENCES message (id),
        mailbox TEXT NOT NULL,
        sender TEXT NOT NULL,
        accepted_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        next_attempt_at INTEGER NOT NULL,
        PRIMARY KEY (delivery, account)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX entry_next ON entry (next_attempt_at);
      CREATE INDEX entry_message ON entry (message);
    `);
  },
  // What is stored is no longer what came: fields are added above it and taken out of it, so the digest is kept.
  (db) => {
    db.exec("ALTER TABLE entry ADD COLUMN fingerprint BLOB");
  },
];
