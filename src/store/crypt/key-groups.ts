/**
 * Groups of accounts, so that destroying one key costs the same however many there are. Each of the 256 groups has a random
 * key that wraps the keys of its accounts; the epoch wraps the groups' keys. When a key of an account is destroyed its
 * group gets a new key, under which the others are wrapped anew: whoever has an older copy of a row then lacks the
 * group's key of that day, which only the epoch of that day opens.
 */
import { createHash, randomBytes } from "node:crypto";
import type { AccountId } from "../ids.ts";
import { StoreError } from "../store-error.ts";
import type { FileKey } from "./account-keys.ts";
import type { Epoch } from "./epoch.ts";
import { type AccountKind, type AccountRow, groupOf, type KeyRows, type Row } from "./key-rows.ts";
import { seal, unseal } from "./seal.ts";
import { contextOf, type Wrapping } from "./wrapping.ts";

export type KeyGroups = {
  /** @throws StoreError "key" */
  open(row: AccountRow): FileKey;
  /** Puts a key of an account into its group, which is made when it is the first. Within a transaction. */
  put(kind: AccountKind, account: AccountId, key: FileKey, epoch: Epoch): void;
  /** Gives the group of an account another key and wraps what is left in it anew. Within a transaction. */
  renew(account: AccountId, epoch: Epoch): void;
  /** Forgets the keys of groups. */
  forget(): void;
};

type GroupKey = { readonly id: string; readonly key: FileKey };

/** Rows name the key that wraps them by its digest. */
function groupKey(key: FileKey): GroupKey {
  return { id: createHash("sha256").update("altmail group").update(key).digest("hex").slice(0, 32), key };
}

export function createKeyGroups(rows: KeyRows, wrapping: Wrapping): KeyGroups {
  /** As far as they were needed, under one epoch. */
  const known = new Map<string, GroupKey>();
  let knownUnder = "";

  const openGroup = (row: Row<"group">): GroupKey => groupKey(wrapping.open(row) as FileKey);

  return {
    open(row) {
      if (row.group === undefined) throw new StoreError("key", "The key of an account has no group.");
      if (row.group.under !== knownUnder) {
        known.clear();
        knownUnder = row.group.under;
      }
      let group = known.get(row.group.name);
      if (group?.id !== row.under) {
        group = openGroup(row.group);
        known.set(row.group.name, group);
      }
      return openIn(group, row);
    },

    put(kind, account, key, epoch) {
      const name = groupOf(account);
      const row = rows.direct("group", name);
      const group = row === undefined ? makeGroup(rows, wrapping, name, epoch) : openGroup(row);
      rows.put(sealIn(group, kind, account, key));
    },

    renew(account, epoch) {
      const name = groupOf(account);
      const row = rows.direct("group", name);
      if (row === undefined) return;
      const old = openGroup(row);
      regroup(rows, wrapping, name, epoch, (member) => openIn(old, member));
    },

    forget() {
      known.clear();
    },
  };
}

/** Brings over what the first version of the file had wrapped under the epoch. */
export function regroupAll(rows: KeyRows, wrapping: Wrapping): void {
  const named = rows.epoch();
  if (named === undefined) return;
  const epoch = wrapping.epoch(named);
  for (let first = 0; first < 256; first++) {
    const name = first.toString(16).padStart(2, "0");
    regroup(rows, wrapping, name, epoch, (row) => wrapping.open(row) as FileKey);
  }
}

/** Wraps what a group has under a new key; a group that has nothing left goes. */
function regroup(
  rows: KeyRows,
  wrapping: Wrapping,
  name: string,
  epoch: Epoch,
  open: (row: Row<AccountKind>) => FileKey,
): void {
  const members = rows.inGroup(name);
  if (members.length === 0) return rows.delete("group", name);
  const group = makeGroup(rows, wrapping, name, epoch);
  for (const row of members) rows.put(sealIn(group, row.kind, row.name, open(row)));
}

function makeGroup(rows: KeyRows, wrapping: Wrapping, name: string, epoch: Epoch): GroupKey {
  const key = randomBytes(32) as Uint8Array as FileKey;
  rows.put(wrapping.seal("group", name, key, epoch));
  return groupKey(key);
}

function openIn(group: GroupKey, row: Row<AccountKind>): FileKey {
  const key = row.under === group.id ? unseal(group.key, row.sealed, contextOf(row)) : undefined;
  if (key === undefined) throw new StoreError("key", "The key of an account does not open under that of its group.");
  return key as FileKey;
}

function sealIn(group: GroupKey, kind: AccountKind, name: string, key: FileKey): Row<AccountKind> {
  const named = { kind, name, under: group.id };
  return { ...named, sealed: seal(group.key, key, contextOf(named)) };
}
