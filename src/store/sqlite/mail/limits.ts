/** The bounds of the mail store, each with its reason; tests pass smaller ones. */
import { DAY, HOUR, SECOND } from "../../../host/clock.ts";

export type MailLimits = {
  /** Mailboxes of one account; the list travels whole in a LIST reply. */
  readonly mailboxes: number;
  /** Levels of one mailbox name. */
  readonly levels: number;
  /** Commits whose changed UIDs a mailbox remembers; older questions cost a scan. */
  readonly changeCommits: number;
  /** Commits whose vanished UIDs a mailbox remembers (RFC 7162 section 3.2.5.2); older questions cost a full comparison. */
  readonly vanishedCommits: number;
  /** How long a fingerprint lives when the peer never showed that it read the reply, and how long a delivery id does. */
  readonly fingerprintMs: number;
  readonly deliveryMs: number;
  /** Open account files of one worker: 300 KB each, and 0.6 ms to close one. */
  readonly openAccounts: number;
  /** An account file that nobody uses is closed within this: most sessions only wait, and 1 ms opens it again. */
  readonly idleAccountMs: number;
  /** How long a commit waits for the write lock of another process. */
  readonly lockMs: number;
  /** Operations that share one transaction. */
  readonly operationsPerCommit: number;
  /** Within this a change of flags alone is synced after its promise fulfilled. */
  readonly lazySyncMs: number;
  /** How long after an EXPUNGE its contents are erased: collects what a client expunges one by one. D4 allows 60 s. */
  readonly eraseDelayMs: number;
  /** Pieces of a message that no mail has named for so long were abandoned by a process that died. */
  readonly stagedMs: number;
};

export const mailLimits: MailLimits = Object.freeze({
  mailboxes: 10_000,
  levels: 20,
  changeCommits: 1000,
  vanishedCommits: 10_000,
  fingerprintMs: 5 * DAY,
  deliveryMs: 9 * DAY,
  openAccounts: 500,
  idleAccountMs: 8 * SECOND,
  lockMs: 10 * SECOND,
  operationsPerCommit: 64,
  lazySyncMs: 25,
  eraseDelayMs: 2 * SECOND,
  stagedMs: 2 * HOUR,
});
