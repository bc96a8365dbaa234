/**
 * The steps in which an open account file gets another key. SQLite's own transaction carries them: the file leaves the
 * write-ahead log for a rollback journal, which only the sole holder of the file can do, is rewritten page by page (free
 * pages too) in one transaction, and goes back. Killed at any moment the file opens with the old key or with the new one,
 * never with both or with none; the lock is held until the connection is closed.
 */
import { StoreError } from "../../store-error.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { Database } from "../database.ts";

/** Takes the file for this connection alone. @throws SQLite's or a StoreError "busy" while anyone else has it open. */
export function takeAlone(db: Database): void {
  db.pragma("locking_mode = EXCLUSIVE");
  if (db.pragma("journal_mode = DELETE", { simple: true }) !== "delete") {
    throw new StoreError("busy", "Another process has the account's file open.");
  }
  // A file that a crash left with its rollback journal changed no mode just now: the lock comes with a transaction.
  db.exec("BEGIN EXCLUSIVE; COMMIT");
}

/** Rewrites the file under `key`, durably. The connection holds the file alone. */
export function rewrite(db: Database, key: FileKey): void {
  // The name of the removed journal is part of the commit: synced too.
  db.pragma("synchronous = EXTRA");
  db.pragma(`rekey = 'raw:${Buffer.from(key).toString("hex")}'`);
}

/** Puts the write-ahead log back, as every other part of the program expects it. */
export function backToLog(db: Database): void {
  if (db.pragma("journal_mode = WAL", { simple: true }) !== "wal") {
    throw new StoreError("io", "The file system does not carry a write-ahead log.");
  }
}

/**
 * Puts the log back where a change of the key died between taking the file and naming the key; returns true when it did,
 * and then the connection has the file alone until it is closed. @throws as `takeAlone`.
 */
export function mendLog(db: Database): boolean {
  if (db.pragma("journal_mode", { simple: true }) === "wal") return false;
  takeAlone(db);
  backToLog(db);
  return true;
}
