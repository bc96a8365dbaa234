/**
 * One account of the memory store: mailboxes, mails, contents and logs as plain values, with the steps that change them.
 *
 * Every step is synchronous, so a command of the writer that calls several of them is atomic without any lock.
 * Mailbox state follows RFC 9051 section 2.3 (UIDs, flags) and RFC 7162 section 3.1 (mod-sequences).
 */
import { randomBytes } from "node:crypto";
import { fromNumbers, type NumberSet } from "../../syntax/bytes/number-set.ts";
import type { Derived } from "../../syntax/message/derived.ts";
import type { RememberedPart, SentPiece } from "../account-archive.ts";
import { DELETED, type FlagNames, flags, type Flags, keywordSetOf, SEEN, SYSTEM_MASK, systemOf } from "../flags.ts";
import { contentId, type ContentId, mailboxId, type MailboxId, modSeq, type ModSeq, uid, type Uid } from "../ids.ts";
import type { FactsRow, MailboxState, SpecialUse, Usage } from "../mail-store.ts";
import { NO_MARKS, type QuotaMarks, quotaMarks } from "../quota-marks.ts";

/** What one commit took out of a mailbox. */
export type Vanished = { readonly modSeq: ModSeq; readonly uids: NumberSet };

export type MemoryMailbox = {
  readonly id: MailboxId;
  name: string;
  readonly uidValidity: number;
  readonly specialUse: SpecialUse | undefined;
  uidNext: number;
  highestModSeq: number;
  messages: number;
  unseen: number;
  deleted: number;
  octets: number;
  /** By UID; a map keeps the order of insertion, which is ascending. */
  readonly mails: Map<number, FactsRow>;
  /** Ascending by mod-sequence; what is older than `vanishedFloor` was dropped. */
  readonly vanished: Vanished[];
  vanishedFloor: number;
  /** Mod-sequences between these were given before a restore and mean nothing now. */
  readonly gap?: { readonly low: number; readonly high: number };
  readonly keywords: Set<string>;
};

export type MemoryContent = {
  readonly octets: Uint8Array;
  readonly derived: Derived;
  mails: number;
  /** As `ArchivedContent` has them. */
  readonly key: Uint8Array;
  sent: readonly SentPiece[];
};

/** What vanished in one commit and the ledger was not told of. `uids` undefined: the mailbox itself. */
export type Unreported = {
  readonly mailbox: MailboxId;
  readonly uidValidity: number;
  readonly modSeq: ModSeq;
  readonly uids: NumberSet | undefined;
  readonly contents: NumberSet;
};

export type MemoryAccount = {
  quotaBytes: number;
  quotaMarks: QuotaMarks;
  lastMailbox: number;
  lastContent: number;
  lastUidValidity: number;
  readonly mailboxes: Map<MailboxId, MemoryMailbox>;
  readonly contents: Map<ContentId, MemoryContent>;
  readonly subscriptions: Set<string>;
  /** Keyword sets by number, from 1; each sorted by lower case. */
  readonly keywordSets: (readonly string[])[];
  readonly keywordSetNumbers: Map<string, number>;
  /** First spelling of each keyword, by lower case. */
  readonly spellings: Map<string, string>;
  /** When each delivery id was stored. */
  readonly deliveries: Map<string, number>;
  /** Living fingerprints as hexadecimal digits, with the delivery each belongs to. */
  readonly fingerprints: Map<string, { readonly delivery: string; readonly storedAt: number }>;
  /** The part that a backup made last. */
  part: RememberedPart | undefined;
  unreported: readonly Unreported[];
};

export const SPECIAL_MAILBOXES: readonly (readonly [name: string, use: SpecialUse])[] = [
  ["Archive", "\\Archive"],
  ["Drafts", "\\Drafts"],
  ["Junk", "\\Junk"],
  ["Sent", "\\Sent"],
  ["Trash", "\\Trash"],
];

