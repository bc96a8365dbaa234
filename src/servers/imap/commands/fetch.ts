/**
 * FETCH and UID FETCH, RFC 9051 section 6.4.5 and section 6.4.9, with CHANGEDSINCE of RFC 7162 section 3.1.4.
 *
 * Rows stream from the store in slices and leave under back-pressure. Octets are read message by message; those that
 * are read without PEEK become \Seen first, and their new flags stand in the same response.
 */
import { SEEN, systemOf } from "../../../store/flags.ts";
import type { Columns } from "../../../store/mail-store.ts";
import { StoreError } from "../../../store/store-error.ts";
import type { FetchItem } from "../../../syntax/imap/command.ts";
import { fromNumbers, type NumberSet } from "../../../syntax/bytes/number-set.ts";
import type { CommandOf } from "../command-of.ts";
import { columnsFor, isRowItem, type Row, rowEncoder } from "../fetch/encoder.ts";
import { MessageOctets, type Section, sectionOf } from "../fetch/section.ts";
import { bad, no, ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { NO_SUCH_MESSAGE } from "../view.ts";

type Plan = {
  readonly columns: Columns;
  readonly encode: (row: Row) => string;
  readonly encodeFlags: (row: Row) => string;
  readonly sections: readonly Section[];
  readonly marksSeen: boolean;
  readonly changedSince: number | undefined;
};

export async function fetch(session: Session, command: CommandOf<"FETCH">): Promise<Reply> {
  const { view } = session;
  if (command.changedSince !== undefined || command.items.some(({ kind }) => kind === "MODSEQ"))
    session.enableCondstore();
  const uids = await view.resolve(command.set, command.uid);
  if (uids === undefined) return bad(NO_SUCH_MESSAGE);
  const plan = planOf(session, command);
  const answered = uids.size === 0 ? 0 : await answer(session, uids, plan);
  if (command.uid || answered === uids.size || command.changedSince !== undefined) return ok("FETCH completed");
  view.compare();
  return no("EXPUNGEISSUED", "Some of the messages are gone; the others were answered");
}

function planOf(session: Session, command: CommandOf<"FETCH">): Plan {
  const items: FetchItem[] = [...command.items];
  const want = (kind: "UID" | "MODSEQ", isFirst: boolean): void => {
    if (items.some((item) => item.kind === kind)) return;
    if (isFirst) items.unshift({ kind });
    else items.push({ kind });
  };
  if (command.uid) want("UID", true);
  // RFC 7162 section 3.1: who knows mod-sequences gets them with the flags.
  const hasFlags = items.some(({ kind }) => kind === "FLAGS");
  if (command.changedSince !== undefined || (hasFlags && session.condstore)) want("MODSEQ", false);
  const kinds = items.filter(isRowItem).map(({ kind }) => kind);
  const sections = items.map(sectionOf).filter((section) => section !== undefined);
  const { flagTexts } = session.account;
  const needed = columnsFor(kinds);
  return {
    columns: sections.length > 0 && needed === "flags" ? "facts" : needed,
    encode: rowEncoder(kinds, flagTexts),
    encodeFlags: hasFlags ? () => "" : rowEncoder(session.condstore ? ["FLAGS", "MODSEQ"] : ["FLAGS"], flagTexts),
    sections,
    marksSeen: !session.view.isReadOnly && sections.some(({ marksSeen }) => marksSeen),
    changedSince: command.changedSince,
  };
}

/** Answers for those of `uids` that exist; returns how many. */
async function answer(session: Session, uids: NumberSet, plan: Plan): Promise<number> {
  const { account, output, view } = session;
  const { flagTexts, reader } = account;
  const map = await view.map();
  const { changedSince, columns, encode, sections } = plan;
  let count = 0;
  // The encoder touches only what its columns hold.
  for await (const slice of reader.rows(view.mailbox, uids, columns) as AsyncIterable<readonly Row[]>) {
    const marked = plan.marksSeen ? await markSeen(session, slice) : undefined;
    await flagTexts.loadAll(reader, slice);
    for (const old of slice) {
      if (changedSince !== undefined && old.modSeq <= changedSince) continue;
      count++;
      const row = marked?.get(old.uid) ?? old;
      output.text(`* ${map.seqOf(row.uid)} FETCH (${encode(row)}`);
      if (sections.length > 0) await writeSections(session, row, plan, row !== old);
      output.text(")\r\n");
      if (output.isFull) await output.drain();
    }
  }
  return count;
}

async function writeSections(session: Session, row: Row, plan: Plan, isMarked: boolean): Promise<void> {
  const { account, output } = session;
  const octets = new MessageOctets(account.reader, row);
  let needsSpace = plan.encode(row) !== "";
  for (const section of plan.sections) {
    if (needsSpace) output.text(" ");
    needsSpace = true;
    await octets.write(section, output);
  }
  const flags = isMarked ? plan.encodeFlags(row) : "";
  if (flags !== "") output.text(` ${flags}`);
}

/** Sets \Seen where it is missing; gives the rows that got it. A store that cannot write does not keep anyone from reading. */
async function markSeen(session: Session, slice: readonly Row[]): Promise<ReadonlyMap<number, Row> | undefined> {
  const { account, view } = session;
  const unseen = slice.filter((row) => (systemOf(row.flags) & SEEN) === 0);
  if (unseen.length === 0) return undefined;
  try {
    const uids = fromNumbers(unseen.map((row) => row.uid));
    const change = { kind: "add", flags: { system: SEEN, keywords: [] } } as const;
    const stored = await account.writer.store(view.mailbox, uids, change);
    if (stored.kind === "no-mailbox") return undefined;
    view.answeredFor(stored, uids, false);
    const flags = new Map(stored.rows.map((row) => [row.uid, row]));
    await account.flagTexts.loadAll(account.reader, stored.rows);
    return new Map(unseen.map((row) => [row.uid, { ...row, ...flags.get(row.uid) }]));
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}
