/**
 * Reads rows of a mailbox for a set of UIDs. Ranges that lie close together become one scan whose rows are filtered:
 * a statement a range costs more than some rows too many.
 */
import type { Value } from "better-sqlite3-multiple-ciphers";
import { has, type NumberSet } from "../../../syntax/bytes/number-set.ts";
import type { Handle } from "./handle.ts";

const CLOSE = 16;
/** Above any UID: for a LIMIT or an end that does not bound. */
export const NO_END = 0xffff_ffff;

/** Some rows, and the UID from which to go on; `undefined` when all were read. */
export interface Slice<T> {
  readonly rows: readonly T[];
  readonly next: number | undefined;
}

export type Stretch = { readonly low: number; readonly high: number; readonly exact: boolean };

/** Yields scans that cover the part of `set` from `from` on, ascending. */
export function* stretches(set: NumberSet, from: number): Generator<Stretch> {
  const { ends } = set;
  for (let at = 0; at < ends.length; ) {
    const low = Math.max(ends[at] as number, from);
    let high = ends[at + 1] as number;
    let exact = true;
    at += 2;
    if (high < from) continue;
    for (; at < ends.length && (ends[at] as number) - high <= CLOSE; at += 2) {
      high = ends[at + 1] as number;
      exact = false;
    }
    yield { low, high, exact };
  }
}

/**
 * The rows of `set` from UID `from` on, ascending, about `most` at most. `sql` ends in `WHERE mailbox = ? AND uid >= ?
 * AND uid <= ? ... ORDER BY uid LIMIT 0 + ?` and names a column `uid`. The answer says where to go on; `undefined`: all read.
 */
export function readStretches<T extends { readonly uid: number }>(
  handle: Handle,
  sql: string,
  mailbox: Value,
  set: NumberSet,
  from: number,
  most: number,
): Slice<T> {
  let rows: T[] | undefined;
  let read = 0;
  for (const { low, high, exact } of stretches(set, from)) {
    const limit = most - read;
    const found = handle.rows<T>(sql, mailbox, low, high, limit);
    read += Math.max(found.length, 1);
    const wanted = exact ? found : found.filter((row) => has(set, row.uid));
    if (rows === undefined) rows = wanted;
    else for (const row of wanted) rows.push(row);
    if (found.length === limit) return { rows, next: (found.at(-1) as T).uid + 1 };
    if (read >= most) return { rows, next: high + 1 };
  }
  return { rows: rows ?? [], next: undefined };
}

/** All rows of `set`, in one go: for what must be one transaction. */
export function readAll<T extends { readonly uid: number }>(
  handle: Handle,
  sql: string,
  mailbox: Value,
  set: NumberSet,
): Slice<T>["rows"] {
  return readStretches<T>(handle, sql, mailbox, set, 1, Number.MAX_SAFE_INTEGER).rows;
}
