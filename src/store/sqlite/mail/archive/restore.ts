/**
 * Makes an account's file from a snapshot. It is written beside, in one transaction, and gets its name when it is whole
 * and durable: whatever breaks on the way, and a crash, leaves no account behind.
 *
 * Numbers are as they were, and what comes next is far above them: mail that came after the backup was given UIDs,
 * mod-sequences and ids that no other mail may get. The gap (change-log.ts) makes that a client who knows such a number
 * is told everything.
 */
import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync } from "node:fs";
import { open, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { AccountArchive, AccountSnapshot } from "../../../account-archive.ts";
import type { FileKey } from "../../../crypt/account-keys.ts";
import type { AccountId } from "../../../ids.ts";
import { StoreError } from "../../../store-error.ts";
import { createDatabase, type DatabaseOptions, openDatabase } from "../../database.ts";
import { storeError } from "../../sqlite-error.ts";
import { Handle } from "../handle.ts";
import { accountFileOptions, accountPath, type AccountPlace } from "../open-account.ts";
import { keepQuotaMarks } from "../quota.ts";
import { fillRestored } from "./restored-rows.ts";
import { syncFolder } from "../../../../host/sync-folder.ts";

/** Pages of a file that is written once and whole. */
const CACHE_KIB = 4000;
const BESIDE = ["-wal", "-shm"];

type Content = Parameters<AccountArchive["restore"]>[2];

/** @throws StoreError, and what `content` throws; then there is no account as there was none before. */
export async function restoreAccount(
  place: AccountPlace,
  now: number,
  account: AccountId,
  snapshot: AccountSnapshot,
  content: Content,
): Promise<void> {
  const path = accountPath(place.folder, account);
  if (existsSync(path))
    throw new StoreError("io", "The account has a file already; take it away to restore the account.");
  const hadKey = place.keys.get(account) !== undefined;
  const key = place.keys.create(account);
  const temporary = `${path}.new-${randomBytes(8).toString("hex")}`;
  let isLinked = false;
  try {
    if (mkdirSync(dirname(path), { recursive: true, mode: 0o700 }) !== undefined) syncFolder(place.folder);
    await removeLeftovers(path);
    await makeFile(place, now, account, temporary, key, snapshot, content);
    linkSync(temporary, path);
    isLinked = true;
    syncFolder(dirname(path));
  } catch (error) {
    if (isLinked) await rm(path, { force: true });
    if (!hadKey && !existsSync(path)) place.keys.destroy(account);
    throw storeError(error, "Restoring an account");
  } finally {
    for (const suffix of ["", ...BESIDE]) await rm(temporary + suffix, { force: true });
  }
}

/** Of a restore that a crash broke off; and the log of a file that was lost, which SQLite would take for the new one's. */
async function removeLeftovers(path: string): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  for (const file of await readdir(folder)) {
    if (file.startsWith(`${name}.new-`) || BESIDE.some((suffix) => file === name + suffix)) {
      await rm(join(folder, file), { force: true });
    }
  }
}

async function makeFile(
  place: AccountPlace,
  now: number,
  account: AccountId,
  path: string,
  key: FileKey,
  snapshot: AccountSnapshot,
  content: Content,
): Promise<void> {
  const options: DatabaseOptions = { ...accountFileOptions(path, key), cacheKiB: CACHE_KIB };
  createDatabase({ ...options, create: {} });
  const fingerprintKey = randomBytes(32);
  const handle = new Handle(account, openDatabase(options), fingerprintKey, true);
  try {
    setJournal(handle, "memory");
    handle.db.pragma("synchronous = OFF");
    handle.run("BEGIN");
    handle.run(
      "INSERT INTO account(one, boot_id, quota, fingerprint_key, uid_validity, content_floor) VALUES (1, ?, ?, ?, 0, 0)",
      place.bootId,
      snapshot.quotaBytes,
      fingerprintKey,
    );
    await fillRestored(handle, now, snapshot, content);
    keepQuotaMarks(handle, now);
    handle.run("COMMIT");
    setJournal(handle, "wal");
  } finally {
    handle.close();
  }
  await using file = await open(path, "r+");
  await file.sync();
}

function setJournal(handle: Handle, mode: "memory" | "wal"): void {
  if (handle.db.pragma(`journal_mode = ${mode}`, { simple: true }) !== mode) {
    throw new StoreError("io", `SQLite did not take the journal mode "${mode}" for an account's file.`);
  }
}
