/** A message with its recipients comes into the queue. Inside the caller's transaction. */
import type { DeliveryId } from "../../ids.ts";
import {
  type Batch,
  type Outbound,
  type OutboundQueue,
  type OutboundRecipient,
  RECIPIENTS_AN_ITEM,
  type WaitingRecipient,
} from "../../outbound-queue.ts";
import type { Database } from "../database.ts";
import { accountText, newClaim, notifyText, PHASE } from "./rows.ts";
import { sql } from "../statements.ts";
import { hasTaken, nextTag, refresh } from "./turns.ts";

/** Items of one millisecond that are numbered by it; were there more, numbers would run ahead of the time. */
const ITEMS_A_MS = 4;

type Times = Parameters<OutboundQueue["add"]>[2];

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
      const item = addItem(db, row, { destination, account, phase, at: dueAt, tag, claim: null }, times, now);
      for (const recipient of all.slice(at, at + RECIPIENTS_AN_ITEM)) addRecipient(db, item, recipient);
    }
    refresh(db, destination);
  }
}

/**
 * Adds a message whose recipients are of one destination, one item's worth, and claims it; `undefined`, and nothing is
 * done, when something waits there already, all is not well, or nobody takes it (`until` is missing).
 */
export function addClaimed(
  db: Database,
  message: Outbound,
  recipients: readonly OutboundRecipient[],
  times: Times,
  addContent: () => number,
  until: number | undefined,
  now: number,
): Batch | undefined {
  const destination = recipients[0]?.destination ?? "";
  if (until === undefined || !isFree(db, destination)) return undefined;
  const row = addRow(db, message, times, addContent());
  const account = accountText(message.account);
  const claim = newClaim();
  const item = addItem(db, row, { destination, account, phase: PHASE.claimed, at: until, tag: 0, claim }, times, now);
  const waiting = recipients.map(
    (recipient): WaitingRecipient => ({
      ...recipient,
      id: addRecipient(db, item, recipient),
      reply: undefined,
    }),
  );
  sql(db, "INSERT INTO destination VALUES (?, 0, 0, 0, 0, NULL, NULL) ON CONFLICT DO NOTHING").run(destination);
  const { deadline } = times;
  const known = { attempts: 0, deadline, hold: undefined, destinationReply: undefined };
  const works = [{ item, claim, message, recipients: waiting, ...known }];
  return { destination, standing: "well", failures: 0, works };
}

/** Whether this acceptance was taken before; what became of it is known for ten days. */
export function isKnown(db: Database, id: DeliveryId): boolean {
  const known = "SELECT 1 FROM message WHERE delivery = ? UNION ALL SELECT 1 FROM record WHERE delivery = ?";
  return sql(db, known).get(id, id) !== undefined;
}

/** It took something lately, nothing there waits for its turn, and it does not rest. */
function isFree(db: Database, destination: string): boolean {
  const known = sql(db, "SELECT standing = 0 AND resting = 0 AND turn IS NULL FROM destination WHERE name = ?")
    .pluck()
    .get(destination);
  if (known !== undefined) return known === 1;
  return hasTaken(db, destination);
}

function addRow(db: Database, message: Outbound, { deadline }: Times, content: number): number {
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
    Number(message.requireTls),
    message.ret ?? null,
    message.envid ?? null,
    message.submittedAt,
    deadline,
  ).lastInsertRowid;
}

/** Numbered by the time of its acceptance, so that items of several queues have one order. */
function addItem(
  db: Database,
  message: number,
  item: {
    readonly destination: string;
    readonly account: string;
    readonly phase: number;
    readonly at: number;
    readonly tag: number;
    readonly claim: string | null;
  },
  { deadline, delayAt }: Times,
  now: number,
): number {
  const { destination, account, phase, at, tag, claim } = item;
  return sql(
    db,
    `INSERT INTO item (id, message, destination, account, phase, at, tag, attempts, deadline, delay_at, claim)
      VALUES (max(?, 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'item'), 0)), ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`,
  ).run(now * ITEMS_A_MS, message, destination, account, phase, at, tag, deadline, delayAt, claim).lastInsertRowid;
}

function addRecipient(db: Database, item: number, { address, notify, orcpt }: OutboundRecipient): number {
  return sql(db, "INSERT INTO recipient (item, address, notify, orcpt) VALUES (?, ?, ?, ?)").run(
    item,
    address,
    notifyText(notify),
    orcpt ?? null,
  ).lastInsertRowid;
}
