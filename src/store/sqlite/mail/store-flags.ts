/**
 * Changes flags of mails (RFC 9051 section 6.4.6, RFC 7162 section 3.1.3), within a write transaction: mail by mail here,
 * for long ranges in store-ranges.ts.
 */
import { EMPTY, type NumberSet, SetBuilder } from "../../../syntax/bytes/number-set.ts";
import type { Flags } from "../../flags.ts";
import { type MailboxId, modSeq, type ModSeq } from "../../ids.ts";
import type { FlagChange, FlagsRow, Stored } from "../../mail-store.ts";
import { log } from "./change-log.ts";
import { countChange, flagChanger } from "./flag-changer.ts";
import { advance } from "./mails.ts";
import { isLong, storeRanges } from "./store-ranges.ts";
import { readAll } from "./stretches.ts";
import type { Transaction } from "./transaction.ts";

/** Ranges with fewer mails are changed one by one. */
const FEW = 4;

/** `0 + ?`: SQLite plans a statement anew each time a parameter that is a LIMIT by itself is bound. */
const SELECT = `SELECT uid, flags, modseq AS modSeq FROM mail WHERE mailbox = ? AND uid >= ? AND uid <= ?
  ORDER BY uid LIMIT 0 + ?`;
const SELECT_MODSEQ = "SELECT modseq FROM mailbox WHERE id = ?";

type Changed = { readonly row: FlagsRow; readonly flags: Flags };

/** The mailbox must exist. */
export function storeFlags(
  tx: Transaction,
  mailbox: MailboxId,
  uids: NumberSet,
  change: FlagChange,
  unchangedSince: ModSeq | undefined,
): Stored {
  const before = (tx.handle.value(SELECT_MODSEQ, mailbox) as number | undefined) ?? 0;
  const nextModSeq = modSeq(before + 1);
  if (isLong(uids)) return storeRanges(tx, mailbox, uids, change, unchangedSince, nextModSeq);
  const rows = readAll<FlagsRow>(tx.handle, SELECT, mailbox, uids);
  const newFlags = flagChanger(tx, mailbox, change);
  const kept: FlagsRow[] = [];
  const modified = new SetBuilder();
  const changed: Changed[] = [];
  const touched = new SetBuilder();
  for (const row of rows) {
    if (unchangedSince !== undefined && row.modSeq > unchangedSince) {
      modified.add(row.uid, row.uid);
      continue;
    }
    const flags = newFlags(row.flags);
    if (flags === row.flags) {
      kept.push({ uid: row.uid, flags, modSeq: row.modSeq });
      continue;
    }
    changed.push({ row, flags });
    touched.add(row.uid, row.uid);
    kept.push({ uid: row.uid, flags, modSeq: nextModSeq });
  }
  const answer = { kind: "stored", rows: kept, count: kept.length, modified: modified.done() } as const;
  if (changed.length === 0) return { ...answer, modSeq: modSeq(before), isCommit: false };
  advance(tx, mailbox, countersOf(changed), 1, 1, 0);
  write(tx, mailbox, changed, nextModSeq, Math.min(unchangedSince ?? nextModSeq, nextModSeq - 1));
  log(tx, mailbox, nextModSeq, touched.done(), EMPTY);
  tx.tell(mailbox, nextModSeq);
  return { ...answer, modSeq: nextModSeq, isCommit: true };
}

function countersOf(changed: readonly Changed[]): Parameters<typeof advance>[2] {
  const sum = { messages: 0, octets: 0, unseen: 0, deleted: 0 };
  for (const { row, flags } of changed) countChange(sum, row.flags, flags, 1);
  return sum;
}

/** `changed` ascends, so mails without one between them that stays as it is form a run. */
function write(
  tx: Transaction,
  mailbox: MailboxId,
  changed: readonly Changed[],
  newModSeq: ModSeq,
  upTo: number,
): void {
  const { handle } = tx;
  for (const run of runs(changed)) {
    if (run.length < FEW) {
      for (const { row, flags } of run) {
        handle.run(
          "UPDATE mail SET flags = ?, modseq = ? WHERE mailbox = ? AND uid = ?",
          flags,
          newModSeq,
          mailbox,
          row.uid,
        );
      }
      continue;
    }
    const low = (run[0] as Changed).row.uid;
    const high = (run.at(-1) as Changed).row.uid;
    for (const [before, after] of new Map(run.map(({ row, flags }) => [row.flags, flags]))) {
      handle.run(
        "UPDATE mail SET flags = ?, modseq = ? WHERE mailbox = ? AND uid >= ? AND uid <= ? AND flags = ? AND modseq <= ?",
        after,
        newModSeq,
        mailbox,
        low,
        high,
        before,
        upTo,
      );
    }
  }
}

/** Cuts at every hole: a mail in the hole may exist and not be meant. */
function* runs(changed: readonly Changed[]): Generator<readonly Changed[]> {
  let start = 0;
  for (let at = 1; at <= changed.length; at++) {
    const isNext = at < changed.length && (changed[at] as Changed).row.uid === (changed[at - 1] as Changed).row.uid + 1;
    if (isNext) continue;
    yield changed.slice(start, at);
    start = at;
  }
}
