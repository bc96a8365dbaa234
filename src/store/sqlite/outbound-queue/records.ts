/** Records of what became of recipients, and what came back about them. Inside the caller's transaction. */
import { asMessageId } from "../../envelope-id.ts";
import type { AccountId, DeliveryId } from "../../ids.ts";
import type { DeliveryRecord, Feedback, FeedbackNoted, OutboundQueue } from "../../outbound-queue.ts";
import type { Database } from "../database.ts";
import { accountOf, IS_DELIVERY, type RecordRow, recordOf } from "./rows.ts";
import { endMessage, markOf } from "./settle.ts";
import { sql } from "../statements.ts";

export function records(db: Database, account: AccountId, since: number): readonly DeliveryRecord[] {
  const rows = sql(db, "SELECT * FROM record WHERE account = ? AND at >= ? ORDER BY at DESC, id DESC").all(
    account,
    since,
  );
  return rows.map((row) => recordOf(row as RecordRow));
}

export function submitterOf(db: Database, message: DeliveryId): AccountId | undefined {
  const account = sql(db, `SELECT account FROM record WHERE ${IS_DELIVERY} LIMIT 1`).pluck().get(message, message);
  return typeof account === "string" ? accountOf(account) : undefined;
}

type About = Parameters<OutboundQueue["noteFeedback"]>[1];
type Found = {
  readonly id: number;
  readonly delivery: DeliveryId;
  readonly recipient: string;
  readonly feedback: Feedback | null;
  readonly isProven: number | null;
};
type Reported = {
  readonly verdict: "known" | "named" | "unknown";
  /** All of the messages that were in hand, and those of them that the report is about. */
  readonly proven: readonly Found[];
  readonly concerned: readonly Found[];
};

/**
 * What a report is about, before anything is noted. It may name another recipient than ours (a list, a forwarding): then it
 * is about the message as a whole.
 */
export function reportedOn(
  db: Database,
  account: AccountId,
  { delivery, messageId, envid, recipients }: About,
): Reported {
  const markIn = (text: string | undefined): Uint8Array | null => (text === undefined ? null : markOf(db, text));
  const ids = [delivery ?? null, envid ?? null];
  const found = sql(
    db,
    `SELECT id, delivery, recipient, feedback, delivery = ? OR (envid = ? AND mark IS NOT ?) AS isProven FROM record
      WHERE account = ? AND (delivery = ? OR envid = ? OR mark = ?)`,
  ).all(...ids, markIn(asMessageId(envid)), account, ...ids, markIn(messageId)) as readonly Found[];
  const proven = found.filter(({ isProven }) => isProven === 1);
  const named = proven.filter(({ recipient }) => recipients.includes(recipient.toLowerCase()));
  if (proven.length > 0) return { verdict: "known", proven, concerned: named.length > 0 ? named : proven };
  const hasIds = delivery !== undefined || messageId !== undefined || envid !== undefined;
  const isNamed = found.length > 0 || (!hasIds && hasWrittenTo(db, account, recipients));
  return { verdict: isNamed ? "named" : "unknown", proven, concerned: [] };
}

function hasWrittenTo(db: Database, account: AccountId, recipients: readonly string[]): boolean {
  const to = "SELECT 1 FROM record WHERE account = ? AND lower(recipient) IN (SELECT value FROM json_each(?)) LIMIT 1";
  return sql(db, to).get(account, JSON.stringify(recipients)) !== undefined;
}

/** Each record is noted. Of complaints about one message the first counts: each of its recipients can forge those of all. */
export function noteFeedback(db: Database, account: AccountId, about: About, feedback: Feedback): FeedbackNoted {
  const { verdict, proven, concerned } = reportedOn(db, account, about);
  const fresh = concerned.filter((one) => one.feedback === null);
  const note = sql(db, "UPDATE record SET feedback = ? WHERE id = ?");
  for (const { id } of fresh) note.run(feedback, id);
  const complained = new Set(proven.flatMap((one) => (one.feedback === "complaint" ? [one.delivery] : [])));
  const counts = fresh.some(({ delivery }) => feedback === "bounce" || !complained.has(delivery));
  return counts ? "noted" : verdict;
}

export function forget(db: Database, before: number, most: number): number {
  return sql(db, "DELETE FROM record WHERE id IN (SELECT id FROM record WHERE at < ? ORDER BY at LIMIT ?)").run(
    before,
    most,
  ).changes;
}

/** Everything of an account whose items are gone already. */
export function forgetAccount(db: Database, account: AccountId): void {
  const messages = sql(db, "SELECT id FROM message WHERE account = ?").pluck().all(account);
  for (const message of messages) {
    sql(db, "DELETE FROM report WHERE message = ?").run(message as number);
    endMessage(db, Number(message));
  }
  sql(db, "DELETE FROM record WHERE account = ?").run(account);
  sql(db, "DELETE FROM sender WHERE account = ?").run(account);
}
