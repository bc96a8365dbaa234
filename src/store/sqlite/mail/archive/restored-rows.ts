/** The rows of a restored account, in slices that let the loop turn, into a file that nobody else sees yet. */
import { type AccountArchive, type AccountSnapshot, type ArchivedMail, RESTORE_GAP } from "../../../account-archive.ts";
import { type Flags, flags, keywordSetOf } from "../../../flags.ts";
import type { ContentId, MailboxId } from "../../../ids.ts";
import { StoreError } from "../../../store-error.ts";
import { cutPieces, insertContent, insertDerived, insertPiece, packPiece, packText, PIECE_BYTES } from "../content.ts";
import type { Handle } from "../handle.ts";
import { counted } from "../mails.ts";
import { turn } from "../waiting.ts";

const SLICE_ROWS = 500;
/** Rows that are only looked at between two turns. */
const LOOKED_AT = 10_000;
/** Small contents between two turns. */
const SLICE_CONTENTS = 16;
/** UIDVALIDITY counts seconds; a mailbox made in a burst just before the loss may have had one some hours ahead. */
const UID_VALIDITY_GAP = 2 ** 16;

/** Within a transaction of a file that holds the row of the account and nothing else. */
export async function fillRestored(
  handle: Handle,
  now: number,
  snapshot: AccountSnapshot,
  content: Parameters<AccountArchive["restore"]>[2],
): Promise<void> {
  const sizes = await sizesOf(snapshot);
  await insertMailboxes(handle, snapshot);
  await insertContents(handle, snapshot, sizes, content);
  await insertMails(handle, snapshot, sizes);
  const validity = snapshot.mailboxes.reduce((most, box) => Math.max(most, box.uidValidity), Math.floor(now / 1000));
  const lastContent = snapshot.contents.reduce((most, { id }) => Math.max(most, id), 0);
  handle.run(
    "UPDATE account SET uid_validity = ?, content_floor = ?",
    validity + UID_VALIDITY_GAP,
    lastContent + RESTORE_GAP,
  );
  handle.run("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'mailbox'", RESTORE_GAP);
}

/** The size of each content that a mail names. */
async function sizesOf({ mails, contents, mailboxes }: AccountSnapshot): Promise<ReadonlyMap<ContentId, number>> {
  const known = new Map(contents.map(({ id, size }) => [id, size]));
  const boxes = new Set(mailboxes.map(({ id }) => id));
  const sizes = new Map<ContentId, number>();
  for (const [at, { mailbox, content }] of mails.entries()) {
    if (at % LOOKED_AT === LOOKED_AT - 1) await turn();
    const size = known.get(content);
    if (size === undefined || !boxes.has(mailbox)) {
      throw new StoreError("io", "The backup of the account is not whole: a mail lacks its content or its mailbox.");
    }
    sizes.set(content, size);
  }
  return sizes;
}

async function insertMailboxes(handle: Handle, { mailboxes, subscriptions }: AccountSnapshot): Promise<void> {
  const insert = `INSERT INTO mailbox(id, name, special_use, uid_validity, uid_next, modseq, changed_floor, vanished_floor)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
  for (const [at, { id, name, specialUse, uidValidity, uidNext, highestModSeq }] of mailboxes.entries()) {
    const high = highestModSeq + RESTORE_GAP;
    handle.run(insert, id, name, specialUse ?? null, uidValidity, uidNext + RESTORE_GAP, high, high, high);
    handle.run("INSERT INTO gap(mailbox, low, high) VALUES (?, ?, ?)", id, highestModSeq, high);
    if (at % SLICE_ROWS === SLICE_ROWS - 1) await turn();
  }
  for (const name of subscriptions) handle.run("INSERT INTO subscription(name) VALUES (?)", name);
}

async function insertContents(
  handle: Handle,
  { contents }: AccountSnapshot,
  sizes: ReadonlyMap<ContentId, number>,
  content: Parameters<AccountArchive["restore"]>[2],
): Promise<void> {
  let sinceTurn = 0;
  for (const { id, size } of contents) {
    if (!sizes.has(id)) continue;
    const { content: source, derived } = await content(id);
    if (source.size !== size || derived.size !== size) throw damaged();
    insertContent(handle, id, derived, null);
    let n = 0;
    try {
      for await (const piece of cutPieces(source, derived.headerSize)) {
        insertPiece(handle, id, n, packPiece(piece));
        n += 1;
        sinceTurn += piece.length + PIECE_BYTES / SLICE_CONTENTS;
        if (sinceTurn < PIECE_BYTES) continue;
        sinceTurn = 0;
        await turn();
      }
    } catch (error) {
      throw error instanceof RangeError ? damaged(error) : error;
    }
    insertDerived(handle, id, derived, packText(derived.text));
  }
}

function damaged(cause?: RangeError): StoreError {
  return new StoreError("io", "A content came back from the backup in another size than it had.", { cause });
}

const INSERT_MAIL =
  "INSERT INTO mail(mailbox, uid, content, flags, modseq, size, date, zone, saved) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

async function insertMails(
  handle: Handle,
  { mails }: AccountSnapshot,
  sizes: ReadonlyMap<ContentId, number>,
): Promise<void> {
  const counters = new Map<MailboxId, ReturnType<typeof counted>>();
  const flagsOf = flagNumbers(handle);
  for (const [at, mail] of mails.entries()) {
    const { mailbox, uid, content, modSeq, internalDate, zoneMinutes, savedDate } = mail;
    const size = sizes.get(content) ?? 0;
    const value = flagsOf(mail);
    handle.run(INSERT_MAIL, mailbox, uid, content, value, modSeq, size, internalDate, zoneMinutes, savedDate);
    const one = counted([{ flags: value, size }]);
    const sum = counters.get(mailbox);
    if (sum === undefined) counters.set(mailbox, one);
    else {
      sum.messages += one.messages;
      sum.unseen += one.unseen;
      sum.deleted += one.deleted;
      sum.octets += one.octets;
    }
    if (at % SLICE_ROWS === SLICE_ROWS - 1) await turn();
  }
  for (const [mailbox, { messages, unseen, deleted, octets }] of counters) {
    const update = "UPDATE mailbox SET messages = ?, unseen = ?, deleted = ?, octets = ? WHERE id = ?";
    handle.run(update, messages, unseen, deleted, octets, mailbox);
  }
}

/** Numbers each combination of keywords once a mailbox. */
function flagNumbers(handle: Handle): (mail: ArchivedMail) => Flags {
  const known = new Map<string, number>();
  return ({ mailbox, system, keywords }) => {
    if (keywords.length === 0) return flags(system, 0);
    const key = `${mailbox} ${keywords.join(" ")}`;
    let number = known.get(key);
    if (number === undefined) {
      number = keywordSetOf(handle.keywords.number(handle, mailbox, { system: 0, keywords }));
      known.set(key, number);
    }
    return flags(system, number);
  };
}
