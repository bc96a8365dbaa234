/** The bounds of the memory store, each with its reason; tests pass smaller ones. */
import { DAY } from "../../host/clock.ts";

export type MemoryLimits = {
  /** Mailboxes of one account; the list travels whole in a LIST reply. */
  readonly mailboxes: number;
  /** Levels of one mailbox name. */
  readonly levels: number;
  /** Commits whose vanished UIDs a mailbox remembers (RFC 7162 section 5.3). */
  readonly vanishedCommits: number;
  /** How long a fingerprint lives when the peer never showed that it read the reply, and how long a delivery id does. */
  readonly fingerprintMs: number;
  readonly deliveryMs: number;
};

export const memoryLimits: MemoryLimits = Object.freeze({
  mailboxes: 10_000,
  levels: 20,
  vanishedCommits: 1000,
  fingerprintMs: 5 * DAY,
  deliveryMs: 9 * DAY,
});
