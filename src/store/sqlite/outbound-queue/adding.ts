/** A message with its recipients comes into the queue. Inside the caller's transaction. */
import type { DeliveryId } from "../../ids.ts";
import { type Outbound, type OutboundQueue, type OutboundRecipient, RECIPIENTS_AN_ITEM } from "../../outbound-queue.ts";
import type { Database } from "../database.ts";
import { accountText, IS_DELIVERY, notifyText, PHASE, tlsWishNumber } from "./rows.ts";
import { sql } from "../statements.ts";
import { nextTag, refresh } from "./turns.ts";

/** Items of one millisecond that are numbered by it; were there more, numbers would run ahead of the time. */
const ITEMS_A_MS = 4;
/** More than an item has recipients; their numbers stay exact, below 2 to the 53rd. */
const RECIPIENTS_APART = 128;

export type Times = Parameters<OutboundQueue["add"]>[2];

/** `content`: the stored octets that the message names from now on. */
export function addMessage(
  db: Database,
  message: Outbound,
  recipients: readonly OutboundRecipient[],
  times: Times,
  content: number,
  now: number,
): void {
  const row = addRow(db, message, times, content);
  const { dueAt } = times;
  const account = accountText(message.account);
  const isDue = dueAt <= now;
  const phase = isDue ? PHASE.ready : PHASE.waiting;
  for (const [destination, all] of Map.groupBy(recipients, (recipient) => recipient.destination)) {
    for (let at = 0; at < all.length; at += RECIPIENTS_AN_ITEM) {
      const tag = isDue ? nextTag(db, account) : 0;
      const id = nextItem(db, now);
      addItem(db, row, { id, destination, account, phase, at: dueAt, tag, claim: null }, times);
      for (const [n, recipient] of all.slice(at, at + RECIPIENTS_AN_ITEM).entries()) addRecipient(db, id, n, recipient);
    }
    refresh(db, destination);
  }
}

/** Whether this acceptance was taken before; what became of it is known for ten days. */
export function isKnown(db: Database, id: DeliveryId): boolean {
  const known = `SELECT 1 FROM message WHERE ${IS_DELIVERY} UNION ALL SELECT 1 FROM record WHERE ${IS_DELIVERY}
    UNION ALL SELECT 1 FROM express WHERE delivery = ?`;
  return sql(db, known).get(id, id, id, id, id) !== undefined;
}

export function addRow(db: Database, message: Outbound, { deadline }: Times, content: number): number {
  return sql(
    db,
    `INSERT INTO message (delivery, content, account, sender, message_id, size, body, smtp_utf8, require_tls, ret, envid,
       submitted_at, deadline) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    message.id,
    content,
    accountText(message.account),
    message.sender,
    message.messageId ?? null,
    message.size,
    message.body,
    Number(message.smtpUtf8),
    tlsWishNumber(message.tlsWish),
    message.ret ?? null,
    message.envid ?? null,
    message.submittedAt,
    deadline,
  ).lastInsertRowid;
}

/** A number by the time of acceptance, so that items of several queues have one order. */
export function nextItem(db: Database, now: number): number {
  const next = `SELECT max(?, 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'item'), 0),
    1 + coalesce((SELECT max(id) FROM express), 0))`;
  return Number(
    sql(db, next)
      .pluck()
      .get(now * ITEMS_A_MS),
  );
}

export function addItem(
  db: Database,
  message: number,
  item: {
    readonly id: number;
    readonly destination: string;
    readonly account: string;
    readonly phase: number;
    readonly at: number;
    readonly tag: number;
    readonly claim: string | null;
  },
  { deadline, delayAt }: Times,
): void {
  const { id, destination, account, phase, at, tag, claim } = item;
  sql(
    db,
    `INSERT INTO item (id, message, destination, account, phase, at, tag, attempts, deadline, delay_at, claim)
      VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`,
  ).run(id, message, destination, account, phase, at, tag, deadline, delayAt, claim);
}

/** Of the n-th recipient of an item. */
export const recipientNumber = (item: number, n: number): number => item * RECIPIENTS_APART + n;

export function addRecipient(
  db: Database,
  item: number,
  n: number,
  { address, notify, orcpt }: OutboundRecipient,
): void {
  sql(db, "INSERT INTO recipient (id, item, address, notify, orcpt) VALUES (?, ?, ?, ?, ?)").run(
    recipientNumber(item, n),
    item,
    address,
    notifyText(notify),
    orcpt ?? null,
  );
}
