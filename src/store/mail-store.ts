/**
 * The mail of accounts: mailboxes, messages, flags, and what changed when. The one door to it for every server.
 *
 * An account is read through a `MailReader` and changed through a `MailWriter`, two types, so that what only reads
 * cannot write. Every method of the writer is one atomic commit; its promise fulfils when that commit is durable
 * (fsynced) and its change has been told to all watchers, in this and in every other worker. The exception is `store`
 * (flags): its promise fulfils after the commit, the sync follows within 50 ms.
 *
 * What a peer or client may cause is a value of the result; what breaks (disk full, I/O error, lock held too long,
 * key missing) is a thrown `StoreError`. RFC 9051, RFC 7162 (CONDSTORE, QRESYNC), RFC 8474 in spirit.
 */

import type { NumberSet } from "../syntax/bytes/number-set.ts";
import type { Derived } from "../syntax/message/derived.ts";
import type { Flags, FlagNames } from "./flags.ts";
import type { AccountId, ContentId, DeliveryId, MailboxId, ModSeq, Uid } from "./ids.ts";
import type { QuotaMarks } from "./quota-marks.ts";

export interface MailStore extends AsyncDisposable {
  /** Makes an account with INBOX and the special-use mailboxes. Idempotent: an existing account stays as it is. */
  create(account: AccountId, options: { readonly quotaBytes: number }): Promise<void>;
  /** Ends every handle, destroys the key and unlinks the file. Idempotent. */
  destroy(account: AccountId): Promise<void>;
  /** A reader; cheap, holds nothing open. Each call on it sees the newest committed state. */
  read(account: AccountId): MailReader;
  /** A writer; cheap, holds nothing open. */
  write(account: AccountId): MailWriter;
  /** Calls `listener` after each durable commit to the account, in any worker, soon (milliseconds) and in order per mailbox. */
  watch(account: AccountId, listener: (change: MailboxChange) => void): Disposable;
  /**
   * Calls `listener` soon after a commit of this process in which the account crossed a line of its quota upwards, and when
   * an account is opened whose holder was not told yet (`quotaMarks().crossedAt`).
   */
  onQuotaCrossed(listener: (account: AccountId) => void): Disposable;
  /** Audits every invariant of the account's store; empty when all hold. Never changes anything. */
  check(account: AccountId): Promise<readonly Finding[]>;
  /** Finishes background work: erasing what is doomed, forgetting fingerprints, truncating write-ahead logs. */
  settle(): Promise<void>;
}

/** Something that `check` found wrong: which rule, and where, without content. */
export type Finding = { readonly rule: string; readonly detail: string };

/** What a watcher is told. `modSeq` absent: compare everything (a worker died; its notices may be lost). */
export type MailboxChange = { readonly mailbox: MailboxId | undefined; readonly modSeq: ModSeq | undefined };

export type SpecialUse = "\\Archive" | "\\Drafts" | "\\Junk" | "\\Sent" | "\\Trash";

/** A mailbox with its counters, which every commit keeps true: nothing is counted at SELECT or STATUS. */
export type MailboxState = {
  readonly id: MailboxId;
  /** Levels parted by `/`; `INBOX` in capitals. Unicode, NFC. */
  readonly name: string;
  readonly uidValidity: number;
  readonly uidNext: Uid;
  readonly highestModSeq: ModSeq;
  readonly messages: number;
  readonly unseen: number;
  readonly deleted: number;
  readonly octets: number;
  readonly specialUse: SpecialUse | undefined;
};

/** The columns a row carries; each includes those before. `listing` adds the ready strings, `search` the folded ones. */
export type Columns = "flags" | "facts" | "listing" | "search";

export type FlagsRow = { readonly uid: Uid; readonly flags: Flags; readonly modSeq: ModSeq };
export type FactsRow = FlagsRow & {
  readonly content: ContentId;
  readonly size: number;
  /** INTERNALDATE, epoch milliseconds (whole seconds). */
  readonly internalDate: number;
  /** Minutes east of UTC that the client or the clock gave with INTERNALDATE. */
  readonly zoneMinutes: number;
  /** When the mail came into this mailbox (RFC 8514 SAVEDATE), epoch milliseconds. */
  readonly savedDate: number;
};
/** `envelope` and `structure` as `Derived` defines them. */
export type ListingRow = FactsRow & Pick<Derived, "envelope" | "structure">;
export type SearchRow = FactsRow & Pick<Derived, "from" | "to" | "cc" | "bcc" | "subject" | "sentDate">;
export type RowOf<C extends Columns> = C extends "flags"
  ? FlagsRow
  : C extends "facts"
    ? FactsRow
    : C extends "listing"
      ? ListingRow
      : SearchRow;

