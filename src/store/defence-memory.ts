/**
 * What an account has learned of its mail: whom it knows, how mail of whom was called, in which words, and who was asked to
 * come again. Names and words are kept as fingerprints under a key of the account's own, which dies with what it keyed;
 * beside them stand counts and days, never an address, a word or a message. Nothing of one account is seen by another.
 *
 * Bounded per account: what is oldest gives way. Rests in `defence.db`; every change is one durable commit, but for whom
 * holders wrote to, which a power cut may take back.
 */
import type { AccountId } from "./ids.ts";

/** In how much mail that the holder called wanted, or unwanted, something was. */
export type LessonCounts = { readonly wanted: number; readonly unwanted: number };

export type Lesson = {
  readonly kind: keyof LessonCounts;
  /** What tells the message from others: it teaches once, and another word about it takes the first back. */
  readonly message: string;
  /** Under which its sender is known. */
  readonly names: readonly string[];
  /** Each once; of at most 32 octets in UTF-8. */
  readonly words: readonly string[];
};

/** How a first contact is remembered: `first` until it comes again, `origin` from then on. */
export type ContactNames = { readonly first: string; readonly origin: string };

export type DefenceQuestion = {
  /** Addresses of From, canonical. */
  readonly authors: readonly string[];
  readonly names: readonly string[];
  /** Asked for only where they are looked up. */
  readonly words: () => readonly string[];
  /** Below so many lessons of each kind words say nothing, and are not looked up. */
  readonly leastLessons: number;
  readonly contact: ContactNames;
};

export type Recollection = {
  /** One of the authors is known. */
  readonly isCorrespondent: boolean;
  /** Of each name, in their order. */
  readonly names: readonly LessonCounts[];
  /** Of those words that are known; empty below `leastLessons`. */
  readonly words: readonly LessonCounts[];
  /** Messages that were learned from. */
  readonly lessons: LessonCounts;
  readonly contact: { readonly firstAt: number | undefined; readonly isPassed: boolean };
  /** Another contact could be remembered. */
  readonly hasRoom: boolean;
};

/** Addresses that a holder has written to, canonical. */
export type Written = { readonly account: AccountId; readonly addresses: readonly string[] };

/** How many there are, and the days since 1970 (UTC) of the oldest and the newest. */
export type Holding = {
  readonly count: number;
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
};
/** What is held of an account: all that there is to show, for fingerprints cannot be read. */
export type Holdings = {
  readonly isOn: boolean;
  readonly correspondents: Holding;
  readonly senders: Holding;
  readonly words: Holding;
  readonly lessons: Holding;
  readonly contacts: Holding;
};

/** Rows per account. */
export type DefenceMemoryLimits = {
  readonly correspondents: number;
  readonly senders: number;
  readonly words: number;
  readonly lessons: number;
  /** That wait for who is to come again; beyond it nobody is asked to. */
  readonly waiting: number;
  /** Of those who have come again. */
  readonly passed: number;
};

/** About 1.5 MB for an account that has reached them all. */
export const defenceMemoryLimits: DefenceMemoryLimits = Object.freeze({
  correspondents: 5000,
  senders: 5000,
  words: 20_000,
  lessons: 2000,
  waiting: 1000,
  passed: 5000,
});

/** Days since 1970 (UTC): what was last touched before is erased. */
export type DefenceExpiry = {
  readonly correspondents: number;
  readonly contactsWaiting: number;
  readonly others: number;
};

/** @throws StoreError from every method, "closed" after disposal. */
export interface DefenceMemory extends AsyncDisposable {
  /** `undefined`: the holder has switched it off. */
  recall(account: AccountId, question: DefenceQuestion): Promise<Recollection | undefined>;
  /** `changed`: the message had taught the contrary, which was taken back; `unchanged`: it had taught the same. */
  learn(account: AccountId, lesson: Lesson, at: number): Promise<"learned" | "changed" | "unchanged" | "off">;
  /** Notes addresses that the holder has written to, or has answered, as known. */
  addCorrespondents(account: AccountId, addresses: readonly string[], at: number): Promise<void>;
  /** As `addCorrespondents` for many accounts at once, in few commits that a power cut may take back. */
  noteWritten(written: readonly Written[], at: number): Promise<void>;
  /** Notes who is asked to come again, from now on. False where there is no room, or it is switched off. */
  addContact(account: AccountId, contact: ContactNames, at: number): Promise<boolean>;
  /** Notes that it has come again. */
  passContact(account: AccountId, contact: ContactNames, at: number): Promise<void>;
  holdings(account: AccountId): Promise<Holdings>;
  /** Erases all of it, with its key, and goes on anew. */
  clear(account: AccountId): Promise<void>;
  /** Off: erases all of it, and nothing is remembered until it is on again. */
  setOn(account: AccountId, isOn: boolean): Promise<void>;
  /** Erases what is too old, of all accounts. Answers how many rows. */
  forget(before: DefenceExpiry): Promise<number>;
  /** Erases all that is known of an account, with its key. */
  forgetAccount(account: AccountId): Promise<void>;
}
