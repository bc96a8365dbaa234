/** Rows of a queue file and the values that they stand for. */
import { randomBytes } from "node:crypto";
import { type AccountId, accountId, deliveryId } from "../../ids.ts";
import type {
  DeliveryRecord,
  Feedback,
  HoldReason,
  ListedItem,
  Outbound,
  OutboundRecipient,
  RecipientEnd,
  RemoteReply,
  Selection,
  TlsWish,
  WaitingRecipient,
  Work,
} from "../../outbound-queue.ts";
import type { Database } from "../database.ts";
import { sql } from "../statements.ts";

export const PHASE = { waiting: 0, ready: 1, claimed: 2, held: 3 } as const;
const STATES = ["waiting", "ready", "claimed", "held"] as const;

export type MessageRow = {
  readonly id: number;
  readonly delivery: string;
  readonly content: number;
  readonly account: string;
  readonly sender: string;
  readonly message_id: string | null;
  readonly size: number;
  readonly body: Outbound["body"];
  readonly smtp_utf8: number;
  readonly require_tls: number;
  readonly ret: "FULL" | "HDRS" | null;
  readonly envid: string | null;
  readonly submitted_at: number;
  readonly deadline: number;
};

export type ItemRow = {
  readonly id: number;
  readonly message: number;
  readonly destination: string;
  readonly account: string;
  readonly phase: 0 | 1 | 2 | 3;
  readonly at: number;
  readonly attempts: number;
  readonly deadline: number;
  readonly claim: string | null;
  readonly hold: HoldReason | null;
};

type RecipientRow = {
  readonly id: number;
  readonly address: string;
  readonly notify: string | null;
  readonly orcpt: string | null;
  readonly reply: string | null;
};

export type RecordRow = {
  readonly delivery: string;
  readonly account: string;
  readonly sender: string;
  readonly recipient: string;
  readonly submitted_at: number;
  readonly at: number;
  readonly ended: RecipientEnd;
  readonly reply: string;
  readonly feedback: Feedback | null;
};

/** Finds a message, or records of one, by an index; takes the name of the acceptance twice. */
export const IS_DELIVERY = "substr(delivery, 21) = substr(?, 21) AND delivery = ?";

/** Tells one claim of an item from all others. */
export const newClaim = (): string => randomBytes(16).toString("hex");

/** The service itself has no account; in rows that is the empty text. */
export const accountText = (account: AccountId | undefined): string => account ?? "";
export const accountOf = (text: string): AccountId | undefined => (text === "" ? undefined : accountId(text));

/** In rows a number; 0 and 1 were once all there was, for REQUIRETLS was the only wish. */
const TLS_WISHES: readonly TlsWish[] = ["policy", "required", "optional"];
export const tlsWishNumber = (wish: TlsWish): number => TLS_WISHES.indexOf(wish);
export const tlsWishOf = (number: number): TlsWish => TLS_WISHES[number] ?? "policy";

export function outboundOf(row: MessageRow): Outbound {
  return {
    id: deliveryId(row.delivery),
    account: accountOf(row.account),
    sender: row.sender,
    messageId: row.message_id ?? undefined,
    size: row.size,
    body: row.body,
    smtpUtf8: row.smtp_utf8 === 1,
    tlsWish: tlsWishOf(row.require_tls),
    ret: row.ret ?? undefined,
    envid: row.envid ?? undefined,
    submittedAt: row.submitted_at,
  };
}

export const replyOf = (text: string | null): RemoteReply | undefined =>
  text === null ? undefined : wholeReply(JSON.parse(text) as RemoteReply);

/** JSON drops what is undefined; each field comes back. */
export function wholeReply({ host, code, enhanced, words, finding, said, tls }: RemoteReply): RemoteReply {
  return { host, code, enhanced, words, ...(finding && { finding }), ...(said === undefined ? {} : { said }), tls };
}

export const replyText = (reply: RemoteReply | undefined): string | null =>
  reply === undefined ? null : JSON.stringify(reply);

const WISHES = ["success", "failure", "delay"] as const;

export const notifyText = (notify: OutboundRecipient["notify"]): string | null =>
  notify === undefined ? null : WISHES.filter((wish) => notify[wish]).join(" ");

function notifyOf(text: string | null): OutboundRecipient["notify"] {
  if (text === null) return undefined;
  const asked = text.split(" ");
  return { success: asked.includes("success"), failure: asked.includes("failure"), delay: asked.includes("delay") };
}

function recipientOf(row: RecipientRow, destination: string): WaitingRecipient {
  return {
    id: row.id,
    address: row.address,
    destination,
    notify: notifyOf(row.notify),
    orcpt: row.orcpt ?? undefined,
    reply: replyOf(row.reply),
  };
}

export function recordOf(row: RecordRow): DeliveryRecord {
  return {
    message: deliveryId(row.delivery),
    account: accountOf(row.account),
    sender: row.sender,
    recipient: row.recipient,
    submittedAt: row.submitted_at,
    at: row.at,
    end: row.ended,
    reply: replyOf(row.reply) as RemoteReply,
    feedback: row.feedback ?? undefined,
  };
}

function recipientsOf(db: Database, item: ItemRow): readonly WaitingRecipient[] {
  const rows = sql(db, "SELECT * FROM recipient WHERE item = ? ORDER BY id").all(item.id);
  return rows.map((row) => recipientOf(row as RecipientRow, item.destination));
}

function messageOf(db: Database, item: ItemRow): Outbound {
  return outboundOf(sql(db, "SELECT * FROM message WHERE id = ?").get(item.message) as MessageRow);
}

/** All that an attempt needs to know of an item. */
export function workOf(db: Database, item: ItemRow, claim: string): Work {
  const reply = sql(db, "SELECT reply FROM destination WHERE name = ?").pluck().get(item.destination);
  return {
    item: item.id,
    claim,
    message: messageOf(db, item),
    recipients: recipientsOf(db, item),
    attempts: item.attempts,
    deadline: item.deadline,
    hold: item.hold ?? undefined,
    destinationReply: replyOf((reply as string | null | undefined) ?? null),
  };
}

export function listedOf(db: Database, item: ItemRow): ListedItem {
  const row = sql(db, "SELECT resting, next_at, reply FROM destination WHERE name = ?").get(item.destination);
  const destination = row as { readonly resting: number; readonly next_at: number; readonly reply: string | null };
  return {
    message: messageOf(db, item),
    item: item.id,
    destination: item.destination,
    recipients: recipientsOf(db, item),
    state: STATES[item.phase],
    attempts: item.attempts,
    hold: item.hold ?? undefined,
    at: item.at,
    deadline: item.deadline,
    restsUntil: destination.resting === 1 ? destination.next_at : undefined,
    destinationReply: replyOf(destination.reply),
  };
}

/** The condition on `item` that selects, and its value. */
export function conditionOf(selection: Selection | undefined): readonly [string, readonly string[]] {
  switch (selection?.kind) {
    case undefined:
      return ["1", []];
    case "message":
      return [`message = (SELECT id FROM message WHERE ${IS_DELIVERY})`, [selection.id, selection.id]];
    case "account":
      return ["account = ?", [selection.account]];
    case "destination":
      return ["destination = ?", [selection.destination]];
  }
}