/** An account without any mailbox. */
export function emptyAccount(quotaBytes: number): MemoryAccount {
  return {
    quotaBytes,
    quotaMarks: NO_MARKS,
    lastMailbox: 0,
    lastContent: 0,
    lastUidValidity: 0,
    mailboxes: new Map(),
    contents: new Map(),
    subscriptions: new Set(),
    keywordSets: [],
    keywordSetNumbers: new Map(),
    spellings: new Map(),
    deliveries: new Map(),
    fingerprints: new Map(),
    part: undefined,
    unreported: [],
  };
}

/** Makes an account with INBOX and the special-use mailboxes, all subscribed. */
export function newAccount(quotaBytes: number, now: number): MemoryAccount {
  const account = emptyAccount(quotaBytes);
  addMailbox(account, "INBOX", undefined, now);
  account.subscriptions.add("INBOX");
  for (const [name, use] of SPECIAL_MAILBOXES) {
    addMailbox(account, name, use, now);
    account.subscriptions.add(name);
  }
  return account;
}

/** Adds an empty mailbox; its UIDVALIDITY is above all that the account ever gave. */
export function addMailbox(
  account: MemoryAccount,
  name: string,
  specialUse: SpecialUse | undefined,
  now: number,
): MemoryMailbox {
  account.lastMailbox += 1;
  account.lastUidValidity = Math.max(account.lastUidValidity + 1, Math.floor(now / 1000));
  const mailbox: MemoryMailbox = {
    id: mailboxId(account.lastMailbox),
    name,
    uidValidity: account.lastUidValidity,
    specialUse,
    uidNext: 1,
    highestModSeq: 1,
    messages: 0,
    unseen: 0,
    deleted: 0,
    octets: 0,
    mails: new Map(),
    vanished: [],
    vanishedFloor: 0,
    keywords: new Set(),
  };
  account.mailboxes.set(mailbox.id, mailbox);
  return mailbox;
}

export function byName(account: MemoryAccount, name: string): MemoryMailbox | undefined {
  for (const mailbox of account.mailboxes.values()) if (mailbox.name === name) return mailbox;
  return undefined;
}

/** Makes the mailboxes above `name` that are missing. */
export function addParents(account: MemoryAccount, name: string, now: number): void {
  for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
    const parent = name.slice(0, at);
    if (byName(account, parent) === undefined) addMailbox(account, parent, undefined, now);
  }
}

export function stateOf(mailbox: MemoryMailbox): MailboxState {
  return {
    id: mailbox.id,
    name: mailbox.name,
    uidValidity: mailbox.uidValidity,
    uidNext: uid(mailbox.uidNext),
    highestModSeq: modSeq(mailbox.highestModSeq),
    messages: mailbox.messages,
    unseen: mailbox.unseen,
    deleted: mailbox.deleted,
    octets: mailbox.octets,
    specialUse: mailbox.specialUse,
  };
}

export function usageOf(account: MemoryAccount): Usage {
  let octets = 0;
  let messages = 0;
  for (const mailbox of account.mailboxes.values()) {
    octets += mailbox.octets;
    messages += mailbox.messages;
  }
  return { octets, messages, quotaBytes: account.quotaBytes };
}

/** Brings the quota's marks up to what the account holds now; returns true when a line was crossed upwards. */
export function keepQuotaMarks(account: MemoryAccount, now: number): boolean {
  const { octets, quotaBytes } = usageOf(account);
  const before = account.quotaMarks;
  account.quotaMarks = quotaMarks(before, octets, quotaBytes, now);
  return account.quotaMarks.line > before.line;
}

/** Numbers the flags; an unknown combination of keywords gets the next number. Notes the keywords as met in `mailbox`. */
export function flagsOf(account: MemoryAccount, mailbox: MemoryMailbox, names: FlagNames): Flags {
  const keys = [...new Set(names.keywords.map(keyOf))].toSorted();
  for (const keyword of names.keywords) {
    if (!account.spellings.has(keyOf(keyword))) account.spellings.set(keyOf(keyword), keyword);
  }
  const spelled = keys.map((key) => account.spellings.get(key) ?? key);
  for (const keyword of spelled) mailbox.keywords.add(keyword);
  const system = names.system & SYSTEM_MASK;
  if (keys.length === 0) return flags(system, 0);
  const key = keys.join(" ");
  let number = account.keywordSetNumbers.get(key);
  if (number === undefined) {
    number = account.keywordSets.push(spelled);
    account.keywordSetNumbers.set(key, number);
  }
  return flags(system, number);
}

