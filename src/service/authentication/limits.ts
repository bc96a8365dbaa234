/** What finding out where one message comes from may cost, whatever its sender wrote. Passed in, so that tests can make it small. */
import { MINUTE, SECOND } from "../../host/clock.ts";

export type VerifierLimits = {
  /**
   * How long the questions about the envelope together may take, and from the end of the message on those about it; then
   * what is open is `temperror`.
   */
  readonly patienceMs: number;
  /** Of each of the two. */
  readonly maxQuestions: number;
  /** Octets of the header; of a larger one nothing is verified. */
  readonly maxHeaderBytes: number;
  /** Signatures that are looked at, the topmost first. */
  readonly maxSignatures: number;
  /** Forms and lengths in which the body is hashed. */
  readonly maxBodyForms: number;
  /** Addresses of From that are read. */
  readonly maxAuthors: number;
  /** Keys kept in memory, and for how long. */
  readonly maxKeys: number;
  readonly keyAgeMs: number;
};

const KiB = 1024;

export const verifierLimits: VerifierLimits = Object.freeze({
  // RFC 7208 section 4.6.4: 20 seconds at least; the peer waits for the reply to DATA for minutes (RFC 5321 section 4.5.3.2).
  patienceMs: 20 * SECOND,
  // SPF alone may ask 10 terms, and for each of them 10 hosts; a usual message asks less than 10 questions.
  maxQuestions: 200,
  // As the parser of messages.
  maxHeaderBytes: 256 * KiB,
  // Two of the author, two of a service, some of lists.
  maxSignatures: 8,
  // relaxed, simple, and some of a certain length.
  maxBodyForms: 4,
  maxAuthors: 100,
  // Each some KiB.
  maxKeys: 1000,
  keyAgeMs: MINUTE,
});
