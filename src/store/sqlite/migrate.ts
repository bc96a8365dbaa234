/**
 * Brings a database to the newest version of its schema. Step n of the list leads from user_version n to n + 1, in one
 * transaction; steps are never edited once released, only added. A file of a newer program is refused, not guessed at.
 */
import type Database from "better-sqlite3-multiple-ciphers";
import { StoreError } from "../store-error.ts";

export type Migration = (db: Database) => void;

/** @throws StoreError "io" when the file is newer than the program. */
export function migrate(db: Database, steps: readonly Migration[]): void {
  for (;;) {
    if (versionOf(db) === steps.length) return;
    db.exec("BEGIN IMMEDIATE");
    try {
      const version = versionOf(db);
      if (version > steps.length) {
        throw new StoreError("io", "The database was written by a newer version of the program; run that version.");
      }
      const step = steps[version];
      if (step !== undefined) {
        step(db);
        db.pragma(`user_version = ${version + 1}`);
      }
      db.exec("COMMIT");
    } catch (error) {
      if (db.inTransaction) db.exec("ROLLBACK");
      throw error;
    }
  }
}

/** Takes all steps on a file that is just being made, within the transaction of its maker. */
export function migrateNew(db: Database, steps: readonly Migration[]): void {
  for (const step of steps) step(db);
  db.pragma(`user_version = ${steps.length}`);
}

function versionOf(db: Database): number {
  return Number(db.pragma("user_version", { simple: true }));
}