/** What happened in a mailbox after `since`. */
export type Changes = {
  /** The mailbox's state that these changes lead to. */
  readonly state: MailboxState;
  /** UIDs that exist and are new or have changed flags. */
  readonly changed: NumberSet;
  /** UIDs that are gone. When `complete` is false it holds every UID below `uidNext` that does not exist. */
  readonly vanished: NumberSet;
  /** False when the log does not reach back to `since`. */
  readonly complete: boolean;
};

export interface MailReader {
  mailboxes(): Promise<readonly MailboxState[]>;
  mailbox(name: string): Promise<MailboxState | undefined>;
  mailboxById(id: MailboxId): Promise<MailboxState | undefined>;
  /** Names, which need not exist as mailboxes. */
  subscriptions(): Promise<readonly string[]>;
  /** Keywords that mails of this mailbox have had. */
  keywords(mailbox: MailboxId): Promise<readonly string[]>;
  /** The names of a keyword set (see flags.ts); answers from memory once known. */
  keywordSet(number: number): Promise<readonly string[]>;
  /**
   * The UIDs of a mailbox as they were at `asOf` (default: now). `undefined` when the mailbox is gone, or when `asOf`
   * lies beyond the log of vanished UIDs.
   */
  uids(mailbox: MailboxId, asOf?: { readonly modSeq: ModSeq; readonly uidNext: Uid }): Promise<NumberSet | undefined>;
  /** `undefined` when the mailbox is gone. A `since` inside a gap (after a crash) counts as 0. */
  changes(mailbox: MailboxId, since: ModSeq): Promise<Changes | undefined>;
  /** Rows in ascending order of UID, in slices small enough not to block; UIDs that do not exist are left out. */
  rows<C extends Columns>(mailbox: MailboxId, uids: NumberSet, columns: C): AsyncIterable<readonly RowOf<C>[]>;
  /** Octets `from` (inside) to `to` (outside) exactly as received, in pieces of at most 256 KiB. Throws `StoreError` "gone" when erased. */
  octets(content: ContentId, from: number, to: number): AsyncIterable<Uint8Array>;
  /**
   * As `octets`, without memory of its own for each piece: gives `take` the octets from `from` on, as many as are read at
   * once, and fulfils with where to go on. What `take` gets is overwritten as soon as it returns.
   */
  pour(content: ContentId, from: number, to: number, take: (octets: Uint8Array) => void): Promise<number>;
  /** The header including the empty line that ends it. */
  header(content: ContentId): Promise<Uint8Array>;
  /** `Derived.tree` of a content. */
  tree(content: ContentId): Promise<string>;
  /** UIDs among `within` whose folded text holds `needle` (folded alike: syntax/message/fold.ts). `text`: headers too. */
  search(mailbox: MailboxId, within: NumberSet, scope: "body" | "text", needle: string): Promise<NumberSet>;
  usage(): Promise<Usage>;
  quotaMarks(): Promise<QuotaMarks>;
}

export type Usage = { readonly octets: number; readonly messages: number; readonly quotaBytes: number };

/** A message on its way into a store. */
export type NewMail = {
  readonly content: ContentSource;
  readonly derived: Derived;
  readonly flags: FlagNames;
  readonly internalDate: number;
  readonly zoneMinutes: number;
};

/** The octets of a message: in memory while small, else read from the spool, each time anew. */
export interface ContentSource {
  readonly size: number;
  /** All octets, when they are in memory; writers prefer it. */
  readonly bytes: Uint8Array | undefined;
  /** All octets from the start, in pieces of at most 256 KiB; may be called again, for the next recipient. */
  pieces(): AsyncIterable<Uint8Array>;
}

export type Delivery = {
  readonly id: DeliveryId;
  /** What the peer would send again if it did not read our 250: (sender, recipient, octets); the store keeps only an HMAC of it. */
  readonly fingerprint: Uint8Array;
  /** A special use, or INBOX. */
  readonly into: "INBOX" | SpecialUse;
  readonly mail: NewMail;
};

