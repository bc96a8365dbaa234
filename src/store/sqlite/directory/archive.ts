/** The archive of the directory on `system.db`, by a connection of its own. */
import { createHmac } from "node:crypto";
import { systemClock } from "../../../host/clock.ts";
import type { DirectoryArchive, UsedAddresses } from "../../directory-archive.ts";
import type { AccountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, type Database } from "../database.ts";
import { immediate, retried, snapshot } from "../immediate.ts";
import { openSystemDatabase } from "../system-database.ts";
import { credentialRows, recordOf } from "./credential-rows.ts";
import type { SqliteDirectoryOptions } from "./directory.ts";
import { directoryMigrations } from "./schema.ts";

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteDirectoryArchive(options: SqliteDirectoryOptions): Promise<DirectoryArchive> {
  const clock = options.clock ?? systemClock;
  const db = await openSystemDatabase(options, APPLICATION.system, directoryMigrations);
  const rows = credentialRows(db);
  return {
    credentials: (account) => retried({ clock }, () => snapshot(db, () => recordOf(rows, account))),
    restoreCredentials: (account, { recovery, secondStep, plan }) =>
      immediate(db, { clock }, () => {
        if (!rows.isAccount(account)) return;
        if (recovery !== undefined) rows.setRecovery(account, recovery);
        if (secondStep !== undefined) rows.setSecondStep(account, secondStep);
        if (plan !== undefined) rows.setPlan(account, plan);
      }),
    reserved: (account: AccountId) =>
      retried({ clock }, () => {
        const sql = "SELECT address FROM address WHERE account = ? AND kind = 'reserved' ORDER BY address";
        return db.prepare(sql).pluck().all(account) as string[];
      }),
    used: () => retried({ clock }, () => snapshot(db, () => readUsed(db))),
    restoreUsed: (used, closed) => immediate(db, { clock }, () => writeUsed(db, used, closed)),
    async [Symbol.asyncDispose]() {
      if (db.open) db.close();
    },
  };
}

const fingerprint = (key: Uint8Array, address: string): Uint8Array =>
  createHmac("sha256", key).update(address).digest();

const keyOf = (db: Database): Uint8Array =>
  db.prepare("SELECT value FROM secret WHERE name = 'used-address'").pluck().get() as Uint8Array;

function readUsed(db: Database): UsedAddresses {
  const key = keyOf(db);
  const sql = "SELECT address FROM address JOIN account ON id = account WHERE state = 'closing'";
  const closing = db.prepare(sql).pluck().all() as string[];
  const fingerprints = db.prepare("SELECT fingerprint FROM used_address").pluck().all() as Uint8Array[];
  return { key, fingerprints: [...fingerprints, ...closing.map((address) => fingerprint(key, address))] };
}

function writeUsed(db: Database, used: UsedAddresses, closed: readonly string[]): void {
  const isOther = Buffer.compare(keyOf(db), used.key) !== 0;
  if (isOther && Number(db.prepare("SELECT count(*) FROM used_address").pluck().get()) > 0)
    throw new StoreError("key", "This home has closed accounts of its own: a set is restored to an empty home only.");
  db.prepare("UPDATE secret SET value = ? WHERE name = 'used-address'").run(used.key);
  const insert = db.prepare("INSERT OR IGNORE INTO used_address (fingerprint) VALUES (?)");
  for (const octets of used.fingerprints) insert.run(octets);
  for (const address of closed) insert.run(fingerprint(used.key, address));
}
