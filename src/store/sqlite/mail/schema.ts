/**
 * The tables of an account's file. Rows that listings walk are small and apart from what is big; nothing is indexed by
 * mod-sequence (it would triple a bulk STORE): `change` and `vanished` are the log, one row a commit, that CONDSTORE and
 * QRESYNC read. Counters of a mailbox change in the transaction that changes its mails.
 */
import { randomBytes } from "node:crypto";
import type { SpecialUse } from "../../mail-store.ts";
import type { Database } from "../database.ts";
import type { Migration } from "../migrate.ts";

export const mailMigrations: readonly Migration[] = [
  (db) =>
    void db.exec(`
      CREATE TABLE account(
        one INTEGER PRIMARY KEY CHECK (one = 1),
        boot_id TEXT NOT NULL,            -- of the kernel under which it was last written
        quota INTEGER NOT NULL,
        fingerprint_key BLOB NOT NULL,
        uid_validity INTEGER NOT NULL,    -- the highest ever given
        content_floor INTEGER NOT NULL    -- the highest content id ever erased
      ) STRICT;

      CREATE TABLE mailbox(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        special_use TEXT,
        uid_validity INTEGER NOT NULL,
        uid_next INTEGER NOT NULL DEFAULT 1,
        modseq INTEGER NOT NULL DEFAULT 1,
        messages INTEGER NOT NULL DEFAULT 0,
        unseen INTEGER NOT NULL DEFAULT 0,
        deleted INTEGER NOT NULL DEFAULT 0,
        octets INTEGER NOT NULL DEFAULT 0,
        changed_floor INTEGER NOT NULL DEFAULT 0,   -- the log tells what changed after this modseq
        vanished_floor INTEGER NOT NULL DEFAULT 0
      ) STRICT;

      CREATE TABLE mail(
        mailbox INTEGER NOT NULL, uid INTEGER NOT NULL,
        content INTEGER NOT NULL, flags INTEGER NOT NULL, modseq INTEGER NOT NULL,
        size INTEGER NOT NULL, date INTEGER NOT NULL, zone INTEGER NOT NULL, saved INTEGER NOT NULL,
        PRIMARY KEY (mailbox, uid)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX mail_content ON mail(content);

      CREATE TABLE change(
        mailbox INTEGER NOT NULL, modseq INTEGER NOT NULL, uids TEXT NOT NULL, PRIMARY KEY (mailbox, modseq)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE vanished(
        mailbox INTEGER NOT NULL, modseq INTEGER NOT NULL, uids TEXT NOT NULL, PRIMARY KEY (mailbox, modseq)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE gap(mailbox INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL) STRICT;

      CREATE TABLE content(
        id INTEGER PRIMARY KEY,
        size INTEGER NOT NULL,
        header_size INTEGER NOT NULL,
        staged INTEGER,                   -- since when its pieces wait for a mail to name them
        key BLOB NOT NULL,                -- seals the octets wherever they leave this file
        tree TEXT NOT NULL
      ) STRICT;
      CREATE INDEX content_staged ON content(staged) WHERE staged IS NOT NULL;
      CREATE TABLE body(
        piece INTEGER PRIMARY KEY,        -- content * 2^20 + number
        size INTEGER NOT NULL,            -- before compression
        zstd INTEGER NOT NULL,
        octets BLOB NOT NULL
      ) STRICT;
      CREATE TABLE derived(
        content INTEGER PRIMARY KEY,
        envelope TEXT NOT NULL, structure TEXT NOT NULL,
        sender TEXT NOT NULL, recipient TEXT NOT NULL, cc TEXT NOT NULL, bcc TEXT NOT NULL, subject TEXT NOT NULL,
        sent INTEGER
      ) STRICT;
      CREATE TABLE text(content INTEGER PRIMARY KEY, size INTEGER NOT NULL, folded BLOB NOT NULL) STRICT;
      CREATE TABLE doomed(content INTEGER PRIMARY KEY) STRICT;

      CREATE TABLE delivery(
        id TEXT PRIMARY KEY, fingerprint BLOB, stored INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX delivery_fingerprint ON delivery(fingerprint) WHERE fingerprint IS NOT NULL;

      CREATE TABLE subscription(name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
      CREATE TABLE keyword(key TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE keyword_set(number INTEGER PRIMARY KEY, keys TEXT NOT NULL UNIQUE) STRICT;
      CREATE TABLE mailbox_keyword(
        nth INTEGER PRIMARY KEY, mailbox INTEGER NOT NULL, key TEXT NOT NULL, UNIQUE (mailbox, key)
      ) STRICT;
    `),
  (db) =>
    void db.exec(`
      CREATE TABLE part(                  -- the account as it was last sent to the backups
        one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, key BLOB NOT NULL, mark TEXT NOT NULL
      ) STRICT;
      CREATE TABLE pack(
        number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
        noted INTEGER NOT NULL            -- 0 until all its pieces are in sent
      ) STRICT;
      CREATE TABLE sent(
        piece INTEGER PRIMARY KEY,        -- as in body
        pack INTEGER NOT NULL, at INTEGER NOT NULL, length INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE unreported(            -- what vanished and the ledger does not know of
        nth INTEGER PRIMARY KEY, mailbox INTEGER NOT NULL, uid_validity INTEGER NOT NULL, modseq INTEGER NOT NULL,
        uids TEXT,                        -- null: the mailbox itself
        contents TEXT NOT NULL            -- erased with these
      ) STRICT;
    `),
  // Where the account stands against its quota (quota-marks.ts). What was full before counts from now on: a step has no
  // clock, so it asks SQLite for the time.
  (db) =>
    void db.exec(`
      ALTER TABLE account ADD COLUMN quota_line INTEGER NOT NULL DEFAULT 0;   -- percent
      ALTER TABLE account ADD COLUMN line_crossed INTEGER;                    -- null: its holder was told
      ALTER TABLE account ADD COLUMN full_since INTEGER;
      UPDATE account SET quota_line = 90, line_crossed = unixepoch() * 1000
        WHERE EXISTS (SELECT 1 FROM mail) AND (SELECT sum(octets) FROM mailbox) * 100 >= quota * 90;
      UPDATE account SET quota_line = 100, line_crossed = unixepoch() * 1000, full_since = unixepoch() * 1000
        WHERE EXISTS (SELECT 1 FROM mail)
          AND (SELECT sum(octets) FROM mailbox) >= quota - min(quota / 100, 1048576);
    `),
];

const SPECIAL: readonly (readonly [name: string, use: SpecialUse | null])[] = [
  ["INBOX", null],
  ["Archive", "\\Archive"],
  ["Drafts", "\\Drafts"],
  ["Junk", "\\Junk"],
  ["Sent", "\\Sent"],
  ["Trash", "\\Trash"],
];

/** Puts the first rows into a new account: its mailboxes, all subscribed. */
export function fillAccount(db: Database, quotaBytes: number, bootId: string, now: number): void {
  const validity = Math.floor(now / 1000);
  const insert = db.prepare("INSERT INTO mailbox(name, special_use, uid_validity) VALUES (?, ?, ?)");
  const subscribe = db.prepare("INSERT INTO subscription(name) VALUES (?)");
  for (const [nth, [name, use]] of SPECIAL.entries()) {
    insert.run(name, use, validity + nth);
    subscribe.run(name);
  }
  db.prepare(
    "INSERT INTO account(one, boot_id, quota, fingerprint_key, uid_validity, content_floor) VALUES (1, ?, ?, ?, ?, 0)",
  ).run(bootId, quotaBytes, randomBytes(32), validity + SPECIAL.length - 1);
}
