/**
 * Steps that change the mails of a mailbox, within a write transaction: put in, copy, take out. Each keeps the counters,
 * the log and the mod-sequence of the mailbox true (RFC 9051 section 2.3, RFC 7162 section 3.1).
 */
import { EMPTY, type NumberSet, range, ranges, SetBuilder } from "../../../syntax/bytes/number-set.ts";
import { DELETED, type Flags, keywordSetOf, SEEN, systemOf } from "../../flags.ts";
import { type ContentId, type MailboxId, modSeq, type ModSeq, type Uid, uid } from "../../ids.ts";
import type { MailboxState } from "../../mail-store.ts";
import { noteVanished } from "./archive/ledger.ts";
import { log } from "./change-log.ts";
import type { Prepared } from "./prepare.ts";
import { put } from "./prepare.ts";
import type { Transaction } from "./transaction.ts";

/** A mail that a verb works on. */
export type Row = { readonly uid: Uid; readonly flags: Flags; readonly modSeq: ModSeq; readonly size: number };

export const SELECT_ROWS = `SELECT uid, flags, modseq AS modSeq, size FROM mail
  WHERE mailbox = ? AND uid >= ? AND uid <= ? ORDER BY uid LIMIT 0 + ?`;

type Counters = { messages: number; unseen: number; deleted: number; octets: number };

/** What some mails add to the counters of their mailbox. */
export function counted(rows: readonly { readonly flags: Flags; readonly size: number }[]): Counters {
  const sum = { messages: rows.length, unseen: 0, deleted: 0, octets: 0 };
  for (const row of rows) {
    const system = systemOf(row.flags);
    if ((system & SEEN) === 0) sum.unseen += 1;
    if ((system & DELETED) !== 0) sum.deleted += 1;
    sum.octets += row.size;
  }
  return sum;
}

type Advanced = { readonly uidNext: number; readonly modSeq: number; readonly uidValidity: number };

/** Moves a mailbox's counters, raises its mod-sequence by `steps` and makes room for new UIDs. */
export function advance(
  tx: Transaction,
  mailbox: MailboxId,
  by: Counters,
  sign: 1 | -1,
  steps: 0 | 1,
  newUids: number,
): Advanced {
  const state = tx.handle.row(
    `UPDATE mailbox SET uid_next = uid_next + ?, modseq = modseq + ?, messages = messages + ?, unseen = unseen + ?,
       deleted = deleted + ?, octets = octets + ? WHERE id = ?
     RETURNING uid_next AS uidNext, modseq AS modSeq, uid_validity AS uidValidity`,
    newUids,
    steps,
    sign * by.messages,
    sign * by.unseen,
    sign * by.deleted,
    sign * by.octets,
    mailbox,
  ) as Advanced | undefined;
  if (state === undefined) throw new Error("the mailbox vanished within a transaction");
  if (by.octets !== 0) tx.sizes = true;
  return state;
}

export type Added = { readonly uids: NumberSet; readonly uidValidity: number; readonly modSeq: ModSeq };

/** Puts prepared messages into a mailbox under ascending UIDs. */
export function addMails(tx: Transaction, mailbox: MailboxId, prepared: readonly Prepared[]): Added {
  const { handle, now } = tx;
  const rows = prepared.map((one) => ({
    content: put(tx, one),
    flags: handle.keywords.number(handle, mailbox, one.mail.flags),
    size: one.mail.derived.size,
    mail: one.mail,
  }));
  const after = advance(tx, mailbox, counted(rows), 1, 1, rows.length);
  const first = after.uidNext - rows.length;
  for (const [n, { content, flags, size, mail }] of rows.entries()) {
    handle.run(
      "INSERT INTO mail(mailbox, uid, content, flags, modseq, size, date, zone, saved) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      mailbox,
      first + n,
      content,
      flags,
      after.modSeq,
      size,
      mail.internalDate,
      mail.zoneMinutes,
      now,
    );
  }
  const uids = range(first, after.uidNext - 1);
  log(tx, mailbox, modSeq(after.modSeq), uids, EMPTY);
  tx.tell(mailbox, modSeq(after.modSeq));
  return { uids, uidValidity: after.uidValidity, modSeq: modSeq(after.modSeq) };
}

