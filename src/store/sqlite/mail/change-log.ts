/**
 * The log of a mailbox: which UIDs a commit changed and which it took away (RFC 7162). `change` is short, for older
 * questions the mails themselves answer; `vanished` is kept longer, for nothing else remembers who is gone.
 */
import { EMPTY, fromRanges, type NumberSet, range } from "../../../syntax/bytes/number-set.ts";
import type { MailboxId, ModSeq } from "../../ids.ts";
import type { Handle } from "./handle.ts";
import { decodeRanges, encodeRanges } from "./log-ranges.ts";
import type { Transaction } from "./transaction.ts";

/** Every so many commits the log is cut: cutting at each would cost more than the log. */
const CUT_EVERY = 64;
/** After a crash, how far numbers jump that may have been shown before they were durable. */
const UID_GAP = 1000;
const MODSEQ_GAP = 2 ** 20;

/** Notes what one commit changed; `changed` holds new mails too. */
export function log(
  tx: Transaction,
  mailbox: MailboxId,
  modSeq: ModSeq,
  changed: NumberSet,
  vanished: NumberSet,
): void {
  const { handle, limits } = tx;
  if (changed.size > 0) {
    handle.run("INSERT INTO change(mailbox, modseq, uids) VALUES (?, ?, ?)", mailbox, modSeq, encodeRanges(changed));
  }
  if (vanished.size > 0) {
    handle.run("INSERT INTO vanished(mailbox, modseq, uids) VALUES (?, ?, ?)", mailbox, modSeq, encodeRanges(vanished));
  }
  if (modSeq % Math.min(CUT_EVERY, limits.changeCommits) === 0) cut(handle, "change", mailbox, limits.changeCommits);
  if (modSeq % Math.min(CUT_EVERY, limits.vanishedCommits) === 0 || limits.vanishedCommits < CUT_EVERY) {
    cut(handle, "vanished", mailbox, limits.vanishedCommits);
  }
}

function cut(handle: Handle, table: "change" | "vanished", mailbox: MailboxId, keep: number): void {
  const floor = handle.value(
    `SELECT modseq FROM ${table} WHERE mailbox = ? ORDER BY modseq DESC LIMIT 1 OFFSET ?`,
    mailbox,
    keep,
  ) as number | undefined;
  if (floor === undefined) return;
  const column = table === "change" ? "changed_floor" : "vanished_floor";
  handle.run(`DELETE FROM ${table} WHERE mailbox = ? AND modseq <= ?`, mailbox, floor);
  handle.run(`UPDATE mailbox SET ${column} = ? WHERE id = ?`, floor, mailbox);
}

function logged(handle: Handle, table: "change" | "vanished", mailbox: MailboxId, since: number): NumberSet {
  const rows = handle.column<string>(
    `SELECT uids FROM ${table} WHERE mailbox = ? AND modseq > ? ORDER BY modseq`,
    mailbox,
    since,
  );
  return rows.length === 0 ? EMPTY : fromRanges(rows.flatMap((text) => [...decodeRanges(text)]));
}

/** The UIDs changed after `since`, gone ones among them; `undefined` when the log does not reach back so far. */
export function changedSince(handle: Handle, mailbox: MailboxId, since: number): NumberSet | undefined {
  const floor = (handle.value("SELECT changed_floor FROM mailbox WHERE id = ?", mailbox) as number | undefined) ?? 0;
  return since < floor ? undefined : logged(handle, "change", mailbox, since);
}

/** The UIDs gone after `since`; `undefined` when the log does not reach back so far. */
export function vanishedSince(handle: Handle, mailbox: MailboxId, since: number): NumberSet | undefined {
  const floor = (handle.value("SELECT vanished_floor FROM mailbox WHERE id = ?", mailbox) as number | undefined) ?? 0;
  return since < floor ? undefined : logged(handle, "vanished", mailbox, since);
}

/** Says whether a mod-sequence lies where none was ever given durably. */
export function isInGap(handle: Handle, mailbox: MailboxId, modSeq: ModSeq): boolean {
  const sql = "SELECT 1 FROM gap WHERE mailbox = ? AND low < ? AND ? < high";
  return handle.value(sql, mailbox, modSeq, modSeq) !== undefined;
}

/**
 * Raises what may have been shown and then lost in a crash: UIDNEXT and HIGHESTMODSEQ of every mailbox. The UIDs in
 * between count as vanished. Within a write transaction.
 */
export function raiseGap(handle: Handle): void {
  type Row = { readonly id: MailboxId; readonly uidNext: number; readonly modSeq: number };
  for (const { id, uidNext, modSeq } of handle.rows<Row>(
    "SELECT id, uid_next AS uidNext, modseq AS modSeq FROM mailbox",
  )) {
    const high = modSeq + MODSEQ_GAP;
    handle.run("INSERT INTO gap(mailbox, low, high) VALUES (?, ?, ?)", id, modSeq, high);
    const lost = encodeRanges(range(uidNext, uidNext + UID_GAP - 1));
    handle.run("INSERT INTO vanished(mailbox, modseq, uids) VALUES (?, ?, ?)", id, high, lost);
    handle.run("UPDATE mailbox SET uid_next = ?, modseq = ? WHERE id = ?", uidNext + UID_GAP, high, id);
  }
}
