/**
 * A part: the snapshot of one account, sealed under a random key of its own. Frames of version 1:
 *
 *     {kind: "account", version, account, mark, quotaBytes, mailboxes, subscriptions}
 *     {kind: "mails", keywords, rows}      rows: [mailbox, uid, content, modSeq, system, keywords, internal, zone, saved]
 *     {kind: "contents", packs, rows}      rows: [id, size, key, [pack, at, length], ...], pieces in order from 0
 *     {kind: "end", mails, contents}
 *
 * In rows mailbox, uid, content, modSeq, the two dates and the content's id are differences to the row before of the same
 * frame, which zstd likes; keywords and packs are places in the frame's lists; keys are base64.
 */
import { randomBytes } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { HostError } from "../../host/host-error.ts";
import type { AccountSnapshot, ArchivedContent, ArchivedMail, SentPiece } from "../../store/account-archive.ts";
import { type AccountId, contentId, mailboxId, modSeq, uid } from "../../store/ids.ts";
import { frameWriter, type PutObject, readFrames } from "./frames.ts";
import { newObjectId, partName } from "./object-names.ts";
import type { ObjectPlace } from "./place.ts";
import type { Sealing } from "./sealing.ts";

/** What a set says of an account: its part, and the key that opens it. */
export type PartKey = { readonly part: string; readonly key: Uint8Array };

type Numbers = readonly number[];
type ContentRow = readonly [id: number, size: number, key: string, ...pieces: (readonly [number, number, number])[]];
type Frame =
  | ({
      readonly kind: "account";
      readonly version: number;
      readonly account: string;
    } & Pick<AccountSnapshot, "mark" | "quotaBytes" | "mailboxes" | "subscriptions">)
  | { readonly kind: "mails"; readonly keywords: readonly (readonly string[])[]; readonly rows: readonly Numbers[] }
  | { readonly kind: "contents"; readonly packs: readonly string[]; readonly rows: readonly ContentRow[] }
  | { readonly kind: "end"; readonly mails: number; readonly contents: number };

const VERSION = 1;
/** Rows of a frame: below 5 ms of work. */
const SLICE = 2000;

const contextOf = (account: AccountId, part: string): string => `part ${account} ${part}`;

/** Seals the snapshot, whose contents say where their pieces were sent, and puts it at the target. */
export async function writePart(
  place: ObjectPlace,
  sealing: Sealing,
  account: AccountId,
  snapshot: AccountSnapshot,
): Promise<PartKey & { readonly objects: readonly PutObject[] }> {
  const part = newObjectId();
  const key = new Uint8Array(randomBytes(32));
  const by = { sealing, key, context: contextOf(account, part) };
  const { mark, quotaBytes, mailboxes, subscriptions, mails, contents } = snapshot;
  const writer = frameWriter(place, (n) => partName(part, n), by);
  const write = async (frame: Frame): Promise<void> => {
    await turn();
    await writer.write(frame);
  };
  await write({ kind: "account", version: VERSION, account, mark, quotaBytes, mailboxes, subscriptions });
  for (let at = 0; at < mails.length; at += SLICE) await write(mailsFrame(mails.slice(at, at + SLICE)));
  for (let at = 0; at < contents.length; at += SLICE) await write(contentsFrame(contents.slice(at, at + SLICE)));
  const end: Frame = { kind: "end", mails: mails.length, contents: contents.length };
  return { part, key, objects: await writer.end(end) };
}

/**
 * Reads a part back.
 * @throws HostError when it is missing, damaged, or of another account or a newer version.
 */
export async function readPart(
  place: ObjectPlace,
  sealing: Sealing,
  account: AccountId,
  { part, key }: PartKey,
): Promise<AccountSnapshot> {
  let head: Extract<Frame, { readonly kind: "account" }> | undefined;
  const mails: ArchivedMail[] = [];
  const contents: ArchivedContent[] = [];
  const what = `the part of an account (${part})`;
  const by = { sealing, key, context: contextOf(account, part) };
  for await (const value of readFrames(place, (n) => partName(part, n), by, what)) {
    const frame = value as Frame;
    await turn();
    if (frame.kind === "account") head = frame;
    else if (frame.kind === "mails") addMails(frame, mails);
    else if (frame.kind === "contents") addContents(frame, contents);
    else if (frame.mails !== mails.length || frame.contents !== contents.length)
      throw new HostError(`${what} holds fewer rows than it says`);
  }
  if (head === undefined || head.version > VERSION)
    throw new HostError(`${what} was written by a newer version of altmail: restore with that version`);
  const { mark, quotaBytes, mailboxes, subscriptions } = head;
  return { mark, quotaBytes, mailboxes, subscriptions, mails, contents };
}

/** Columns of a row of mails that are differences. */
const MAIL_DIFFERENCES: Numbers = [0, 1, 2, 3, 6, 8];

function mailsFrame(mails: readonly ArchivedMail[]): Frame {
  const keywords = new Map<string, number>();
  const lists: (readonly string[])[] = [];
  let before: Numbers = [];
  const rows = mails.map((mail) => {
    const name = JSON.stringify(mail.keywords);
    const list = keywords.get(name) ?? lists.push(mail.keywords) - 1;
    keywords.set(name, list);
    const { mailbox, uid, content, modSeq, system, internalDate, zoneMinutes, savedDate } = mail;
    const row = [mailbox, uid, content, modSeq, system, list, internalDate, zoneMinutes, savedDate];
    const differences = row.map((n, column) => (MAIL_DIFFERENCES.includes(column) ? n - (before[column] ?? 0) : n));
    before = row;
    return differences;
  });
  return { kind: "mails", keywords: lists, rows };
}

function addMails(frame: Extract<Frame, { readonly kind: "mails" }>, mails: ArchivedMail[]): void {
  let before: Numbers = [];
  for (const differences of frame.rows) {
    const row = differences.map((n, column) => (MAIL_DIFFERENCES.includes(column) ? n + (before[column] ?? 0) : n));
    before = row;
    const [
      mailbox = 0,
      number = 0,
      content = 0,
      changed = 0,
      system = 0,
      list = 0,
      internalDate = 0,
      zoneMinutes = 0,
      savedDate = 0,
    ] = row;
    mails.push({
      mailbox: mailboxId(mailbox),
      uid: uid(number),
      content: contentId(content),
      modSeq: modSeq(changed),
      system,
      keywords: frame.keywords[list] ?? [],
      internalDate,
      zoneMinutes,
      savedDate,
    });
  }
}

function contentsFrame(contents: readonly ArchivedContent[]): Frame {
  const places = new Map<string, number>();
  const packs: string[] = [];
  let before = 0;
  const rows = contents.map(({ id, size, key, sent }): ContentRow => {
    const pieces = sent.map(({ pack, at, length }) => {
      const place = places.get(pack) ?? packs.push(pack) - 1;
      places.set(pack, place);
      return [place, at, length] as const;
    });
    const difference = id - before;
    before = id;
    return [difference, size, key.toBase64(), ...pieces];
  });
  return { kind: "contents", packs, rows };
}

function addContents(frame: Extract<Frame, { readonly kind: "contents" }>, contents: ArchivedContent[]): void {
  let before = 0;
  for (const [difference, size, key, ...pieces] of frame.rows) {
    before += difference;
    const id = contentId(before);
    const sent = pieces.map(
      ([place, at, length], n): SentPiece => ({ content: id, n, pack: frame.packs[place] ?? "", at, length }),
    );
    contents.push({ id, size, key: Uint8Array.fromBase64(key), sent });
  }
}
