/**
 * How much each account has sent lately, for the limits of submission (promise F4): counts by minute for a day, and keyed
 * fingerprints of whom it wrote to, for ten (to the hour: who is written to again within it is not noted anew). Rests in
 * `sending.db`; no address of anybody is in it, nothing of it goes into a backup. Every change is one commit, so that all
 * processes see the same counts; a power cut may take back the last ones.
 */
import type { AccountId } from "./ids.ts";

/** Counts of one minute. */
export type SentMinute = {
  /** Minutes since 1970-01-01, UTC. */
  readonly minute: number;
  readonly messages: number;
  readonly recipients: number;
  /** Recipients that the account had not written to before, as far as is known, and what was charged like such. */
  readonly firsts: number;
};

export type Sending = { readonly messages: number; readonly recipients: number; readonly firsts: number };

/** @throws StoreError from every method, "closed" after disposal. */
export interface SendCounts extends AsyncDisposable {
  /** Minutes of the account from `since` on (a minute), oldest first; those in which nothing was counted are left out. */
  minutes(account: AccountId, since: number): Promise<readonly SentMinute[]>;
  /** Those of the addresses that the account is not known to have written to. */
  strangers(account: AccountId, addresses: readonly string[]): Promise<readonly string[]>;
  /**
   * Counts a message to these recipients in this minute, if `allows` says so of the minutes from `since` on and of what is
   * to be added; in one transaction, so that nobody slips by. Answers what was added, `undefined` when it was not allowed.
   */
  count(
    account: AccountId,
    at: { readonly minute: number; readonly since: number },
    recipients: readonly string[],
    allows: (minutes: readonly SentMinute[], added: Sending) => boolean,
  ): Promise<Sending | undefined>;
  /** Takes back what `count` added, for a message that did not go after all; whom it was for stays known. */
  takeBack(account: AccountId, minute: number, added: Sending): Promise<void>;
  /**
   * Adds to a minute's `firsts` what uses them up without being sent: what came back. All that is charged from `since` on (a
   * minute) stays within `most`; in one transaction. Answers how much was added.
   */
  charge(
    account: AccountId,
    at: { readonly minute: number; readonly since: number },
    firsts: number,
    most: number,
  ): Promise<number>;
  /** Erases counts before one minute and fingerprints not used since another. Answers how many rows. */
  forget(countsBefore: number, recipientsBefore: number): Promise<number>;
  /** Erases all that is known of an account. */
  forgetAccount(account: AccountId): Promise<void>;
}
