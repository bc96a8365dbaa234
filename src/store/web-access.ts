/**
 * How holders come in: sessions of the web site, links that were mailed, log-ins of the last ten days, and the kinds of
 * client that an account is known to use. Rests sealed in `web.db`, which every worker opens; never in a backup. Tokens rest
 * as their SHA-256 alone, kinds of client as fingerprints under a key of the file. Every change is one durable commit, and
 * what is erased is gone from the disk (promise D2).
 */
import type { AccountId } from "./ids.ts";

export type SessionRecord = {
  /** SHA-256 of the token in the cookie, base64url. */
  readonly id: string;
  readonly account: AccountId;
  readonly begunAt: number;
  /** Of the last visit, to the minute or so. */
  readonly seenAt: number;
  /** "Stay logged in" was ticked. */
  readonly isStaying: boolean;
  /** The password was right, and the second step is still due. */
  readonly awaitsSecondStep: boolean;
  /** Rises with every visit that is noted. */
  readonly expiresAt: number;
};

export type LinkRecord = {
  /** SHA-256 of the token in the link, base64url. */
  readonly id: string;
  /** What it is good for: the link of one purpose does nothing for another. */
  readonly purpose: string;
  /** An account, or the reference of a sign-up. */
  readonly owner: string;
  readonly payload: string;
  readonly madeAt: number;
  readonly expiresAt: number;
};

/** Log-ins of one account, protocol, kind of client and address on one day (UTC). */
export type LogInRecord = {
  readonly account: AccountId;
  /** Days since 1970. */
  readonly day: number;
  readonly protocol: LogInProtocol;
  /** A family of software from our own list, never what a client called itself. */
  readonly client: string;
  /** As the holder is shown it; empty where it is not known. */
  readonly address: string;
  /** The part of the address by which a network is known again. */
  readonly network: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
};

export type LogInProtocol = "web" | "imap" | "submission" | "managesieve";

export type ClientKind = { readonly account: AccountId; readonly client: string };

export type WebAccessLimits = {
  /** Sessions of one account, and as many whose second step is due; the one that was unused for longest gives way. */
  readonly sessions: number;
  /** Links of one owner and purpose that can still be used: nobody's mailbox is flooded with them. */
  readonly links: number;
  /** Rows of log-ins of one account; the oldest give way. */
  readonly logIns: number;
};

export const webAccessLimits: WebAccessLimits = Object.freeze({ sessions: 50, links: 3, logIns: 1000 });

/** Before these times things are forgotten; epoch milliseconds, and a day since 1970. */
export type WebAccessExpiry = { readonly now: number; readonly logIns: number; readonly kindsDay: number };

export interface SessionStore {
  addSession(session: SessionRecord): Promise<void>;
  session(id: string): Promise<SessionRecord | undefined>;
  /** Does nothing where the session was seen after `unlessSince`, or is gone. */
  touchSession(id: string, at: { seenAt: number; expiresAt: number; unlessSince: number }): Promise<void>;
  /** The one seen last first. */
  sessions(account: AccountId): Promise<readonly SessionRecord[]>;
  /** @param account where given, only a session of this one */
  endSession(id: string, account?: AccountId): Promise<boolean>;
  endSessions(account: AccountId, except?: string): Promise<number>;
}

export interface LinkStore {
  addLink(link: LinkRecord): Promise<"made" | "too-many">;
  link(id: string, purpose: string, now: number): Promise<LinkRecord | undefined>;
  /** Uses it up, with all others of its owner and purpose. */
  claimLink(id: string, purpose: string, now: number): Promise<LinkRecord | undefined>;
  forgetLinks(owner: string): Promise<void>;
}

export interface LogInStore {
  /**
   * Adds to what is there; kinds of client that are known are known for longer.
   * @returns each kind that is new to its account: to be learned when its holder was told
   */
  noteLogIns(records: readonly LogInRecord[]): Promise<readonly ClientKind[]>;
  learnClient(kind: ClientKind, day: number): Promise<void>;
  /** Latest first. */
  logIns(account: AccountId): Promise<readonly LogInRecord[]>;
  /** Tells whether the account lately logged in from the network, with this kind of client where one is given. */
  isKnownFrom(account: AccountId, network: string, client: string | undefined): Promise<boolean>;
}

/** @throws StoreError from every method, "closed" after disposal. */
export interface WebAccess extends SessionStore, LinkStore, LogInStore, AsyncDisposable {
  /** Erases what is too old; answers how many rows. */
  forget(before: WebAccessExpiry): Promise<number>;
  /** Erases all that is known of an account. */
  forgetAccount(account: AccountId): Promise<void>;
}
