/**
 * What one session for submission may take of us: each limit with its unit, its reason and its RFC. Passed in, so that
 * tests can make them small. What an account may send is another matter (service/submission/send-limits.ts).
 */
import { MINUTE, SECOND } from "../../host/clock.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

export type SubmissionLimits = {
  /** Octets of a message; what SIZE announces (RFC 1870 section 3). */
  readonly maxMessageBytes: number;
  /** Octets of refused messages that are read on, so that the client hears why, before the connection is closed. */
  readonly maxDiscardBytes: number;
  /** Octets of chunks that one session without a log-in may have read and thrown away; no client sends a message then. */
  readonly maxStrangerDiscardBytes: number;
  /** Octets of a command line without its CRLF. RFC 4954 section 4: 12,288 suffice for what a log-in says. */
  readonly maxLineBytes: number;
  /**
   * Octets of a line of a message without its CRLF. RFC 5321 section 4.5.3.1.6 and RFC 5322 section 2.1.1: a longer one is
   * cut or refused by hosts on the way, and with it the signature fails.
   */
  readonly maxTextLineBytes: number;
  /** Recipients of one message, told by LIMITS (RFC 9422). RFC 5321 section 4.5.3.1.8: at least 100. */
  readonly maxRecipients: number;
  /** Commands of one session that were not understood or came out of order. */
  readonly maxBadCommands: number;
  /** Commands without a log-in or a message coming to its end among them. */
  readonly maxIdleCommands: number;
  /** Log-ins that failed in one session. */
  readonly maxFailedLogins: number;
  /** How late a failed log-in is answered: who guesses is slowed down. */
  readonly failedLoginDelayMs: number;
  /** Wait for a whole line. RFC 5321 section 4.5.3.2.7: at least 5 minutes. */
  readonly commandTimeoutMs: number;
  /** Wait for the next octets of a message. RFC 5321 section 4.5.3.2.5: a client may take 3 minutes for a block. */
  readonly dataTimeoutMs: number;
  /** Wait for the end of a message: 50 MiB in an hour are 15 KB/s. */
  readonly messageTimeoutMs: number;
  /** Wait for the client to read our replies. */
  readonly writeTimeoutMs: number;
};

export const submissionLimits: SubmissionLimits = Object.freeze({
  maxMessageBytes: 50 * MiB,
  maxDiscardBytes: 50 * MiB,
  maxStrangerDiscardBytes: 64 * KiB,
  maxLineBytes: 12 * KiB,
  maxTextLineBytes: 998,
  maxRecipients: 100,
  maxBadCommands: 20,
  maxIdleCommands: 500,
  maxFailedLogins: 3,
  failedLoginDelayMs: 2 * SECOND,
  commandTimeoutMs: 5 * MINUTE,
  dataTimeoutMs: 5 * MINUTE,
  messageTimeoutMs: 60 * MINUTE,
  writeTimeoutMs: 5 * MINUTE,
});
