/**
 * What lies in the folder of account files, found by name alone: for the sweep at the start and for the audit. No file is
 * opened, so a file whose key is gone is found too.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type AccountId, accountId } from "../../ids.ts";

export type AccountFiles = {
  /** Accounts that have a database file. */
  readonly accounts: readonly AccountId[];
  /** Accounts with a write-ahead log: open somewhere, or not closed in good order. */
  readonly logs: readonly AccountId[];
  /** Names of files that belong to no account: of one that was being made when the machine went down, or foreign. */
  readonly strangers: readonly string[];
};

const NAME = /^([0-9a-f]{32})\.db(-wal|-shm|-journal)?$/;

/** Reads the names in `folder` and in its folders. */
export async function accountFiles(folder: string): Promise<AccountFiles> {
  const accounts: AccountId[] = [];
  const logs: AccountId[] = [];
  const strangers: string[] = [];
  for (const shard of await readdir(folder, { withFileTypes: true })) {
    if (!shard.isDirectory()) {
      strangers.push(shard.name);
      continue;
    }
    for (const name of await readdir(join(folder, shard.name))) {
      const [, id, suffix] = NAME.exec(name) ?? [];
      if (id === undefined || !id.startsWith(shard.name)) strangers.push(join(shard.name, name));
      else if (suffix === undefined) accounts.push(accountId(id));
      else if (suffix === "-wal") logs.push(accountId(id));
    }
  }
  return { accounts, logs, strangers };
}
