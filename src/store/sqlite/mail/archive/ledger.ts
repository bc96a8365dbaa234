/**
 * What vanished and the ledger of the backups does not know of yet (promise D5): noted in the transaction in which it
 * vanishes, apart from the log of the mailbox, which is cut by other rules and goes with its mailbox. Kept until reported.
 */
import { fromNumbers, fromRanges, type NumberSet } from "../../../../syntax/bytes/number-set.ts";
import { encodeSet } from "../../../../syntax/imap/encode.ts";
import type { Vanished } from "../../../account-archive.ts";
import type { ContentId, MailboxId, ModSeq } from "../../../ids.ts";
import type { Finding } from "../../../mail-store.ts";
import type { Handle } from "../handle.ts";
import { decodeRanges, encodeRanges } from "../log-ranges.ts";
import type { Transaction } from "../transaction.ts";

/** `uids` undefined: the mailbox itself. `contents`: those that nothing names any more. */
export function noteVanished(
  tx: Transaction,
  mailbox: MailboxId,
  uidValidity: number,
  modSeq: ModSeq,
  uids: NumberSet | undefined,
  contents: readonly ContentId[],
): void {
  tx.notes = true;
  tx.handle.run(
    "INSERT INTO unreported(mailbox, uid_validity, modseq, uids, contents) VALUES (?, ?, ?, ?, ?)",
    mailbox,
    uidValidity,
    modSeq,
    uids === undefined ? null : encodeRanges(uids),
    encodeRanges(fromNumbers(contents)),
  );
}

type Row = {
  readonly mailbox: MailboxId;
  readonly uidValidity: number;
  readonly modSeq: ModSeq;
  readonly uids: string | null;
  readonly contents: string;
};

const SELECT = "SELECT mailbox, uid_validity AS uidValidity, modseq AS modSeq, uids, contents FROM unreported";

/** One entry a mailbox, in the order in which they were first touched. */
export function vanishedOf(handle: Handle): readonly Vanished[] {
  const rows = Map.groupBy(handle.rows<Row>(`${SELECT} ORDER BY nth`), (row) => row.mailbox);
  return Array.from(rows.values(), (all) => {
    const { mailbox, uidValidity, modSeq, uids } = all.at(-1) as Row;
    const contents = together(all.map((row) => row.contents));
    return {
      mailbox,
      uidValidity,
      modSeq,
      uids: uids === null ? undefined : encodeSet(together(all.map((row) => row.uids ?? ""))),
      contents: contents.size === 0 ? undefined : encodeSet(contents),
    };
  });
}

function together(texts: readonly string[]): NumberSet {
  return fromRanges(texts.flatMap((text) => [...decodeRanges(text)]));
}

/** What vanished since stays: a mailbox that is deleted after its mails were read keeps its own row. */
export function markReported(tx: Transaction, vanished: readonly Vanished[]): void {
  for (const { mailbox, modSeq, uids } of vanished) {
    if (uids === undefined) tx.handle.run("DELETE FROM unreported WHERE mailbox = ?", mailbox);
    else
      tx.handle.run("DELETE FROM unreported WHERE mailbox = ? AND modseq <= ? AND uids IS NOT NULL", mailbox, modSeq);
  }
}

/** For a store without a ledger: what was noted while it had one is told to nobody. */
export function dropUnreported(handle: Handle): void {
  handle.run("DELETE FROM unreported");
}

/** Finds what was noted as gone and is there. */
export function auditUnreported(handle: Handle): readonly Finding[] {
  return handle.rows<Row>(SELECT).flatMap(({ mailbox, uids, contents }) => {
    const detail = `mailbox ${mailbox}`;
    const places = uids === null ? [[0, Number.MAX_SAFE_INTEGER] as const] : [...decodeRanges(uids)];
    const hasMail = places.some(
      ([low, high]) =>
        handle.value("SELECT 1 FROM mail WHERE mailbox = ? AND uid >= ? AND uid <= ? LIMIT 1", mailbox, low, high) ===
        1,
    );
    const isNamed = [...decodeRanges(contents)].some(
      ([low, high]) => handle.value("SELECT 1 FROM mail WHERE content >= ? AND content <= ? LIMIT 1", low, high) === 1,
    );
    return [
      ...(hasMail ? [{ rule: "unreported uid is gone", detail }] : []),
      ...(isNamed ? [{ rule: "unreported content is gone", detail }] : []),
    ];
  });
}
