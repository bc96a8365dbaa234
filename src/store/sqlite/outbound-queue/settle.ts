/**
 * What became of items: ends of recipients with their records, reports to come, and the end of the message itself, in the
 * commit in which nothing needs it any more. All functions run inside the caller's transaction.
 */
import { createHmac } from "node:crypto";
import type { Outbound, RecipientResult, RemoteReply, Settlement, Work } from "../../outbound-queue.ts";
import type { Database } from "../database.ts";
import { addReport, hurryReports } from "./reports.ts";
import { accountText, IS_DELIVERY, type ItemRow, type MessageRow, outboundOf, PHASE, replyText } from "./rows.ts";
import { doom } from "./sealed-content.ts";
import { sql } from "../statements.ts";
import { leaveIfEmpty, makeReady, refresh } from "./turns.ts";

type Ended = Extract<RecipientResult, { readonly kind: "ended" }>;

/** True when a message ended. */
export function settle(db: Database, work: Work, settlement: Settlement): boolean {
  const { now, results, reports, retryAt, attempted } = settlement;
  const item = sql(db, "SELECT * FROM item WHERE id = ?").get(work.item) as ItemRow | undefined;
  const message = item && (sql(db, "SELECT * FROM message WHERE id = ?").get(item.message) as MessageRow);
  // What ended as one row has left no trace of its number: another may have it now.
  if (item === undefined || message === undefined || message.delivery !== work.message.id) {
    for (const result of results) if (isTaken(result)) correctRecord(db, work, result);
    return false;
  }
  const isOurs = item.phase === PHASE.claimed && item.claim === work.claim;
  for (const result of results) {
    if (result.kind === "ended" && (isOurs || isTaken(result))) end(db, item, message, result, now);
    else if (isOurs)
      sql(db, "UPDATE recipient SET reply = ? WHERE id = ?").run(replyText(result.reply), result.recipient);
  }
  if (isOurs) for (const report of reports) addReport(db, message.id, report, now);
  const left = sql(db, "SELECT 1 FROM recipient WHERE item = ? LIMIT 1").get(item.id);
  if (left === undefined) {
    sql(db, "DELETE FROM item WHERE id = ?").run(item.id);
  } else if (isOurs) {
    sql(db, "UPDATE item SET attempts = attempts + ?, at = ?, claim = NULL, phase = 0 WHERE id = ?").run(
      Number(attempted),
      retryAt,
      item.id,
    );
    if (item.hold !== null || retryAt <= now) makeReady(db, item.id, item.account, item.hold);
  }
  // What was claimed had no turn to lose.
  if (left === undefined && item.phase === PHASE.claimed) leaveIfEmpty(db, item.destination);
  else refresh(db, item.destination);
  if (left !== undefined) return false;
  const ended = endMessage(db, message.id);
  if (!ended) hurryReports(db, message.id, now);
  return ended;
}

/** A remote host said 2xx: that is so, whoever holds the claim now. */
const isTaken = (result: RecipientResult): result is Ended =>
  result.kind === "ended" && (result.end === "delivered" || result.end === "relayed");

function end(db: Database, item: ItemRow, message: MessageRow, result: Ended, now: number): void {
  const address = sql(db, "DELETE FROM recipient WHERE id = ? AND item = ? RETURNING address")
    .pluck()
    .get(result.recipient, item.id);
  if (typeof address === "string")
    addRecord(db, outboundOf(message), [address, item.destination], result.end, result.reply, now);
}

export function addRecord(
  db: Database,
  message: Outbound,
  [recipient, destination]: readonly [address: string, destination: string],
  ended: Ended["end"],
  reply: RemoteReply,
  now: number,
): void {
  const { id, account, sender, submittedAt, messageId, envid } = message;
  const mark = messageId === undefined ? null : markOf(db, messageId);
  sql(
    db,
    `INSERT INTO record (delivery, account, sender, recipient, destination, submitted_at, at, ended, reply, mark, envid)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    id,
    accountText(account),
    sender,
    recipient,
    destination,
    submittedAt,
    now,
    ended,
    replyText(reply),
    mark,
    envid ?? null,
  );
}

/** What was dropped while it was on its way, and arrived all the same. */
function correctRecord(db: Database, work: Work, { recipient, end: ended, reply }: Ended): void {
  const known = work.recipients.find(({ id }) => id === recipient);
  const { id } = work.message;
  const dropped = `UPDATE record SET ended = ?, reply = ? WHERE ${IS_DELIVERY} AND recipient = ? AND ended = 'dropped'`;
  sql(db, dropped).run(ended, replyText(reply), id, id, known?.address ?? "");
}

/** Made with the file and never changed. */
const secrets = new WeakMap<Database, Uint8Array>();

/** Stands for a Message-ID in records: without the file's secret nobody can test a guess against it. */
export function markOf(db: Database, messageId: string): Uint8Array {
  const secret =
    secrets.get(db) ?? (sql(db, "SELECT value FROM secret WHERE name = 'mark'").pluck().get() as Uint8Array);
  secrets.set(db, secret);
  return createHmac("sha256", secret).update(messageId).digest();
}

/** Ends the message when no recipient and no report needs it: its key is destroyed. True when it ended. */
export function endMessage(db: Database, message: number): boolean {
  const needed = sql(
    db,
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM item WHERE message = ?) OR EXISTS (SELECT 1 FROM report WHERE message = ?)",
  ).get(message, message);
  if (needed !== undefined) return false;
  const ended = sql(db, "DELETE FROM message WHERE id = ? RETURNING content, size").get(message) as
    | Pick<MessageRow, "content" | "size">
    | undefined;
  if (ended === undefined) return false;
  doom(db, ended.content, ended.size);
  return true;
}
