/**
 * Opens an account's file for work. What may have been shown before it was durable when the machine went down gets a gap
 * (change-log.ts), so that no UID or mod-sequence ever means two things: when the file was last written under another
 * boot of the kernel and its write-ahead log is still there, it was not closed cleanly. SQLite syncs the head of that
 * log before anything in it can be seen, and removes it when the last connection closes.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AccountKeys, FileKey } from "../../crypt/account-keys.ts";
import type { AccountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, createDatabase, type DatabaseOptions, openDatabase } from "../database.ts";
import { isBusy } from "../sqlite-error.ts";
import { raiseGap } from "./change-log.ts";
import { Handle } from "./handle.ts";
import type { MailLimits } from "./limits.ts";
import { fillAccount, mailMigrations } from "./schema.ts";
import { syncFolder } from "../../../host/sync-folder.ts";

export type AccountPlace = { readonly folder: string; readonly keys: AccountKeys; readonly bootId: string };

/** Account files lie in 256 folders by the first two digits: `folder/ab/ab12....db`. */
export function accountPath(folder: string, account: AccountId): string {
  return join(folder, account.slice(0, 2), `${account}.db`);
}

/**
 * A checkpoint syncs twice within a COMMIT, on the loop: with four times the log of other databases it comes a quarter as
 * often, and a page that many commits changed is written back once. 8 MiB while a file that is written much is open.
 */
const CHECKPOINT_PAGES = 1000;

/** How an account file is opened, wherever it lies. */
export function accountFileOptions(path: string, key: FileKey): DatabaseOptions {
  const applicationId = APPLICATION.mail;
  return { path, key, applicationId, migrations: mailMigrations, synchronous: "normal", cacheKiB: 400 };
}

/** Makes key and file; an existing account stays as it is. Durable on return. */
export function createAccountFile(place: AccountPlace, account: AccountId, quotaBytes: number, now: number): void {
  const path = accountPath(place.folder, account);
  const key = place.keys.create(account);
  if (mkdirSync(dirname(path), { recursive: true, mode: 0o700 }) !== undefined) syncFolder(place.folder);
  createDatabase({
    ...accountFileOptions(path, key),
    create: { fill: (db) => fillAccount(db, quotaBytes, place.bootId, now) },
  });
}

export type Opened = {
  readonly handle: Handle;
  /** Something waits to be erased. */
  readonly hasDoomed: boolean;
  /** A line of the quota was crossed and its holder was not told. */
  readonly isCrossed: boolean;
};

/** @throws StoreError "no-account", "busy", "key", "io" */
export function openAccountFile(place: AccountPlace, account: AccountId, limits: MailLimits, now: number): Opened {
  const key = place.keys.get(account);
  if (key === undefined) throw new StoreError("no-account", "The account does not exist.");
  const path = accountPath(place.folder, account);
  const hadLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const db = openDatabase(accountFileOptions(path, key));
  let isRaising = false;
  try {
    db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    const row = db.prepare(FIRST_LOOK).get(now - limits.stagedMs) as FirstLook;
    const handle = new Handle(account, db, row.fingerprintKey, row.bootId === place.bootId);
    isRaising = !handle.bootNoted && hadLog;
    if (isRaising) raise(handle, place.bootId);
    return { handle, hasDoomed: row.hasDoomed === 1, isCrossed: row.isCrossed === 1 };
  } catch (error) {
    // Closing would remove the log, the only witness of the crash; a lock shows that another process keeps it.
    if (!isRaising || isBusy(error)) db.close();
    throw error;
  }
}

type FirstLook = {
  readonly bootId: string;
  readonly fingerprintKey: Uint8Array;
  readonly isCrossed: number;
  readonly hasDoomed: number;
};

/** One statement, for opening must be lean. */
const FIRST_LOOK = `SELECT boot_id AS bootId, fingerprint_key AS fingerprintKey, line_crossed IS NOT NULL AS isCrossed,
  EXISTS (SELECT 1 FROM doomed) OR EXISTS (SELECT 1 FROM content WHERE staged < ?) AS hasDoomed FROM account`;

function noted(handle: Handle, bootId: string): boolean {
  return (handle.value("SELECT boot_id FROM account") as string | undefined) === bootId;
}

/** Durable before anything under the new numbers is: else a second crash would give them twice. */
function raise(handle: Handle, bootId: string): void {
  handle.db.pragma("synchronous = FULL");
  handle.db.exec("BEGIN IMMEDIATE");
  try {
    // Another worker may have been first.
    if (!noted(handle, bootId)) {
      raiseGap(handle);
      handle.run("UPDATE account SET boot_id = ?", bootId);
    }
    handle.db.exec("COMMIT");
  } catch (error) {
    if (handle.db.inTransaction) handle.db.exec("ROLLBACK");
    throw error;
  }
  handle.db.pragma("synchronous = NORMAL");
  handle.bootNoted = true;
}
