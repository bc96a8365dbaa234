/**
 * The reading side of the memory store. Each call looks at the newest state; `rows` looks again for each slice, as a
 * store on disk does.
 */
import {
  difference,
  fromNumbers,
  fromRanges,
  has,
  numbers,
  type NumberSet,
  range,
  ranges,
  SetBuilder,
  union,
} from "../../syntax/bytes/number-set.ts";
import { fold } from "../../syntax/message/fold.ts";
import type { ContentId, MailboxId, ModSeq, Uid } from "../ids.ts";
import type { Changes, Columns, FactsRow, MailboxState, MailReader, RowOf, Usage } from "../mail-store.ts";
import type { QuotaMarks } from "../quota-marks.ts";
import { StoreError } from "../store-error.ts";
import {
  type MemoryAccount,
  type MemoryContent,
  type MemoryMailbox,
  byName,
  stateOf,
  usageOf,
} from "./mail-account.ts";

const SLICE_ROWS = 500;
const PIECE_BYTES = 256 * 1024;

/** @param account answers with the account, or throws a `StoreError`. */
export function memoryReader(account: () => MemoryAccount): MailReader {
  const mailboxOf = (id: MailboxId): MemoryMailbox | undefined => account().mailboxes.get(id);

  return {
    mailboxes: async (): Promise<readonly MailboxState[]> =>
      [...account().mailboxes.values()].map(stateOf).toSorted((a, b) => (a.name < b.name ? -1 : 1)),

    async mailbox(name): Promise<MailboxState | undefined> {
      const found = byName(account(), name);
      return found && stateOf(found);
    },

    async mailboxById(id): Promise<MailboxState | undefined> {
      const found = mailboxOf(id);
      return found && stateOf(found);
    },

    subscriptions: async (): Promise<readonly string[]> => [...account().subscriptions].toSorted(),

    keywords: async (id): Promise<readonly string[]> => [...(mailboxOf(id)?.keywords ?? [])],

    keywordSet: async (number): Promise<readonly string[]> => account().keywordSets[number - 1] ?? [],

    async uids(id, asOf): Promise<NumberSet | undefined> {
      const mailbox = mailboxOf(id);
      if (mailbox === undefined) return undefined;
      const now = existing(mailbox);
      if (asOf === undefined) return now;
      if (asOf.modSeq < mailbox.vanishedFloor) return undefined;
      const then = union(now, vanishedSince(mailbox, asOf.modSeq));
      return difference(then, range(asOf.uidNext, mailbox.uidNext));
    },

    async changes(id, since): Promise<Changes | undefined> {
      const mailbox = mailboxOf(id);
      if (mailbox === undefined) return undefined;
      const changed: Uid[] = [];
      const from = isInGap(mailbox, since) ? 0 : since;
      for (const row of mailbox.mails.values()) if (row.modSeq > from) changed.push(row.uid);
      const complete = from >= mailbox.vanishedFloor;
      return {
        state: stateOf(mailbox),
        changed: fromNumbers(changed),
        vanished: complete
          ? vanishedSince(mailbox, since)
          : difference(range(1, mailbox.uidNext - 1), existing(mailbox)),
        complete,
      };
    },

    async *rows<C extends Columns>(id: MailboxId, uids: NumberSet, columns: C): AsyncGenerator<readonly RowOf<C>[]> {
      let from = 0;
      for (;;) {
        const mailbox = mailboxOf(id);
        if (mailbox === undefined) return;
        const slice: FactsRow[] = [];
        for (const row of selected(mailbox, uids)) {
          if (row.uid <= from) continue;
          slice.push(row);
          if (slice.length === SLICE_ROWS) break;
        }
        const last = slice.at(-1);
        if (last === undefined) return;
        from = last.uid;
        const all = account();
        yield slice.map((row) => project(all, row, columns));
      }
    },

    async *octets(id: ContentId, from: number, to: number): AsyncGenerator<Uint8Array> {
      for (let at = Math.max(0, from); ; at += PIECE_BYTES) {
        const { octets } = contentOf(account(), id);
        const end = Math.min(to, octets.length);
        if (at >= end) return;
        yield octets.slice(at, Math.min(at + PIECE_BYTES, end));
      }
    },

    async pour(id, from, to, take): Promise<number> {
      const { octets } = contentOf(account(), id);
      const start = Math.max(0, from);
      const end = Math.min(to, octets.length, start + PIECE_BYTES);
      if (start < end) take(octets.subarray(start, end));
      return start < end ? end : to;
    },

    async header(id): Promise<Uint8Array> {
      const { octets, derived } = contentOf(account(), id);
      return octets.slice(0, derived.headerSize);
    },

    tree: async (id): Promise<string> => contentOf(account(), id).derived.tree,

    async search(id, within, scope, needle): Promise<NumberSet> {
      const found = new SetBuilder();
      const mailbox = mailboxOf(id);
      if (mailbox === undefined) return found.done();
      for (const row of selected(mailbox, within)) {
        const content = contentOf(account(), row.content);
        const hit =
          content.derived.text.includes(needle) || (scope === "text" && foldedHeader(content).includes(needle));
        if (hit) found.add(row.uid, row.uid);
      }
      return found.done();
    },

    usage: async (): Promise<Usage> => usageOf(account()),

    quotaMarks: async (): Promise<QuotaMarks> => account().quotaMarks,
  };
}

function isInGap({ gap }: MemoryMailbox, modSeq: ModSeq): boolean {
  return gap !== undefined && gap.low < modSeq && modSeq < gap.high;
}

export function existing(mailbox: MemoryMailbox): NumberSet {
  return fromNumbers(mailbox.mails.keys());
}

/** Yields the mails of `uids` that exist, ascending; linear in the smaller of the two. */
export function* selected(mailbox: MemoryMailbox, uids: NumberSet): Generator<FactsRow> {
  if (uids.size > mailbox.mails.size) {
    for (const row of mailbox.mails.values()) if (has(uids, row.uid)) yield row;
    return;
  }
  for (const n of numbers(uids)) {
    const row = mailbox.mails.get(n);
    if (row !== undefined) yield row;
  }
}

function vanishedSince(mailbox: MemoryMailbox, since: ModSeq): NumberSet {
  return fromRanges(
    mailbox.vanished.filter((entry) => entry.modSeq > since).flatMap((entry) => [...ranges(entry.uids)]),
  );
}

function contentOf(account: MemoryAccount, id: ContentId): MemoryContent {
  const content = account.contents.get(id);
  if (content === undefined) throw new StoreError("gone", "the content was erased");
  return content;
}

/** The whole header, raw and as decoded fields, folded as the text is. */
function foldedHeader({ octets, derived }: MemoryContent): string {
  const raw = new TextDecoder().decode(octets.subarray(0, derived.headerSize));
  return [fold(raw), derived.from, derived.to, derived.cc, derived.bcc, derived.subject].join("\n");
}

function project<C extends Columns>(account: MemoryAccount, row: FactsRow, columns: C): RowOf<C>;
function project(account: MemoryAccount, row: FactsRow, columns: Columns): RowOf<Columns> {
  if (columns === "flags") return { uid: row.uid, flags: row.flags, modSeq: row.modSeq };
  if (columns === "facts") return row;
  const { envelope, structure, from, to, cc, bcc, subject, sentDate } = contentOf(account, row.content).derived;
  return columns === "listing" ? { ...row, envelope, structure } : { ...row, from, to, cc, bcc, subject, sentDate };
}
