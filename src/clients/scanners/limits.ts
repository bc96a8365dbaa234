/** What one scanner may take of us: time, places, memory; each with its unit and reason. Passed in, so that tests can make them small. */
import { SECOND } from "../../host/clock.ts";

export type ScannerLimits = {
  /** From the call to the verdict, waiting for a place included. The peer waits meanwhile (RFC 5321 section 4.5.3.2.6). */
  readonly timeoutMs: number;
  /** Messages with the scanner at one time, of this process: more only wait there, with their octets in its memory. */
  readonly maxAtOnce: number;
  /** Calls that wait for a place; one more is told `busy`. */
  readonly maxWaiting: number;
  /** Octets of a message; a larger one is unscanned. Must not exceed what the scanner itself takes. */
  readonly maxMessageBytes: number;
  /** Octets of an answer; a longer one is garbled. */
  readonly maxAnswerBytes: number;
  /** Rules that are named in a verdict. */
  readonly maxSymbols: number;
  /** Recipients that are told to the scanner: what more of them say of a message does not change. */
  readonly maxRecipients: number;
};

const KiB = 1024;
const MiB = 1024 * KiB;

/** rspamd gives up after 8 s by itself (task_timeout), and takes 50 MiB (max_message). */
export const rspamdLimits: ScannerLimits = Object.freeze({
  timeoutMs: 20 * SECOND,
  maxAtOnce: 32,
  maxWaiting: 1000,
  maxMessageBytes: 50 * MiB,
  maxAnswerBytes: 2 * MiB,
  maxSymbols: 30,
  maxRecipients: 50,
});

/** SpamAssassin takes seconds over some hundred KB and has no limit of its own; its own client skips what exceeds 500 KiB. */
export const spamdLimits: ScannerLimits = Object.freeze({
  timeoutMs: 45 * SECOND,
  maxAtOnce: 8,
  maxWaiting: 200,
  maxMessageBytes: 500 * KiB,
  maxAnswerBytes: 64 * KiB,
  maxSymbols: 30,
  maxRecipients: 0,
});

/** As large as clamd takes with our configuration and with Debian's (StreamMaxLength 25M). */
export const clamdLimits: ScannerLimits = Object.freeze({
  timeoutMs: 60 * SECOND,
  maxAtOnce: 8,
  maxWaiting: 1000,
  maxMessageBytes: 25 * MiB,
  maxAnswerBytes: 4 * KiB,
  maxSymbols: 0,
  maxRecipients: 0,
});
