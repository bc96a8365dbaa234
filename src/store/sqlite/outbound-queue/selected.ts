/** What somebody does with a selection of items: hold, release, try now, drop, look. Inside the caller's transaction. */
import { type AccountId, accountId } from "../../ids.ts";
import type { HoldReason, ListedItem, OutboundQueue, QueueSums, Selection } from "../../outbound-queue.ts";
import type { Database } from "../database.ts";
import { conditionOf, type ItemRow, listedOf, type MessageRow, outboundOf } from "./rows.ts";
import { addRecord, endMessage } from "./settle.ts";
import { sql } from "../statements.ts";
import { makeReady, refresh } from "./turns.ts";

/** The selected items with numbers above `after`, so many at most: work is done in slices, so that the loop stays free. */
export function selected(
  db: Database,
  selection: Selection | undefined,
  after: number,
  most: number,
): readonly ItemRow[] {
  const [condition, values] = conditionOf(selection);
  return sql(db, `SELECT * FROM item WHERE ${condition} AND id > ? ORDER BY id LIMIT ?`).all(
    ...values,
    after,
    most,
  ) as readonly ItemRow[];
}

const destinationsOf = (items: readonly ItemRow[]): ReadonlySet<string> =>
  new Set(items.map((item) => item.destination));

export function hold(db: Database, items: readonly ItemRow[], reason: HoldReason, lifeMs: number): number {
  let count = 0;
  for (const { id } of items.filter((item) => item.hold === null)) {
    count += sql(
      db,
      `UPDATE item SET hold = ?, phase = CASE phase WHEN 2 THEN 2 ELSE 3 END,
         deadline = (SELECT submitted_at FROM message WHERE message.id = message) + ? WHERE id = ?`,
    ).run(reason, lifeMs, id).changes;
  }
  for (const destination of destinationsOf(items)) refresh(db, destination);
  return count;
}

export function release(
  db: Database,
  items: readonly ItemRow[],
  reason: HoldReason,
  { lifeMs, notBefore, mostMs }: Parameters<OutboundQueue["release"]>[2],
): number {
  const held = items.filter((item) => item.hold === reason);
  for (const { id, phase, account } of held) {
    sql(
      db,
      `UPDATE item SET hold = NULL, deadline = (SELECT min(submitted_at + ?, max(submitted_at + ?, ?)) FROM message
         WHERE message.id = message) WHERE id = ?`,
    ).run(mostMs, lifeMs, notBefore, id);
    if (phase === 3) makeReady(db, id, account, null);
  }
  for (const destination of destinationsOf(held)) refresh(db, destination);
  return held.length;
}

export function retryNow(db: Database, items: readonly ItemRow[]): number {
  for (const { id, account, phase } of items) if (phase === 0) makeReady(db, id, account, null);
  for (const destination of destinationsOf(items)) {
    sql(db, "UPDATE destination SET resting = 0 WHERE name = ?").run(destination);
    refresh(db, destination);
  }
  return items.length;
}

export function drop(db: Database, items: readonly ItemRow[], now: number): number {
  for (const item of items) {
    const message = sql(db, "SELECT * FROM message WHERE id = ?").get(item.message) as MessageRow;
    const gone = sql(db, "DELETE FROM recipient WHERE item = ? RETURNING address").pluck().all(item.id);
    const reply = { host: undefined, code: undefined, enhanced: "5.0.0", words: "", tls: undefined };
    for (const address of gone)
      addRecord(db, outboundOf(message), [String(address), item.destination], "dropped", reply, now);
    sql(db, "DELETE FROM item WHERE id = ?").run(item.id);
    endMessage(db, item.message);
  }
  for (const destination of destinationsOf(items)) refresh(db, destination);
  return items.length;
}

export function heldAccounts(db: Database): readonly AccountId[] {
  const held = "SELECT DISTINCT account FROM item WHERE hold IS NOT NULL AND hold = 'account' AND account <> ''";
  return sql(db, held)
    .pluck()
    .all()
    .map((account) => accountId(String(account)));
}

export function list(
  db: Database,
  selection: Selection | undefined,
  after: number,
  most: number,
): readonly ListedItem[] {
  return selected(db, selection, after, most).map((item) => listedOf(db, item));
}

export function sums(db: Database): QueueSums {
  const count = (from: string): number => Number(sql(db, `SELECT count(*) FROM ${from}`).pluck().get());
  return {
    messages: count("message"),
    items: count("item"),
    held: count("item WHERE hold IS NOT NULL"),
    troubled: count("destination WHERE standing = 2"),
  };
}
