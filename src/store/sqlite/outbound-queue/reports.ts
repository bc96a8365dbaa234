/**
 * Reports that senders are still to get. `attempts` counts how often one was taken to be told: while it is nought, what else is
 * to be told of the message joins it; from then on it stays as it is, so that its id stands for one letter also after a crash.
 * Inside the caller's transaction.
 */
import { type DeliveryId, deliveryId } from "../../ids.ts";
import { type PendingReport, REPORT_WAITS_MS, type Report, type ReportedRecipient } from "../../outbound-queue.ts";
import type { Database } from "../database.ts";
import { type MessageRow, outboundOf, wholeReply } from "./rows.ts";
import { sql } from "../statements.ts";

type ReportRow = MessageRow & { readonly report: string; readonly at: number; readonly recipients: string };
type Standing = { readonly id: string; readonly attempts: number; readonly recipients: string };

/** A delay is told in one letter a message: when that is on its way, others are told of none. */
export function addReport(db: Database, message: number, { id, recipients }: Report, now: number): void {
  const action = recipients[0]?.action;
  const all = sql(db, "SELECT id, attempts, recipients FROM report WHERE message = ?").all(message) as Standing[];
  const alike = all.filter((one) => recipientsIn(one.recipients)[0]?.action === action);
  const open = alike.find(({ attempts }) => attempts === 0);
  if (open !== undefined) {
    const joined = [...recipientsIn(open.recipients), ...recipients];
    sql(db, "UPDATE report SET recipients = ? WHERE id = ?").run(JSON.stringify(joined), open.id);
  } else if (action !== "delayed" || alike.length === 0) {
    const text = JSON.stringify(recipients);
    sql(db, "INSERT INTO report VALUES (?, ?, ?, 0, ?)").run(id, message, now + REPORT_WAITS_MS, text);
  }
}

/** Where nothing of the message is left to be sent there is nothing to wait for. */
export function hurryReports(db: Database, message: number, now: number): void {
  sql(
    db,
    `UPDATE report SET at = ? WHERE message = ? AND attempts = 0 AND at > ?
      AND NOT EXISTS (SELECT 1 FROM item WHERE item.message = report.message)`,
  ).run(now, message, now);
}

export const isAnyDue = (db: Database, now: number): boolean =>
  sql(db, "SELECT 1 FROM report WHERE at <= ? LIMIT 1").get(now) !== undefined;

export function takeDue(db: Database, now: number, most: number): readonly PendingReport[] {
  const rows = sql(
    db,
    `SELECT message.*, report.id AS report, report.at, report.recipients
      FROM report JOIN message ON message.id = report.message WHERE report.at <= ? ORDER BY report.at LIMIT ?`,
  ).all(now, most) as readonly ReportRow[];
  for (const { report } of rows) sql(db, "UPDATE report SET attempts = attempts + 1 WHERE id = ?").run(report);
  return rows.map((row) => ({
    id: deliveryId(row.report),
    recipients: recipientsIn(row.recipients),
    message: outboundOf(row),
    deadline: row.deadline,
    at: row.at,
  }));
}

/** Gives the message that it was about; `undefined`: there is no such report. */
export function endReport(db: Database, report: DeliveryId): number | undefined {
  const row = sql(db, "DELETE FROM report WHERE id = ? RETURNING message, recipients").get(report) as
    | { readonly message: number; readonly recipients: string }
    | undefined;
  if (row !== undefined && recipientsIn(row.recipients)[0]?.action === "delayed")
    sql(db, "UPDATE item SET delay_at = NULL WHERE message = ? AND delay_at IS NOT NULL").run(row.message);
  return row?.message;
}

/** JSON drops what is undefined; each field comes back. */
const recipientsIn = (text: string): readonly ReportedRecipient[] =>
  (JSON.parse(text) as readonly ReportedRecipient[]).map(({ address, orcpt, action, reply, cause }) => ({
    address,
    orcpt,
    action,
    reply: wholeReply(reply),
    cause,
  }));
