/** Who has a memory, with the key of its fingerprints. Made at the first thing that is remembered; inside the caller's transaction. */
import { randomBytes } from "node:crypto";
import type { AccountId } from "../../ids.ts";
import type { Database } from "../database.ts";
import { KEY_BYTES } from "./prints.ts";
import { TABLES } from "./statements.ts";

export type Holder = { readonly id: number; readonly key: Uint8Array; readonly isOn: boolean };

export type Holders = {
  readonly find: (account: AccountId) => Holder | undefined;
  /** Makes one, switched on, if there is none. */
  readonly take: (account: AccountId) => Holder;
  readonly make: (account: AccountId, isOn: boolean) => Holder;
  /** Erases all that it had, its key among it. */
  readonly destroy: (account: AccountId) => void;
};

export function createHolders(db: Database): Holders {
  const get = db.prepare("SELECT id, key, is_on FROM holder WHERE account = ?");
  const put = db.prepare("INSERT INTO holder (account, key, is_on) VALUES (?, ?, ?)");
  const drop = db.prepare("DELETE FROM holder WHERE id = ?");
  const empty = TABLES.map((table) => db.prepare(`DELETE FROM ${table} WHERE holder = ?`));

  const find: Holders["find"] = (account) => {
    const row = get.get(account) as
      | { readonly id: number; readonly key: Uint8Array; readonly is_on: number }
      | undefined;
    return row && { id: row.id, key: row.key, isOn: row.is_on === 1 };
  };
  const make: Holders["make"] = (account, isOn) => {
    const key = randomBytes(KEY_BYTES);
    return { id: put.run(account, key, Number(isOn)).lastInsertRowid, key, isOn };
  };
  return {
    find,
    make,
    take: (account) => find(account) ?? make(account, true),
    destroy: (account) => {
      const holder = find(account);
      if (holder === undefined) return;
      for (const statement of empty) statement.run(holder.id);
      drop.run(holder.id);
    },
  };
}
