/**
 * Reads the rows of an account as they were in one moment: one read transaction on a connection of its own, so that it
 * may stay open while the loop turns between slices. Short, for while it lasts the write-ahead log cannot be emptied.
 */
import type { AccountSnapshot, ArchivedContent, ArchivedMail, ArchivedMailbox } from "../../../account-archive.ts";
import { keywordSetOf, type Flags, systemOf } from "../../../flags.ts";
import { type ContentId, contentId, type MailboxId, type ModSeq, type Uid } from "../../../ids.ts";
import { pieceCount } from "../content.ts";
import type { Handle } from "../handle.ts";
import { allStates } from "../transaction.ts";
import { turn } from "../waiting.ts";
import { markOf } from "./mark.ts";
import { SentPieces } from "./sent.ts";

/** Rows read between two turns of the loop: 2 to 4 ms. */
const SLICE_ROWS = 1000;
const NOTHING_SENT: ArchivedContent["sent"] = [];

/** `handle` is used by nobody else meanwhile. */
export async function snapshotOf(handle: Handle): Promise<AccountSnapshot> {
  handle.run("BEGIN");
  try {
    const mark = markOf(handle);
    const mailboxes = allStates(handle)
      .map(mailboxOf)
      .toSorted((a, b) => a.id - b.id);
    const subscriptions = handle.column<string>("SELECT name FROM subscription ORDER BY name");
    const quotaBytes = handle.value("SELECT quota FROM account") as number;
    const mails: ArchivedMail[] = [];
    while (readMails(handle, mails)) await turn();
    const contents: ArchivedContent[] = [];
    const sent = new SentPieces(handle);
    while (readContents(handle, sent, contents)) await turn();
    return { mark, quotaBytes, mailboxes, subscriptions, mails, contents };
  } finally {
    handle.run("COMMIT");
  }
}

type State = ReturnType<typeof allStates>[number];

function mailboxOf({ id, name, specialUse, uidValidity, uidNext, highestModSeq }: State): ArchivedMailbox {
  return { id, name, specialUse, uidValidity, uidNext, highestModSeq };
}

type MailRow = readonly [
  mailbox: MailboxId,
  uid: Uid,
  content: ContentId,
  flags: Flags,
  modSeq: ModSeq,
  internalDate: number,
  zoneMinutes: number,
  savedDate: number,
];
const SELECT_MAILS = `SELECT mailbox, uid, content, flags, modseq, date, zone, saved FROM mail
  WHERE (mailbox, uid) > (?, ?) ORDER BY mailbox, uid LIMIT 0 + ?`;

/** Adds the next slice; returns false when it was the last. */
function readMails(handle: Handle, mails: ArchivedMail[]): boolean {
  const last = mails.at(-1);
  const rows = handle.arrays<MailRow>(SELECT_MAILS, last?.mailbox ?? 0, last?.uid ?? 0, SLICE_ROWS);
  for (const [mailbox, uid, content, flags, modSeq, internalDate, zoneMinutes, savedDate] of rows) {
    const keywords = handle.keywords.names(handle, keywordSetOf(flags));
    const system = systemOf(flags);
    mails.push({ mailbox, uid, content, modSeq, system, keywords, internalDate, zoneMinutes, savedDate });
  }
  return rows.length === SLICE_ROWS;
}

type ContentRow = readonly [id: ContentId, size: number, headerSize: number, key: string];
/** Those that are neither staged nor doomed are those that mails name (audit.ts). A short text is read faster than a blob. */
const SELECT_CONTENTS = `SELECT id, size, header_size, hex(key) FROM content
  WHERE id > ? AND staged IS NULL AND id NOT IN (SELECT content FROM doomed) ORDER BY id LIMIT 0 + ?`;

function readContents(handle: Handle, sent: SentPieces, contents: ArchivedContent[]): boolean {
  const rows = handle.arrays<ContentRow>(SELECT_CONTENTS, contents.at(-1)?.id ?? 0, SLICE_ROWS);
  const [first, last] = [rows[0], rows.at(-1)];
  const pieces = sent.between(first?.[0] ?? contentId(0), last?.[0] ?? contentId(0));
  for (const [id, size, headerSize, key] of rows) {
    const known = pieces.get(id);
    const isWhole = known !== undefined && known.length === pieceCount(size, headerSize);
    contents.push({ id, size, key: Buffer.from(key, "hex"), sent: isWhole ? known : NOTHING_SENT });
  }
  return rows.length === SLICE_ROWS;
}
