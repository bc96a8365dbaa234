/**
 * Whose turn it is. Each item that becomes ready gets a tag: one more than its sender's last, but not less than what was
 * served last. Served by ascending tag, senders take turns however much one of them queued (self-clocked fair queueing). A
 * destination's turn is that of its first ready item; while it rests, none of its items is looked at. So a pick costs the
 * same with ten items waiting as with a million. All functions run inside the caller's transaction.
 */
import type { Database } from "../database.ts";
import { PHASE } from "./rows.ts";
import { sql } from "../statements.ts";

/** Takes one more turn for the sender: the tag for an item that becomes ready now. */
export function nextTag(db: Database, account: string): number {
  const last = sql(db, "SELECT tag FROM sender WHERE account = ?").pluck().get(account);
  const tag = Math.max(servedTag(db), Number(last ?? 0)) + 1;
  sql(db, "INSERT INTO sender VALUES (?, ?) ON CONFLICT DO UPDATE SET tag = excluded.tag").run(account, tag);
  return tag;
}

const servedTag = (db: Database): number => Number(sql(db, "SELECT tag FROM served").pluck().get());

export function serve(db: Database, tag: number): void {
  sql(db, "UPDATE served SET tag = max(tag, ?)").run(tag);
}

/** Whether the destination took something in the days of which there are records. */
export function hasTaken(db: Database, destination: string): boolean {
  const took = "SELECT 1 FROM record WHERE destination = ? AND ended IN ('delivered', 'relayed') LIMIT 1";
  return sql(db, took).get(destination) !== undefined;
}

/** Brings the destination's turn up to date after its items changed; without items it goes. */
export function refresh(db: Database, destination: string): void {
  const first = sql(db, "SELECT min(tag) FROM item WHERE destination = ? AND phase = 1").pluck().get(destination);
  const turn = typeof first === "number" ? Math.max(first, servedTag(db)) : null;
  const known = sql(db, "UPDATE destination SET turn = ? WHERE name = ?").run(turn, destination).changes;
  if (known === 0)
    sql(db, "INSERT INTO destination VALUES (?, ?, 0, 0, 0, ?, NULL)").run(
      destination,
      hasTaken(db, destination) ? 0 : 1,
      turn,
    );
  if (turn === null) leaveIfEmpty(db, destination);
}

/** A destination without items goes. */
export function leaveIfEmpty(db: Database, destination: string): void {
  sql(db, "DELETE FROM destination WHERE name = ? AND NOT EXISTS (SELECT 1 FROM item WHERE destination = name)").run(
    destination,
  );
}

/** Whether `wake` would do anything. */
export function isAnyDue(db: Database, now: number): boolean {
  const some = sql(
    db,
    `SELECT 1 WHERE EXISTS (SELECT 1 FROM item WHERE phase IN (0, 2) AND at <= ?)
      OR EXISTS (SELECT 1 FROM destination WHERE resting = 1 AND next_at <= ?)
      OR EXISTS (SELECT 1 FROM express WHERE until <= ?)`,
  ).get(now, now, now);
  return some !== undefined;
}

/**
 * Makes items ready whose time has come, also those of claims that ran out, and wakes destinations that have rested; so
 * many at most. Gives how many these were.
 */
export function wake(db: Database, now: number, most: number): number {
  const due = sql(
    db,
    "SELECT id, destination, account, hold FROM item WHERE phase IN (0, 2) AND at <= ? ORDER BY at LIMIT ?",
  ).all(now, most) as readonly {
    readonly id: number;
    readonly destination: string;
    readonly account: string;
    readonly hold: string | null;
  }[];
  for (const { id, account, hold } of due) makeReady(db, id, account, hold);
  for (const destination of new Set(due.map((item) => item.destination))) refresh(db, destination);
  const rested = sql(db, "SELECT name FROM destination WHERE resting = 1 AND next_at <= ? ORDER BY next_at LIMIT ?")
    .pluck()
    .all(now, most) as readonly string[];
  for (const name of rested) {
    sql(db, "UPDATE destination SET resting = 0 WHERE name = ?").run(name);
    refresh(db, name);
  }
  return Math.max(due.length, rested.length);
}

/** Held items are never ready. */
export function makeReady(db: Database, item: number, account: string, hold: string | null): void {
  const phase = hold === null ? PHASE.ready : PHASE.held;
  const tag = hold === null ? nextTag(db, account) : 0;
  sql(db, "UPDATE item SET phase = ?, tag = ?, claim = NULL WHERE id = ?").run(phase, tag, item);
}

/** Forgets senders who have had their turns. */
export function forgetTurns(db: Database): void {
  sql(db, "DELETE FROM sender WHERE tag <= ?").run(servedTag(db));
}
