/**
 * The tables of `keys.db` and their statements: one sealed row a key. What seals a row is said by its `under`: the id of
 * the epoch, or for the keys of accounts the id of their group's key (key-groups.ts). Nothing here opens a row.
 */
import type { Statement } from "better-sqlite3-multiple-ciphers";
import { type AccountId, accountId } from "../ids.ts";
import type { Database } from "../sqlite/database.ts";
import type { Migration } from "../sqlite/migrate.ts";

/** Wrapped under the epoch. */
export type DirectKind = "group" | "system" | "day";
/** Wrapped under the key of the account's group. `next`: the second key of an account (account-keys.ts). */
export type AccountKind = "account" | "next";
export type Kind = DirectKind | AccountKind;

export type Row<K extends Kind = Kind> = {
  readonly kind: K;
  readonly name: string;
  readonly under: string;
  readonly sealed: Uint8Array;
};

/** A key of an account with the row of its group, as both were at one moment. */
export type AccountRow = Row<AccountKind> & { readonly group: Row<"group"> | undefined };

export type KeyRows = {
  /** The id of the epoch that counts; `undefined` in a new file. */
  epoch(): string | undefined;
  setEpoch(id: string): void;
  direct<K extends DirectKind>(kind: K, name: string): Row<K> | undefined;
  allDirect(): readonly Row<DirectKind>[];
  account(kind: AccountKind, account: AccountId): AccountRow | undefined;
  inGroup(group: string): readonly Row<AccountKind>[];
  put(row: Row): void;
  delete(kind: Kind, name: string): void;
  accounts(kind: AccountKind): readonly AccountId[];
  count(kind: Kind): number;
};

/** The first octet of an account's id: 256 groups. */
export const groupOf = (account: string): string => account.slice(0, 2);

/** @param regroup wraps the keys of accounts, which the first version wrapped under the epoch, under keys of groups. */
export const migrationsOfKeys = (regroup: (rows: KeyRows) => void): readonly Migration[] => [
  (db) =>
    void db.exec(`
    CREATE TABLE wrapping(one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL) STRICT;
    CREATE TABLE key(
      kind TEXT NOT NULL, name TEXT NOT NULL, epoch TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID;
  `),
  (db) => {
    db.exec("ALTER TABLE key RENAME COLUMN epoch TO under");
    regroup(keyRows(db));
  },
];

type Joined = readonly [under: string, sealed: Uint8Array, groupUnder: string | null, groupSealed: Uint8Array | null];

export function keyRows(db: Database): KeyRows {
  const named = db.prepare("SELECT epoch FROM wrapping").pluck();
  const setEpoch = db.prepare("INSERT OR REPLACE INTO wrapping(one, epoch) VALUES (1, ?)");
  const direct = db.prepare("SELECT kind, name, under, sealed FROM key WHERE kind = ? AND name = ?");
  const account = db
    .prepare(`SELECT k.under, k.sealed, g.under, g.sealed FROM key AS k LEFT JOIN key AS g ON g.kind = 'group' AND g.name = ?
      WHERE k.kind = ? AND k.name = ?`)
    .raw();
  const put = db.prepare("INSERT OR REPLACE INTO key(kind, name, under, sealed) VALUES (?, ?, ?, ?)");
  const remove = db.prepare("DELETE FROM key WHERE kind = ? AND name = ?");
  // A look through a group, or through all, is rare: prepared when it comes.
  const rare = (sql: string): Statement => db.prepare(sql);
  return {
    epoch: () => named.get() as string | undefined,
    setEpoch: (id) => void setEpoch.run(id),
    direct: <K extends DirectKind>(kind: K, name: string) => direct.get(kind, name) as Row<K> | undefined,
    allDirect: () =>
      rare(
        "SELECT kind, name, under, sealed FROM key WHERE kind IN ('group', 'system', 'day')",
      ).all() as Row<DirectKind>[],
    account(kind, id) {
      const name = groupOf(id);
      const row = account.get(name, kind, id) as Joined | undefined;
      if (row === undefined) return undefined;
      const [under, sealed, groupUnder, groupSealed] = row;
      const hasGroup = groupUnder !== null && groupSealed !== null;
      const group = hasGroup ? ({ kind: "group", name, under: groupUnder, sealed: groupSealed } as const) : undefined;
      return { kind, name: id, under, sealed, group };
    },
    // Names are lower-case hexadecimal: "g" comes after every digit.
    inGroup: (group) =>
      rare(
        `SELECT kind, name, under, sealed FROM key WHERE kind IN ('account', 'next') AND name >= ? AND name < ? || 'g'`,
      ).all(group, group) as Row<AccountKind>[],
    put: ({ kind, name, under, sealed }) => void put.run(kind, name, under, sealed),
    delete: (kind, name) => void remove.run(kind, name),
    accounts: (kind) =>
      rare("SELECT name FROM key WHERE kind = ? ORDER BY name")
        .pluck()
        .all(kind)
        .map((name) => accountId(String(name))),
    count: (kind) => Number(rare("SELECT count(*) FROM key WHERE kind = ?").pluck().get(kind)),
  };
}