/** RFC 9051 section 2.3.2: keywords compare without regard to ASCII case. */
export const keyOf = (keyword: string): string => keyword.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

export function namesOf(account: MemoryAccount, value: Flags): FlagNames {
  const number = keywordSetOf(value);
  return { system: systemOf(value), keywords: number === 0 ? [] : (account.keywordSets[number - 1] ?? []) };
}

function count(mailbox: MemoryMailbox, row: FactsRow, sign: 1 | -1): void {
  mailbox.messages += sign;
  mailbox.octets += sign * row.size;
  if ((systemOf(row.flags) & SEEN) === 0) mailbox.unseen += sign;
  if ((systemOf(row.flags) & DELETED) !== 0) mailbox.deleted += sign;
}

/** Puts a mail under the next UID; the caller has raised the mailbox's mod-sequence. */
export function addMail(account: MemoryAccount, mailbox: MemoryMailbox, mail: Omit<FactsRow, "uid" | "modSeq">): Uid {
  const row: FactsRow = { ...mail, uid: uid(mailbox.uidNext), modSeq: modSeq(mailbox.highestModSeq) };
  mailbox.uidNext += 1;
  placeMail(account, mailbox, row);
  return row.uid;
}

/** Puts a mail in its place, which is above those that are taken. */
export function placeMail(account: MemoryAccount, mailbox: MemoryMailbox, row: FactsRow): void {
  mailbox.mails.set(row.uid, row);
  count(mailbox, row, 1);
  const content = account.contents.get(row.content);
  if (content === undefined) throw new Error("a mail names a content that does not exist");
  content.mails += 1;
}

/**
 * Takes mails out and logs them as vanished under the mailbox's current mod-sequence; keeps `logLength` commits. Answers
 * with the contents that nothing names any more.
 */
export function removeMails(
  account: MemoryAccount,
  mailbox: MemoryMailbox,
  rows: readonly FactsRow[],
  logLength: number,
): NumberSet {
  const contents: ContentId[] = [];
  for (const row of rows) {
    mailbox.mails.delete(row.uid);
    count(mailbox, row, -1);
    const content = account.contents.get(row.content);
    if (content === undefined) continue;
    content.mails -= 1;
    if (content.mails > 0) continue;
    account.contents.delete(row.content);
    account.part = undefined;
    contents.push(row.content);
  }
  const uids = fromNumbers(rows.map((row) => row.uid));
  if (uids.size > 0) mailbox.vanished.push({ modSeq: modSeq(mailbox.highestModSeq), uids });
  while (mailbox.vanished.length > logLength) {
    const dropped = mailbox.vanished.shift();
    if (dropped !== undefined) mailbox.vanishedFloor = dropped.modSeq;
  }
  return fromNumbers(contents);
}

/** Gives a mail other flags under the mailbox's current mod-sequence. */
export function replaceFlags(mailbox: MemoryMailbox, row: FactsRow, value: Flags): FactsRow {
  const changed: FactsRow = { ...row, flags: value, modSeq: modSeq(mailbox.highestModSeq) };
  count(mailbox, row, -1);
  mailbox.mails.set(row.uid, changed);
  count(mailbox, changed, 1);
  return changed;
}

export function addContent(account: MemoryAccount, octets: Uint8Array, derived: Derived): ContentId {
  account.lastContent += 1;
  const id = contentId(account.lastContent);
  account.contents.set(id, { octets, derived, mails: 0, key: new Uint8Array(randomBytes(32)), sent: [] });
  return id;
}
