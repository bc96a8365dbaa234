/**
 * Changes flags of mails in long ranges: what becomes of them is worked out once a distinct value, SQLite changes the rows,
 * and nothing is made of a single mail unless the answer wants it.
 */
import { EMPTY, has, type NumberSet, ranges, SetBuilder } from "../../../syntax/bytes/number-set.ts";
import { type Flags, SYSTEM_MASK } from "../../flags.ts";
import { type MailboxId, modSeq, type ModSeq } from "../../ids.ts";
import type { FlagChange, FlagsRow, Stored } from "../../mail-store.ts";
import { log } from "./change-log.ts";
import { countChange, flagChanger } from "./flag-changer.ts";
import { advance } from "./mails.ts";
import type { Transaction } from "./transaction.ts";

/** Mails a range must have on average, to be worth statements of its own. */
const LONG = 32;

const IN_RANGE = "mailbox = ? AND uid >= ? AND uid <= ?";
const SELECT_FLAGS = `SELECT flags FROM mail WHERE ${IN_RANGE} AND modseq <= ?`;
const SELECT_NEWER = `SELECT uid FROM mail WHERE ${IN_RANGE} AND modseq > ? ORDER BY uid`;
const SELECT_CHANGED = `SELECT uid FROM mail WHERE ${IN_RANGE} AND modseq = ? ORDER BY uid`;
const SELECT_ROWS = `SELECT uid, flags, modseq AS modSeq FROM mail WHERE ${IN_RANGE} ORDER BY uid`;
const UPDATE = `UPDATE mail SET flags = ?, modseq = ? WHERE ${IN_RANGE} AND modseq <= ? AND flags = ?`;
/** For changes of system flags alone, which touch the low bits of all values alike. */
const UPDATE_BITS = `UPDATE mail SET flags = flags & ? | ?, modseq = ?
  WHERE ${IN_RANGE} AND modseq <= ? AND flags <> (flags & ? | ?)`;

export function isLong(uids: NumberSet): boolean {
  return uids.size >= (uids.ends.length / 2) * LONG;
}

type Range = { readonly low: number; readonly high: number };
/** What a range becomes: the new flags by the old ones, those that differ. */
type Plan = Range & { readonly changes: readonly (readonly [before: Flags, after: Flags])[] };

/** The mailbox must exist; `next` is the mod-sequence that a change of it gets. */
export function storeRanges(
  tx: Transaction,
  mailbox: MailboxId,
  uids: NumberSet,
  change: FlagChange,
  unchangedSince: ModSeq | undefined,
  next: ModSeq,
): Stored {
  const { handle } = tx;
  const upTo = Math.min(unchangedSince ?? next, next - 1);
  const newFlags = flagChanger(tx, mailbox, change);
  const counters = { messages: 0, octets: 0, unseen: 0, deleted: 0 };
  const modified = new SetBuilder();
  const plans: Plan[] = [];
  let count = 0;
  for (const [low, high] of ranges(uids)) {
    if (unchangedSince !== undefined)
      for (const uid of handle.column<number>(SELECT_NEWER, mailbox, low, high, upTo)) modified.add(uid, uid);
    const changes: [Flags, Flags][] = [];
    for (const [before, mails] of tally(handle.column<Flags>(SELECT_FLAGS, mailbox, low, high, upTo))) {
      count += mails;
      const after = newFlags(before);
      if (after === before) continue;
      countChange(counters, before, after, mails);
      changes.push([before, after]);
    }
    if (changes.length > 0) plans.push({ low, high, changes });
  }
  const isCommit = plans.length > 0;
  if (isCommit) {
    advance(tx, mailbox, counters, 1, 1, 0);
    const touched = new SetBuilder();
    for (const plan of plans) update(tx, mailbox, change, plan, upTo, next, touched);
    log(tx, mailbox, next, touched.done(), EMPTY);
    tx.tell(mailbox, next);
  }
  const left = modified.done();
  const rows = change.isSilent === true ? [] : rowsOf(tx, mailbox, uids, left);
  return { kind: "stored", rows, count, modified: left, modSeq: isCommit ? next : modSeq(next - 1), isCommit };
}

function tally(values: readonly Flags[]): ReadonlyMap<Flags, number> {
  const counts = new Map<Flags, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function update(
  tx: Transaction,
  mailbox: MailboxId,
  { kind, flags }: FlagChange,
  { low, high, changes }: Plan,
  upTo: number,
  next: ModSeq,
  touched: SetBuilder,
): void {
  const { handle } = tx;
  let changed = 0;
  if (flags.keywords.length === 0) {
    const system = flags.system & SYSTEM_MASK;
    const kept = kind === "add" ? -1 : kind === "remove" ? ~system : 0;
    const set = kind === "remove" ? 0 : system;
    changed = handle.run(UPDATE_BITS, kept, set, next, mailbox, low, high, upTo, kept, set);
  } else {
    for (const [before, after] of changes) changed += handle.run(UPDATE, after, next, mailbox, low, high, upTo, before);
  }
  if (changed === high - low + 1) touched.add(low, high);
  else for (const uid of handle.column<number>(SELECT_CHANGED, mailbox, low, high, next)) touched.add(uid, uid);
}

function rowsOf(tx: Transaction, mailbox: MailboxId, uids: NumberSet, left: NumberSet): readonly FlagsRow[] {
  const rows: FlagsRow[] = [];
  for (const [low, high] of ranges(uids))
    for (const row of tx.handle.rows<FlagsRow>(SELECT_ROWS, mailbox, low, high))
      if (!has(left, row.uid)) rows.push(row);
  return rows;
}
