/**
 * Changes flags of many mails (RFC 9051 section 6.4.6, RFC 7162 section 3.1.3), within a write transaction. Mails that
 * have equal flags get equal flags, so a whole range costs one statement a distinct value, however many mails it holds.
 */
import { EMPTY, type NumberSet, SetBuilder } from "../../../syntax/bytes/number-set.ts";
import { DELETED, type FlagNames, type Flags, SEEN, systemOf } from "../../flags.ts";
import { type MailboxId, modSeq, type ModSeq } from "../../ids.ts";
import type { FlagChange, FlagsRow, Stored } from "../../mail-store.ts";
import { log } from "./change-log.ts";
import { keyOf } from "./keywords.ts";
import { advance, type Row, SELECT_ROWS } from "./mails.ts";
import { readAll } from "./stretches.ts";
import type { Transaction } from "./transaction.ts";

/** Ranges with fewer mails are changed one by one. */
const FEW = 4;

type Changed = { readonly row: Row; readonly flags: Flags };

/** The mailbox must exist. */
export function storeFlags(
  tx: Transaction,
  mailbox: MailboxId,
  uids: NumberSet,
  change: FlagChange,
  unchangedSince: ModSeq | undefined,
): Stored {
  const rows = readAll<Row>(tx.handle, SELECT_ROWS, mailbox, uids);
  const newFlags = flagChanger(tx, mailbox, change);
  const kept: FlagsRow[] = [];
  const modified = new SetBuilder();
  const changed: Changed[] = [];
  const touched = new SetBuilder();
  const nextModSeq = modSeq(
    ((tx.handle.value("SELECT modseq FROM mailbox WHERE id = ?", mailbox) as number | undefined) ?? 0) + 1,
  );
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
  const answer = { kind: "stored", rows: kept, modified: modified.done() } as const;
  if (changed.length === 0) return { ...answer, modSeq: modSeq(nextModSeq - 1) };
  advance(tx, mailbox, countersOf(changed), 1, 1, 0);
  write(tx, mailbox, changed, nextModSeq, Math.min(unchangedSince ?? nextModSeq, nextModSeq - 1));
  log(tx, mailbox, nextModSeq, touched.done(), EMPTY);
  tx.tell(mailbox, nextModSeq);
  return { ...answer, modSeq: nextModSeq };
}

/** What becomes of a mail's flags; each distinct value is worked out once. */
function flagChanger(tx: Transaction, mailbox: MailboxId, { kind, flags }: FlagChange): (before: Flags) => Flags {
  const { keywords } = tx.handle;
  const known = new Map<Flags, Flags>();
  const gone = new Set(flags.keywords.map(keyOf));
  const apply = (before: FlagNames): FlagNames => {
    if (kind === "replace") return flags;
    if (kind === "add") {
      return { system: before.system | flags.system, keywords: [...before.keywords, ...flags.keywords] };
    }
    const left = before.keywords.filter((name) => !gone.has(keyOf(name)));
    return { system: before.system & ~flags.system, keywords: left };
  };
  return (before) => {
    const found = known.get(before);
    if (found !== undefined) return found;
    const after = keywords.number(tx.handle, mailbox, apply(keywords.flagNames(tx.handle, before)));
    known.set(before, after);
    return after;
  };
}

function countersOf(changed: readonly Changed[]): Parameters<typeof advance>[2] {
  let unseen = 0;
  let deleted = 0;
  for (const { row, flags } of changed) {
    const [before, after] = [systemOf(row.flags), systemOf(flags)];
    unseen += ((before & SEEN) === 0 ? -1 : 0) + ((after & SEEN) === 0 ? 1 : 0);
    deleted += ((after & DELETED) === 0 ? 0 : 1) - ((before & DELETED) === 0 ? 0 : 1);
  }
  return { messages: 0, octets: 0, unseen, deleted };
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