/** Gives the contents of `rows` (all mails of one mailbox, ascending) a second place under new UIDs. */
export function copyMails(tx: Transaction, from: MailboxId, rows: readonly Row[], to: MailboxId): Added {
  const { handle, now } = tx;
  const after = advance(tx, to, counted(rows), 1, 1, rows.length);
  for (const set of new Set(rows.map((row) => keywordSetOf(row.flags)))) handle.keywords.note(handle, to, set);
  let next = after.uidNext - rows.length;
  const made = range(next, after.uidNext - 1);
  for (const [low, high] of ranges(uidsOf(rows))) {
    handle.run(
      `INSERT INTO mail(mailbox, uid, content, flags, modseq, size, date, zone, saved)
       SELECT ?, uid + ?, content, flags, ?, size, date, zone, ? FROM mail WHERE mailbox = ? AND uid >= ? AND uid <= ?`,
      to,
      next - low,
      after.modSeq,
      now,
      from,
      low,
      high,
    );
    next += high - low + 1;
  }
  log(tx, to, modSeq(after.modSeq), made, EMPTY);
  return { uids: made, uidValidity: after.uidValidity, modSeq: modSeq(after.modSeq) };
}

/** Takes mails out of a mailbox. `isNew` false: the mod-sequence was raised already in this transaction. */
export function removeMails(tx: Transaction, mailbox: MailboxId, rows: readonly Row[], isNew: boolean): ModSeq {
  const { handle } = tx;
  const after = advance(tx, mailbox, counted(rows), -1, isNew ? 1 : 0, 0);
  const gone = uidsOf(rows);
  const doomed: ContentId[] = [];
  for (const [low, high] of ranges(gone)) {
    for (const content of doomUnnamed(tx, mailbox, low, high)) doomed.push(content);
    handle.run("DELETE FROM mail WHERE mailbox = ? AND uid >= ? AND uid <= ?", mailbox, low, high);
  }
  log(tx, mailbox, modSeq(after.modSeq), EMPTY, gone);
  if (tx.ledger) noteVanished(tx, mailbox, after.uidValidity, modSeq(after.modSeq), gone, doomed);
  return modSeq(after.modSeq);
}

const DOOM = `INSERT OR IGNORE INTO doomed(content) SELECT content FROM mail AS m WHERE mailbox = ? AND uid >= ? AND uid <= ?
  AND NOT EXISTS (SELECT 1 FROM mail AS other WHERE other.content = m.content
    AND NOT (other.mailbox = ? AND other.uid >= ? AND other.uid <= ?))`;

/** Gives to the eraser what only these mails name; tells which contents these are when the ledger wants to know. */
function doomUnnamed(tx: Transaction, mailbox: MailboxId, low: number, high: number): readonly ContentId[] {
  const bounds = [mailbox, low, high, mailbox, low, high] as const;
  if (!tx.ledger) {
    if (tx.handle.run(DOOM, ...bounds) > 0) tx.dooms = true;
    return [];
  }
  const doomed = tx.handle.column<ContentId>(`${DOOM} RETURNING content`, ...bounds);
  if (doomed.length > 0) tx.dooms = true;
  return doomed;
}

/** Takes out all mails of a mailbox that is about to go. */
export function doomMailbox(tx: Transaction, { id, uidValidity, highestModSeq }: MailboxState): void {
  tx.sizes = true;
  const doomed = doomUnnamed(tx, id, 0, Number.MAX_SAFE_INTEGER);
  if (tx.ledger) noteVanished(tx, id, uidValidity, highestModSeq, undefined, doomed);
  for (const table of ["mail", "change", "vanished", "gap", "mailbox_keyword"]) {
    tx.handle.run(`DELETE FROM ${table} WHERE mailbox = ?`, id);
  }
}

export function uidsOf(rows: readonly { readonly uid: number }[]): NumberSet {
  const builder = new SetBuilder();
  for (const row of rows) builder.add(row.uid, row.uid);
  return builder.done();
}

/** The UIDs of a set that was just made, one by one. */
export function* eachUid(set: NumberSet): Generator<Uid> {
  for (const [low, high] of ranges(set)) for (let n = low; n <= high; n++) yield uid(n);
}
