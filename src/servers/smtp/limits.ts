/**
 * What one SMTP session may take of us: each limit with its unit, its reason and its RFC. Passed in, so that tests can
 * make them small.
 */
import { MINUTE } from "../../host/clock.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

export type SmtpLimits = {
  /** Octets of a message; what SIZE announces (RFC 1870 section 3). */
  readonly maxMessageBytes: number;
  /** Octets of refused messages that are read on, so that the peer hears why, before the connection is closed. */
  readonly maxDiscardBytes: number;
  /** Octets of a command line without its CRLF. RFC 5321 section 4.5.3.1.4 asks for 512, parameters add to it. */
  readonly maxLineBytes: number;
  /** Recipients of one message. RFC 5321 section 4.5.3.1.8: at least 100. */
  readonly maxRecipients: number;
  /** Commands of one session that were not understood or came out of order. */
  readonly maxBadCommands: number;
  /** Recipients of one session that were refused: who guesses names is slowed down. */
  readonly maxRefusedRecipients: number;
  /** Commands without a message coming to its end among them. Leaves room for a full list of recipients. */
  readonly maxIdleCommands: number;
  /** Messages of a peer that never stops pipelining that are remembered until it has read our reply; bounds memory. */
  readonly maxUnacknowledged: number;
  /** Wait for a whole command line. RFC 5321 section 4.5.3.2.7: at least 5 minutes. */
  readonly commandTimeoutMs: number;
  /** Wait for the next octets of a message. RFC 5321 section 4.5.3.2.5: a peer may take 3 minutes for a block. */
  readonly dataTimeoutMs: number;
  /** Wait for the end of a message: 50 MiB in an hour are 15 KB/s. */
  readonly messageTimeoutMs: number;
  /** Wait for the peer to read our replies. */
  readonly writeTimeoutMs: number;
};

export const smtpLimits: SmtpLimits = Object.freeze({
  maxMessageBytes: 50 * MiB,
  maxDiscardBytes: 50 * MiB,
  maxLineBytes: 4 * KiB,
  maxRecipients: 100,
  maxBadCommands: 20,
  maxRefusedRecipients: 100,
  maxIdleCommands: 500,
  maxUnacknowledged: 100,
  commandTimeoutMs: 5 * MINUTE,
  dataTimeoutMs: 5 * MINUTE,
  messageTimeoutMs: 60 * MINUTE,
  writeTimeoutMs: 5 * MINUTE,
});
