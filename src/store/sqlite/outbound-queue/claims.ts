/** Claims on items, and destinations that rest. All functions run inside the caller's transaction. */
import {
  type Batch,
  type ClaimWish,
  type HoldReason,
  type RemoteReply,
  type Report,
  type Standing,
  type Work,
} from "../../outbound-queue.ts";
import type { Database } from "../database.ts";
import { type ItemRow, newClaim, PHASE, replyText, workOf } from "./rows.ts";
import { addReport } from "./reports.ts";
import { sql } from "../statements.ts";
import { makeReady, refresh, serve } from "./turns.ts";

/** In the order of their numbers. */
const STANDINGS: readonly Standing[] = ["well", "new", "troubled"];

type Destination = { readonly name: string; readonly turn: number; readonly failures: number };

/** The destination whose turn it is. */
export function nextDestination(db: Database, { standing, except }: ClaimWish): Destination | undefined {
  return sql(
    db,
    `SELECT name, turn, failures FROM destination
      WHERE resting = 0 AND turn IS NOT NULL AND standing = ? AND name NOT IN (SELECT value FROM json_each(?))
      ORDER BY turn LIMIT 1`,
  ).get(STANDINGS.indexOf(standing), JSON.stringify([...except])) as Destination | undefined;
}

/** The destination whose turn it is, and its first items. */
export function claim(db: Database, wish: ClaimWish): Batch | undefined {
  const { until, standing, most } = wish;
  const destination = nextDestination(db, wish);
  if (destination === undefined) return undefined;
  const { name, turn, failures } = destination;
  const items = sql(db, "SELECT * FROM item WHERE destination = ? AND phase = 1 ORDER BY tag LIMIT ?").all(
    name,
    most,
  ) as readonly ItemRow[];
  const works = items.map((item) => claimItem(db, item, until));
  serve(db, turn);
  refresh(db, name);
  return { destination: name, standing, failures, works };
}

export function claimExpired(db: Database, now: number, until: number, most: number): readonly Work[] {
  const items = sql(db, "SELECT * FROM item WHERE phase <> 2 AND deadline <= ? ORDER BY deadline LIMIT ?").all(
    now,
    most,
  ) as readonly ItemRow[];
  const works = items.map((item) => claimItem(db, item, until));
  for (const destination of new Set(items.map((item) => item.destination))) refresh(db, destination);
  return works;
}

function claimItem(db: Database, item: ItemRow, until: number): Work {
  const token = newClaim();
  const work = workOf(db, item, token);
  sql(db, "UPDATE item SET phase = ?, at = ?, claim = ? WHERE id = ?").run(PHASE.claimed, until, token, item.id);
  return work;
}

/** What waits for its turn alone is passed over, so much of it at one look: some milliseconds. */
const MOST_LOOKED_AT = 10_000;

export function late(db: Database, now: number, dueBefore: number, most: number): readonly Work[] {
  const items = sql(
    db,
    `SELECT * FROM (SELECT * FROM item WHERE phase <> 2 AND delay_at IS NOT NULL AND delay_at <= ? ORDER BY delay_at LIMIT ?)
      AS item WHERE hold IS NOT NULL OR (phase = 0 AND at > ?) OR at < ?
        OR EXISTS (SELECT 1 FROM destination WHERE name = item.destination AND resting = 1 AND next_at > ?)
      ORDER BY delay_at LIMIT ?`,
  ).all(now, MOST_LOOKED_AT, now, dueBefore, now, most) as readonly ItemRow[];
  return items.map((item) => workOf(db, item, ""));
}

export function noteLate(db: Database, item: number, report: Report | undefined, now: number): void {
  const row = sql(db, "SELECT message FROM item WHERE id = ? AND delay_at IS NOT NULL").get(item) as
    | { readonly message: number }
    | undefined;
  if (row === undefined) return;
  sql(db, "UPDATE item SET delay_at = NULL WHERE id = ?").run(item);
  if (report !== undefined) addReport(db, row.message, report, now);
}

export function renew(db: Database, claims: readonly string[], until: number): void {
  sql(db, "UPDATE item SET at = ? WHERE phase = 2 AND claim IN (SELECT value FROM json_each(?))").run(
    until,
    JSON.stringify(claims),
  );
}

/** Those who claimed are gone: what they held is due. */
export function endClaims(db: Database): void {
  sql(db, "UPDATE item SET at = 0 WHERE phase = 2").run();
}

const claimed = (db: Database, { item, claim }: Work): ItemRow | undefined =>
  sql(db, "SELECT * FROM item WHERE id = ? AND phase = 2 AND claim = ?").get(item, claim) as ItemRow | undefined;

export function putBack(db: Database, works: readonly Work[], deadline: number | undefined): void {
  const items = works.map((work) => claimed(db, work)).filter((item) => item !== undefined);
  for (const { id, account, hold } of items) {
    makeReady(db, id, account, hold);
    // Due since ever: the end of the claim is nothing to it.
    sql(db, "UPDATE item SET at = 0, deadline = coalesce(?, deadline) WHERE id = ?").run(deadline ?? null, id);
  }
  for (const destination of new Set(items.map((item) => item.destination))) refresh(db, destination);
}

export function holdClaimed(db: Database, works: readonly Work[], reason: HoldReason, lifeMs: number): void {
  for (const work of works) {
    const item = claimed(db, work);
    if (item === undefined) continue;
    sql(
      db,
      `UPDATE item SET phase = 3, claim = NULL, hold = coalesce(hold, ?),
         deadline = (SELECT submitted_at FROM message WHERE message.id = message) + ? WHERE id = ?`,
    ).run(reason, lifeMs, item.id);
    refresh(db, item.destination);
  }
}

export function rest(db: Database, destination: string, until: number, failed: RemoteReply | undefined): void {
  if (failed !== undefined)
    sql(
      db,
      "UPDATE destination SET failures = failures + NOT (standing = 2 AND resting = 1), standing = 2, reply = ? WHERE name = ?",
    ).run(replyText(failed), destination);
  // The longer of two rests; what is left of one that is over counts nothing.
  sql(db, "UPDATE destination SET next_at = max(next_at * resting, ?), resting = 1 WHERE name = ?").run(
    until,
    destination,
  );
}

export function well(db: Database, destination: string): void {
  sql(
    db,
    "UPDATE destination SET standing = 0, failures = 0, resting = 0, reply = NULL WHERE name = ? AND (standing <> 0 OR resting = 1)",
  ).run(destination);
}
