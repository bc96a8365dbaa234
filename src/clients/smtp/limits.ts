/**
 * What one host may take of us: time, memory, connections; each with its unit, its reason and its RFC. Passed in, so that
 * tests can make them small.
 */
import { HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { type ReplyLimits, replyLimits } from "../../syntax/smtp/reply-reader.ts";

export type SmtpClientLimits = {
  /** Until a connection stands. TCP itself would try for two minutes; addresses that are dead should not hold up others. */
  readonly connectTimeoutMs: number;
  /** RFC 5321 section 4.5.3.2.1; the same for EHLO and STARTTLS, of which it says nothing. */
  readonly greetingTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  /** RFC 5321 sections 4.5.3.2.2 and 4.5.3.2.3; also RSET and AUTH. */
  readonly commandTimeoutMs: number;
  /** RFC 5321 section 4.5.3.2.4. */
  readonly dataTimeoutMs: number;
  /** For the host to take what was written. RFC 5321 section 4.5.3.2.5. */
  readonly blockTimeoutMs: number;
  /** After the final dot. RFC 5321 section 4.5.3.2.6: who gives up earlier makes duplicates. */
  readonly finalTimeoutMs: number;
  /**
   * For one handover, over all addresses and in all transactions, but not for the answer to a final dot: who answers a step
   * every four minutes, or takes one recipient at a time, does not keep a message for days.
   */
  readonly handoverTimeoutMs: number;
  /** For the answer to QUIT, which changes nothing. */
  readonly quitTimeoutMs: number;
  /** A connection without work is closed after this. */
  readonly idleMs: number;
  /** Connections without work, of all hosts together. */
  readonly maxIdle: number;
  /** Messages over one connection. */
  readonly maxMessages: number;
  /** Addresses of one host. RFC 5321 section 5.1 asks for two at least. */
  readonly maxAddresses: number;
  /** Recipients of one transaction where the host does not say (RFC 5321 section 4.5.3.1.8). */
  readonly maxRecipients: number;
  /** Octets of commands that are on their way without an answer; so small that answers never fill a window. */
  readonly maxPipelinedBytes: number;
  /** Chunks of a message on their way without an answer. */
  readonly maxPipelinedChunks: number;
  /** Replies that nobody has asked for yet; a host that sends more than that is not answering us. */
  readonly maxUnreadReplies: number;
  /**
   * Octets that have come since there was last nothing to hear: all answers to one transaction fit, a kibibyte each, and
   * hundreds of connections on which nobody listens are no load.
   */
  readonly maxUnreadBytes: number;
  /** Characters of remote words that are kept. */
  readonly maxWords: number;
  readonly reply: ReplyLimits;
};

export const smtpClientLimits: SmtpClientLimits = Object.freeze({
  connectTimeoutMs: 30 * SECOND,
  greetingTimeoutMs: 5 * MINUTE,
  handshakeTimeoutMs: MINUTE,
  commandTimeoutMs: 5 * MINUTE,
  dataTimeoutMs: 2 * MINUTE,
  blockTimeoutMs: 3 * MINUTE,
  finalTimeoutMs: 10 * MINUTE,
  handoverTimeoutMs: 2 * HOUR,
  quitTimeoutMs: 5 * SECOND,
  idleMs: 10 * SECOND,
  maxIdle: 100,
  maxMessages: 100,
  maxAddresses: 5,
  maxRecipients: 100,
  maxPipelinedBytes: 8192,
  maxPipelinedChunks: 4,
  maxUnreadReplies: 512,
  maxUnreadBytes: 128 * 1024,
  maxWords: 500,
  reply: replyLimits,
});
