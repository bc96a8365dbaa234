/**
 * Every bound of the IMAP server in one table: unit, reason, and the RFC where it asks for a number. Passed in, so that
 * a test can make one small; nothing here is read from settings.
 */
import { MINUTE, SECOND } from "../../host/clock.ts";
import type { FrameLimits } from "../../syntax/imap/frame.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

export type ImapLimits = {
  /** What a client that is logged in may send. Lines are long because sets of UIDs are. */
  readonly frame: FrameLimits;
  /** Before log-in a stranger speaks: name and password are short. */
  readonly strangerFrame: FrameLimits;
  /** One message; SMTP's SIZE is the same. */
  readonly maxAppendBytes: number;
  /** Messages of one APPEND (RFC 3502): their commit holds up the worker's other sessions, and large ones hold open files. */
  readonly maxAppendMessages: number;
  /** All messages of one APPEND: they rest on the spool, and those that are small in memory, until the last has come. */
  readonly maxAppendTotalBytes: number;
  /** What they may hold in memory: small ones their octets, all of them their text for the search. */
  readonly maxAppendMemoryBytes: number;
  /** BAD answers in a row before BYE: the peer does not speak IMAP. */
  readonly maxBadCommands: number;
  readonly maxFailedLogins: number;
  /** The answer to a wrong password waits so long, so that guessing is slow. */
  readonly failedLoginDelayMs: number;
  readonly loginTimeoutMs: number;
  /** RFC 9051 section 5.4: at least 30 minutes. */
  readonly idleTimeoutMs: number;
  /** A session in IDLE looks at the store so often although nobody told it anything: a notice may be lost. */
  readonly compareIntervalMs: number;
  /** A client that stops in the middle of a command, or reads nothing while an answer waits, is gone after so long. */
  readonly stallTimeoutMs: number;
  /** After BYE the peer may take so long to close. */
  readonly lingerMs: number;
  /** Answers leave in writes of this size, each awaited: an idle connection keeps what its largest write needed. */
  readonly writeBytes: number;
  /** Larger writes for a client that has taken `afterBytes` without a pause: a download. Largest first. */
  readonly writes: readonly { readonly afterBytes: number; readonly writeBytes: number }[];
  /** After so long without a write to it a client takes no download any more. */
  readonly pauseMs: number;
  /** Octets a client may send ahead while a command runs; then it is not read until the command ends. */
  readonly maxReadAheadBytes: number;
};

export const imapLimits: ImapLimits = Object.freeze({
  // RFC 7162 section 4: lines of at least 8,192 octets.
  frame: { maxLineBytes: 64 * KiB, maxLiteralBytes: 64 * KiB, maxCommandBytes: 256 * KiB, maxSkipBytes: 64 * MiB },
  strangerFrame: { maxLineBytes: 8 * KiB, maxLiteralBytes: 4 * KiB, maxCommandBytes: 16 * KiB, maxSkipBytes: 64 * KiB },
  maxAppendBytes: 50 * MiB,
  maxAppendMessages: 500,
  maxAppendTotalBytes: 256 * MiB,
  maxAppendMemoryBytes: 32 * MiB,
  maxBadCommands: 20,
  maxFailedLogins: 3,
  failedLoginDelayMs: 2 * SECOND,
  loginTimeoutMs: MINUTE,
  idleTimeoutMs: 30 * MINUTE,
  compareIntervalMs: MINUTE,
  stallTimeoutMs: 5 * MINUTE,
  lingerMs: 5 * SECOND,
  writeBytes: 8 * KiB,
  // Node keeps for a connection what its largest write needed, in steps of 16 KiB.
  writes: [
    { afterBytes: MiB, writeBytes: 64_000 },
    { afterBytes: 64 * KiB, writeBytes: 16_000 },
  ],
  pauseMs: SECOND,
  maxReadAheadBytes: 64 * KiB,
});
