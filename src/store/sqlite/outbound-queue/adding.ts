/** A message with its recipients comes into the queue. Inside the caller's transaction. */
import { type Outbound, type OutboundQueue, type OutboundRecipient, RECIPIENTS_AN_ITEM } from "../../outbound-queue.ts";
import type { Database } from "../database.ts";
import { accountText, notifyText, PHASE } from "./rows.ts";
import { sql } from "../statements.ts";
import { nextTag, refresh } from "./turns.ts";

/** `content`: the stored octets that the message names from now on. */
export function addMessage(
  db: Database,
  message: Outbound,
  recipients: readonly OutboundRecipient[],
  { dueAt, deadline, delayAt }: Parameters<OutboundQueue["add"]>[2],
  content: number,
  now: number,
): void {
  const account = accountText(message.account);
  const { lastInsertRowid: row } = sql(
    db,
    `INSERT INTO message (delivery, content, account, sender, message_id, size, body, smtp_utf8, require_tls, ret, envid,
       submitted_at, deadline) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    message.id,
    content,
    account,
    message.sender,
    message.messageId ?? null,
    message.size,
    message.body,
    Number(message.smtpUtf8),
    Number(message.requireTls),
    message.ret ?? null,
    message.envid ?? null,
    message.submittedAt,
    deadline,
  );
  const isDue = dueAt <= now;
  const phase = isDue ? PHASE.ready : PHASE.waiting;
  for (const [destination, all] of Map.groupBy(recipients, (recipient) => recipient.destination)) {
    for (let at = 0; at < all.length; at += RECIPIENTS_AN_ITEM) {
      const { lastInsertRowid: item } = sql(
        db,
        `INSERT INTO item (message, destination, account, phase, at, tag, attempts, deadline, delay_at)
          VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)`,
      ).run(row, destination, account, phase, dueAt, isDue ? nextTag(db, account) : 0, deadline, delayAt);
      for (const { address, notify, orcpt } of all.slice(at, at + RECIPIENTS_AN_ITEM))
        sql(db, "INSERT INTO recipient (item, address, notify, orcpt) VALUES (?, ?, ?, ?)").run(
          item,
          address,
          notifyText(notify),
          orcpt ?? null,
        );
    }
    refresh(db, destination);
  }
}
