/**
 * Who has a memory, and the key of its fingerprints: derived from the key of the account's own file (RFC 5869) and a salt that
 * stands here. It dies with either: with the account, by `destroy`, and when the account gets another key; then the memory
 * begins anew. Inside the caller's transaction.
 */
import { hkdfSync, randomBytes } from "node:crypto";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { AccountId } from "../../ids.ts";
import type { Database } from "../database.ts";
import { KEY_BYTES, namePrint } from "./prints.ts";
import { TABLES } from "./statements.ts";

export type Holder = { readonly id: number; readonly key: Uint8Array };

/** `lost`: what is there was kept under a key that is gone. */
export type Found = { readonly kind: "on"; readonly holder: Holder } | { readonly kind: "none" | "off" | "lost" };

export type Holders = {
  /** @param fileKey of the account's file, asked for where it is needed; `undefined` when there is no such account any more */
  readonly find: (account: AccountId, fileKey: () => FileKey | undefined) => Found;
  /** Makes one if there is none; `undefined` when it is off, or the account is gone. */
  readonly take: (account: AccountId, fileKey: FileKey | undefined) => Holder | undefined;
  /** Its number, by which nothing can be read, and whether it is on; `undefined` when there is none. */
  readonly held: (account: AccountId) => { readonly id: number; readonly isOn: boolean } | undefined;
  /** Erases all that the account had, the salt among it. */
  readonly destroy: (account: AccountId) => void;
  /** As `destroy`, and notes that nothing is to be remembered. */
  readonly switchOff: (account: AccountId) => void;
};

const SALT_BYTES = 32;
const NOTHING = new Uint8Array(0);

type Row = { readonly id: number; readonly salt: Uint8Array; readonly mark: number; readonly is_on: number };

export function createHolders(db: Database): Holders {
  const get = db.prepare("SELECT id, salt, mark, is_on FROM holder WHERE account = ?");
  const put = db.prepare("INSERT INTO holder (account, salt, mark, is_on) VALUES (?, ?, ?, ?)");
  const drop = db.prepare("DELETE FROM holder WHERE id = ?");
  const empty = TABLES.map((table) => db.prepare(`DELETE FROM ${table} WHERE holder = ?`));
  const rowOf = (account: AccountId): Row | undefined => get.get(account) as Row | undefined;

  const find: Holders["find"] = (account, askKey) => {
    const row = rowOf(account);
    if (row === undefined) return { kind: "none" };
    if (row.is_on === 0) return { kind: "off" };
    const fileKey = askKey();
    if (fileKey === undefined) return { kind: "lost" };
    const key = printKey(fileKey, row.salt);
    return markOf(key) === row.mark ? { kind: "on", holder: { id: row.id, key } } : { kind: "lost" };
  };
  const destroy: Holders["destroy"] = (account) => {
    const row = rowOf(account);
    if (row === undefined) return;
    for (const statement of empty) statement.run(row.id);
    drop.run(row.id);
  };
  return {
    find,
    take: (account, fileKey) => {
      const found = find(account, () => fileKey);
      if (found.kind === "on") return found.holder;
      if (found.kind === "off" || fileKey === undefined) return undefined;
      destroy(account);
      const salt = randomBytes(SALT_BYTES);
      const key = printKey(fileKey, salt);
      return { id: put.run(account, salt, markOf(key), 1).lastInsertRowid, key };
    },
    held: (account) => {
      const row = rowOf(account);
      return row && { id: row.id, isOn: row.is_on !== 0 };
    },
    destroy,
    switchOff: (account) => {
      destroy(account);
      put.run(account, NOTHING, 0, 0);
    },
  };
}

function printKey(fileKey: FileKey, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", fileKey, salt, "altmail fingerprints of the defence", KEY_BYTES));
}

/** Tells a key from another, and nothing of it. */
const markOf = (key: Uint8Array): number => namePrint(key, "mark", "");
