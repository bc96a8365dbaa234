/** Reports that senders are still to get. Inside the caller's transaction. */
import { deliveryId } from "../../ids.ts";
import type { PendingReport, ReportedRecipient } from "../../outbound-queue.ts";
import type { Database } from "../database.ts";
import { type MessageRow, outboundOf } from "./rows.ts";
import { sql } from "../statements.ts";

type ReportRow = MessageRow & {
  readonly report: string;
  readonly at: number;
  readonly attempts: number;
  readonly recipients: string;
};

export function pendingReports(db: Database, now: number, most: number): readonly PendingReport[] {
  const rows = sql(
    db,
    `SELECT message.*, report.id AS report, report.at, report.attempts, report.recipients
      FROM report JOIN message ON message.id = report.message WHERE report.at <= ? ORDER BY report.at LIMIT ?`,
  ).all(now, most) as readonly ReportRow[];
  return rows.map((row) => ({
    id: deliveryId(row.report),
    recipients: (JSON.parse(row.recipients) as readonly ReportedRecipient[]).map(reportedOf),
    message: outboundOf(row),
    deadline: row.deadline,
    at: row.at,
    attempts: row.attempts,
  }));
}

/** JSON drops what is undefined; each field comes back. */
function reportedOf({ address, orcpt, action, reply, cause }: ReportedRecipient): ReportedRecipient {
  const { host, code, enhanced, words, tls } = reply;
  return { address, orcpt, action, reply: { host, code, enhanced, words, tls }, cause };
}
