/** The schema of queue files: mail on its way to the world, and what became of it. */
import { randomBytes } from "node:crypto";
import type { Migration } from "../migrate.ts";

export const outboundMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      -- Without its key a content is noise: the key goes in the commit that ends the message, the pieces soon after.
      CREATE TABLE content (id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB, created_at INTEGER NOT NULL) STRICT;
      CREATE TABLE piece (
        content INTEGER NOT NULL REFERENCES content (id),
        n INTEGER NOT NULL,
        octets BLOB NOT NULL,
        UNIQUE (content, n)
      ) STRICT;
      CREATE INDEX content_doomed ON content (id) WHERE key IS NULL;
      CREATE TABLE message (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        delivery TEXT NOT NULL UNIQUE,
        content INTEGER NOT NULL UNIQUE REFERENCES content (id),
        account TEXT NOT NULL,
        sender TEXT NOT NULL,
        message_id TEXT,
        size INTEGER NOT NULL,
        body TEXT NOT NULL,
        smtp_utf8 INTEGER NOT NULL,
        require_tls INTEGER NOT NULL,
        ret TEXT,
        envid TEXT,
        submitted_at INTEGER NOT NULL,
        deadline INTEGER NOT NULL
      ) STRICT;
      -- phase: 0 waits for its time, 1 ready, 2 claimed, 3 held. at: when that ends.
      CREATE TABLE item (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        message INTEGER NOT NULL REFERENCES message (id),
        destination TEXT NOT NULL,
        account TEXT NOT NULL,
        phase INTEGER NOT NULL CHECK (phase IN (0, 1, 2, 3)),
        at INTEGER NOT NULL,
        tag INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        deadline INTEGER NOT NULL,
        delay_at INTEGER,
        claim TEXT,
        hold TEXT
      ) STRICT;
      CREATE INDEX item_time ON item (at) WHERE phase IN (0, 2);
      CREATE INDEX item_destination ON item (destination, phase, tag);
      CREATE INDEX item_deadline ON item (deadline) WHERE phase <> 2;
      CREATE INDEX item_delay ON item (delay_at) WHERE phase <> 2 AND delay_at IS NOT NULL;
      CREATE INDEX item_message ON item (message);
      CREATE INDEX item_account ON item (account);
      CREATE INDEX item_held ON item (account) WHERE hold IS NOT NULL;
      CREATE TABLE recipient (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        item INTEGER NOT NULL REFERENCES item (id),
        address TEXT NOT NULL,
        notify TEXT,
        orcpt TEXT,
        reply TEXT
      ) STRICT;
      CREATE INDEX recipient_item ON recipient (item);
      -- standing: 0 took something lately, 1 unknown, 2 failed when last asked. turn: the smallest tag of what is ready, or the tag served last when that was higher; null: nothing is ready.
      CREATE TABLE destination (
        name TEXT PRIMARY KEY,
        standing INTEGER NOT NULL,
        resting INTEGER NOT NULL,
        next_at INTEGER NOT NULL,
        failures INTEGER NOT NULL,
        turn INTEGER,
        reply TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX destination_open ON destination (standing, turn) WHERE resting = 0 AND turn IS NOT NULL;
      CREATE INDEX destination_rest ON destination (next_at) WHERE resting = 1;
      -- The tag that each sender's last item got; those below what was served are as none.
      CREATE TABLE sender (account TEXT PRIMARY KEY, tag INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE served (tag INTEGER NOT NULL) STRICT;
      INSERT INTO served VALUES (0);
      CREATE TABLE report (
        id TEXT PRIMARY KEY,
        message INTEGER NOT NULL REFERENCES message (id),
        at INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        recipients TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX report_time ON report (at);
      CREATE INDEX report_message ON report (message);
      CREATE TABLE record (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        delivery TEXT NOT NULL,
        account TEXT NOT NULL,
        sender TEXT NOT NULL,
        recipient TEXT NOT NULL,
        destination TEXT NOT NULL,
        submitted_at INTEGER NOT NULL,
        at INTEGER NOT NULL,
        ended TEXT NOT NULL,
        reply TEXT NOT NULL,
        mark BLOB,
        envid TEXT,
        feedback TEXT
      ) STRICT;
      CREATE INDEX record_account ON record (account, at);
      CREATE INDEX record_mark ON record (mark) WHERE mark IS NOT NULL;
      CREATE INDEX record_envid ON record (account, envid) WHERE envid IS NOT NULL;
      CREATE INDEX record_delivery ON record (delivery);
      CREATE INDEX record_taken ON record (destination) WHERE ended IN ('delivered', 'relayed');
      CREATE INDEX record_time ON record (at);
      CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    `);
    db.prepare("INSERT INTO secret (name, value) VALUES ('mark', ?)").run(randomBytes(32));
  },
  // Names of acceptances are looked up by their ends, which hold the time (fresh-delivery.ts): with a hundred thousand waiting,
  // what comes and goes touches few pages. What came back is looked for among all records of one account.
  (db) => {
    db.exec(`
      PRAGMA defer_foreign_keys = ON;
      CREATE TABLE kept AS SELECT * FROM message;
      DROP TABLE message;
      CREATE TABLE message (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        delivery TEXT NOT NULL,
        content INTEGER NOT NULL UNIQUE REFERENCES content (id),
        account TEXT NOT NULL,
        sender TEXT NOT NULL,
        message_id TEXT,
        size INTEGER NOT NULL,
        body TEXT NOT NULL,
        smtp_utf8 INTEGER NOT NULL,
        require_tls INTEGER NOT NULL,
        ret TEXT,
        envid TEXT,
        submitted_at INTEGER NOT NULL,
        deadline INTEGER NOT NULL
      ) STRICT;
      INSERT INTO message SELECT * FROM kept;
      DROP TABLE kept;
      CREATE UNIQUE INDEX message_delivery ON message (substr(delivery, 21), delivery);
      DROP INDEX record_delivery;
      CREATE INDEX record_delivery ON record (substr(delivery, 21), delivery);
      DROP INDEX record_mark;
      DROP INDEX record_envid;
      -- What is handed over in the moment in which it is taken: message, item, recipients and octets in one row (express.ts).
      CREATE TABLE express (
        id INTEGER PRIMARY KEY,
        delivery TEXT NOT NULL,
        claim TEXT NOT NULL,
        until INTEGER NOT NULL,
        account TEXT NOT NULL,
        destination TEXT NOT NULL,
        envelope TEXT NOT NULL,
        key BLOB NOT NULL,
        octets BLOB NOT NULL
      ) STRICT;
    `);
  },
];
