/**
 * What a backup takes of an account and what a restore puts back: rows in one short read transaction, then each content
 * by itself. An account whose `mark` has not changed since its last part costs a line (design: backups).
 *
 * Never part of it: delivery records, fingerprints, doomed contents, logs (promise D2).
 */
import type { AccountId, ContentId, MailboxId, ModSeq, Uid } from "./ids.ts";
import type { NewMail, SpecialUse } from "./mail-store.ts";

export type ArchivedMailbox = {
  readonly id: MailboxId;
  readonly name: string;
  readonly specialUse: SpecialUse | undefined;
  readonly uidValidity: number;
  readonly uidNext: Uid;
  readonly highestModSeq: ModSeq;
};

/** A mail by its place and content; `system` and `keywords` are its flags as flags.ts names them. */
export type ArchivedMail = {
  readonly mailbox: MailboxId;
  readonly uid: Uid;
  readonly content: ContentId;
  readonly modSeq: ModSeq;
  readonly system: number;
  readonly keywords: readonly string[];
  readonly internalDate: number;
  readonly zoneMinutes: number;
  readonly savedDate: number;
};

/** Where one piece of a content rests at the backup's target: octets `at` to `at + length` of one of the account's packs. */
export type SentPiece = {
  readonly content: ContentId;
  /** From 0 on. */
  readonly n: number;
  readonly pack: string;
  readonly at: number;
  readonly length: number;
};

export type ArchivedContent = {
  readonly id: ContentId;
  /** As received. */
  readonly size: number;
  /** 32 octets that seal it wherever it leaves the account's file. */
  readonly key: Uint8Array;
  /** Where all its pieces were sent before; empty when not, or not all. */
  readonly sent: readonly SentPiece[];
};

/** One piece as it rests (compressed or not, up to 256 KiB before compression): opened by `inflate` of the archive alone. */
export type StoredPiece = {
  readonly content: ContentId;
  readonly n: number;
  readonly octets: Uint8Array;
  /** A content whose last piece never comes was expunged while it was read: it leaves the set. */
  readonly isLast: boolean;
};

/** The account as it was in one moment; rows are given in slices so that nobody waits. */
export type AccountSnapshot = {
  /** Changes with everything a part holds, and with nothing else. */
  readonly mark: string;
  readonly quotaBytes: number;
  readonly mailboxes: readonly ArchivedMailbox[];
  readonly subscriptions: readonly string[];
  /** Ordered by mailbox and UID. */
  readonly mails: readonly ArchivedMail[];
  /** Those that `mails` name, each once, ordered by id. */
  readonly contents: readonly ArchivedContent[];
};

/** The last part that was made of an account, remembered in the account's own file until the account changes. */
export type RememberedPart = { readonly part: string; readonly key: Uint8Array; readonly mark: string };

/**
 * What vanished since it was last reported to the ledger, by mailbox. A UID vanishes by MOVE too, and then its mail lives
 * on where no older part has it: only `leaveOutVanished` (vanished.ts) says rightly what a restore leaves out.
 */
export type Vanished = {
  readonly mailbox: MailboxId;
  readonly uidValidity: number;
  /** As IMAP writes sets: `1:3,7`. `undefined`: the mailbox itself, with all that was in it. */
  readonly uids: string | undefined;
  /** Ids, as IMAP writes sets, of the contents that no mail of the account names any more since then. */
  readonly contents?: string | undefined;
  /** Report up to here with `reported`. */
  readonly modSeq: ModSeq;
};

/** Numbers that a restore adds so that no client takes a number for another's (design: a gap of 2^20). */
export const RESTORE_GAP: number = 2 ** 20;

export interface AccountArchive {
  mark(account: AccountId): Promise<string>;
  snapshot(account: AccountId): Promise<AccountSnapshot>;
  /** The pieces of contents as they rest, in order; one that was expunged meanwhile is left out, or ends before its last. */
  pieces(account: AccountId, ids: readonly ContentId[]): AsyncIterable<StoredPiece>;
  /** The octets as received that a piece stands for. @throws StoreError "io" when it is damaged. */
  inflate(piece: Uint8Array): Uint8Array;
  /** `undefined` when none was made, or it was forgotten. It may be of an older mark. */
  remembered(account: AccountId): Promise<RememberedPart | undefined>;
  /** Notes durably where contents were sent, and the part that tells the account at `part.mark`. */
  remember(account: AccountId, part: RememberedPart, sent: readonly SentPiece[]): Promise<void>;
  /** Forgets all parts and packs of the account: its next part is whole. */
  forget(account: AccountId): Promise<void>;

  /** What the ledger has not been told of yet, oldest first. */
  vanished(account: AccountId): Promise<readonly Vanished[]>;
  reported(account: AccountId, vanished: readonly Vanished[]): Promise<void>;
  /** Calls `listener` soon after a commit of this process in which something vanished. */
  onVanished(listener: (account: AccountId) => void): Disposable;

  /**
   * Makes the account anew from a snapshot (its mails without those that the caller left out): mailboxes, subscriptions,
   * UIDs, UIDVALIDITY, flags, order of mod-sequences as they were; every UIDNEXT and HIGHESTMODSEQ raised by RESTORE_GAP.
   * The account must not exist. `content` is asked once for each content that a mail names, in the order of the snapshot.
   * @throws StoreError "io" when a content is missing or damaged, or the account exists; what `content` throws. Nothing
   * of the account is left then.
   */
  restore(
    account: AccountId,
    snapshot: AccountSnapshot,
    content: (id: ContentId) => Promise<RestoredContent>,
  ): Promise<void>;
}

/** A content that comes back: parsed anew, so that what is derived is of today's program. */
export type RestoredContent = Pick<NewMail, "content" | "derived">;
