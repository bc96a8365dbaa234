/** Rows of a mailbox in slices: small enough not to block the loop, and no iterator lives across an await. */
import { type NumberSet, SetBuilder } from "../../../syntax/bytes/number-set.ts";
import type { AccountId, MailboxId } from "../../ids.ts";
import type { Columns, RowOf } from "../../mail-store.ts";
import type { OpenAccounts } from "./open-accounts.ts";
import { NO_END, readStretches } from "./stretches.ts";
import { turn } from "./waiting.ts";

/** `0 + ?`: SQLite plans a statement anew each time a parameter that is a LIMIT by itself is bound. */
const BOUNDS = "WHERE m.mailbox = ? AND m.uid >= ? AND m.uid <= ? ORDER BY m.uid LIMIT 0 + ?";
const FLAGS = "m.uid, m.flags, m.modseq AS modSeq";
const FACTS = `${FLAGS}, m.content, m.size, m.date AS internalDate, m.zone AS zoneMinutes, m.saved AS savedDate`;
const DERIVED = "FROM mail AS m JOIN derived AS d ON d.content = m.content";

/** What is read for each kind of row, and how many make a slice. */
const SLICES: { readonly [C in Columns]: { readonly sql: string; readonly rows: number } } = {
  flags: { sql: `SELECT ${FLAGS} FROM mail AS m ${BOUNDS}`, rows: 2000 },
  facts: { sql: `SELECT ${FACTS} FROM mail AS m ${BOUNDS}`, rows: 2000 },
  listing: { sql: `SELECT ${FACTS}, d.envelope, d.structure ${DERIVED} ${BOUNDS}`, rows: 500 },
  search: {
    sql: `SELECT ${FACTS}, d.sender AS "from", d.recipient AS "to", d.cc, d.bcc, d.subject, d.sent AS sentDate ${DERIVED} ${BOUNDS}`,
    rows: 1000,
  },
};

export async function* listRows<C extends Columns>(
  accounts: OpenAccounts,
  account: AccountId,
  mailbox: MailboxId,
  uids: NumberSet,
  columns: C,
): AsyncGenerator<readonly RowOf<C>[]> {
  const { sql, rows: most } = SLICES[columns];
  let from: number | undefined = 1;
  while (from !== undefined) {
    const at: number = from;
    const slice = await accounts.use(account, (handle) =>
      readStretches<RowOf<C>>(handle, sql, mailbox, uids, at, most),
    );
    if (slice.rows.length > 0) yield columns === "search" ? slice.rows.map(withoutNull) : slice.rows;
    from = slice.next;
    if (from !== undefined) await turn();
  }
}

function withoutNull<R>(row: R): R {
  return { ...row, sentDate: (row as { sentDate?: number | null }).sentDate ?? undefined };
}

const UID_SLICE = 10_000;
const SELECT_UIDS = "SELECT uid FROM mail WHERE mailbox = ? AND uid >= ? AND uid <= ? ORDER BY uid LIMIT 0 + ?";

/**
 * The UIDs that exist, read in slices: not one state, but each UID as it was at some time during the call. Who needs one
 * state adds what vanished meanwhile.
 */
export async function existingUids(accounts: OpenAccounts, account: AccountId, mailbox: MailboxId): Promise<NumberSet> {
  const builder = new SetBuilder();
  for (let from: number | undefined = 1; from !== undefined; ) {
    const at: number = from;
    const uids = await accounts.use(account, (handle) => {
      const run = unbroken(handle.row(SPAN, mailbox, mailbox, mailbox) as Span | undefined);
      if (at === 1 && run !== undefined) return run;
      return handle.column<number>(SELECT_UIDS, mailbox, at, NO_END, UID_SLICE);
    });
    if ("low" in uids) {
      builder.add(uids.low, uids.high);
      return builder.done();
    }
    for (const uid of uids) builder.add(uid, uid);
    from = uids.length < UID_SLICE ? undefined : (uids.at(-1) as number) + 1;
    if (from !== undefined) await turn();
  }
  return builder.done();
}

type Span = { readonly low: number | null; readonly high: number | null; readonly messages: number };

const SPAN = `SELECT messages, (SELECT min(uid) FROM mail WHERE mailbox = ?) AS low,
  (SELECT max(uid) FROM mail WHERE mailbox = ?) AS high FROM mailbox WHERE id = ?`;

/** Nothing was ever taken out of the middle of most mailboxes: then the two ends and the counter say all. */
function unbroken(span: Span | undefined): { readonly low: number; readonly high: number } | undefined {
  if (span === undefined || span.low === null || span.high === null) return undefined;
  return span.high - span.low + 1 === span.messages ? { low: span.low, high: span.high } : undefined;
}

/** The UIDs whose mails changed after `since`, found by a scan in slices: for questions older than the log. */
export async function scanChanged(
  accounts: OpenAccounts,
  account: AccountId,
  mailbox: MailboxId,
  since: number,
): Promise<NumberSet> {
  const builder = new SetBuilder();
  const sql = "SELECT uid, modseq AS modSeq FROM mail WHERE mailbox = ? AND uid >= ? ORDER BY uid LIMIT 0 + ?";
  type Row = { readonly uid: number; readonly modSeq: number };
  for (let from: number | undefined = 1; from !== undefined; ) {
    const at: number = from;
    const rows = await accounts.use(account, (handle) => handle.rows<Row>(sql, mailbox, at, UID_SLICE / 2));
    for (const row of rows) if (row.modSeq > since) builder.add(row.uid, row.uid);
    from = rows.length < UID_SLICE / 2 ? undefined : (rows.at(-1) as Row).uid + 1;
    if (from !== undefined) await turn();
  }
  return builder.done();
}