export type FlagChange = {
  readonly kind: "add" | "remove" | "replace";
  readonly flags: FlagNames;
  /** Nobody wants to know the new flags: `Stored.rows` may stay empty. */
  readonly isSilent?: boolean;
};

export interface MailWriter {
  /** Stores one message from outside, at most once per delivery id and per living fingerprint. */
  deliver(delivery: Delivery): Promise<Delivered>;
  /** The peer has read the 250: its fingerprint need not be kept. Lazy: done with a later commit or by `settle`. */
  forget(delivery: DeliveryId): void;
  append(mailbox: MailboxId, mails: readonly NewMail[]): Promise<Appended | NoMailbox | OverQuota>;
  /** Changes flags of `uids`; those changed after `unchangedSince` are left alone and named in `modified` (RFC 7162 section 3.1.3). */
  store(mailbox: MailboxId, uids: NumberSet, change: FlagChange, unchangedSince?: ModSeq): Promise<Stored | NoMailbox>;
  copy(from: MailboxId, uids: NumberSet, to: MailboxId): Promise<Copied | NoMailbox | OverQuota>;
  /** RFC 6851: copies and expunges in one commit. Within one mailbox, too. */
  move(from: MailboxId, uids: NumberSet, to: MailboxId): Promise<Copied | NoMailbox>;
  /** Removes those of `uids` that have \Deleted (RFC 4315 section 2.1). */
  expunge(mailbox: MailboxId, uids: NumberSet): Promise<Expunged | NoMailbox>;
  /** As `expunge`, whatever flags they have: for mail that somebody wants gone by its age. */
  remove(mailbox: MailboxId, uids: NumberSet): Promise<Expunged | NoMailbox>;
  /** Makes missing parents too. */
  createMailbox(name: string, specialUse?: SpecialUse): Promise<Made | NameTaken | TooMany>;
  deleteMailbox(id: MailboxId): Promise<Done | NoMailbox>;
  /** Renames it and all below it; of INBOX it moves the mails into a new mailbox (RFC 9051 section 6.3.6). */
  renameMailbox(id: MailboxId, name: string): Promise<Done | NoMailbox | NameTaken>;
  subscribe(name: string, subscribed: boolean): Promise<void>;
  setQuota(quotaBytes: number): Promise<void>;
  /** The holder was told of the crossing; of a later one nothing is changed. */
  quotaTold(crossedAt: number): Promise<void>;
}

export type Done = { readonly kind: "done" };
export type NoMailbox = { readonly kind: "no-mailbox" };
export type NameTaken = { readonly kind: "name-taken" };
/** More mailboxes, or levels, than the store's limits allow. */
export type TooMany = { readonly kind: "too-many" };
export type OverQuota = { readonly kind: "over-quota"; readonly usage: Usage };
export type Made = { readonly kind: "made"; readonly mailbox: MailboxState };
export type Delivered =
  | { readonly kind: "delivered"; readonly mailbox: MailboxId; readonly uid: Uid }
  /** The same delivery, or one with the same fingerprint, was stored before: the peer is to hear 250. */
  | { readonly kind: "repeated" };
/** `uids` in the order of the mails. */
export type Appended = {
  readonly kind: "appended";
  readonly uidValidity: number;
  readonly uids: readonly Uid[];
  readonly modSeq: ModSeq;
};
export type Stored = {
  readonly kind: "stored";
  /** The new flags of every uid that exists and was not left alone, ascending. */
  readonly rows: readonly FlagsRow[];
  /** How many these are. */
  readonly count: number;
  /** UIDs left alone because of `unchangedSince`. */
  readonly modified: NumberSet;
  readonly modSeq: ModSeq;
  /** True when this call changed something, so that `modSeq` is that of its own commit alone. */
  readonly isCommit: boolean;
};
/** `from` and `to` pair off in ascending order (RFC 4315 section 3, COPYUID). */
export type Copied = {
  readonly kind: "copied";
  readonly uidValidity: number;
  readonly from: NumberSet;
  readonly to: NumberSet;
  readonly modSeq: ModSeq;
};
export type Expunged = { readonly kind: "expunged"; readonly uids: NumberSet; readonly modSeq: ModSeq };
