/**
 * What one message may cost the parser, whatever its sender wrote. Beyond a limit nothing fails: what is left over
 * becomes an opaque leaf of the tree, or text that SEARCH does not see. Passed in, so that tests can make them small.
 */
export type ParseLimits = {
  /** Octets of one header (of the message or of a part) that are looked at; fields beyond are as if absent. */
  readonly maxHeaderBytes: number;
  /** Octets of all headers of parts together, the message's own left out, that are looked at. */
  readonly maxPartHeaderBytes: number;
  /** Addresses of one field that are listed; each may cost ENVELOPE more than its own octets, and From does so thrice. */
  readonly maxAddresses: number;
  /** Octets of text parts, before decoding, that go into `Derived.text`. */
  readonly maxTextBytes: number;
  /** Parts of the whole tree, containers too; what follows the last one belongs to it. */
  readonly maxParts: number;
  /** Levels of multiparts and messages inside each other; deeper ones are leaves. */
  readonly maxDepth: number;
  /** Octets of a line that may be a boundary; RFC 2046 section 5.1.1 allows 70 and white space after them. */
  readonly maxBoundaryLineBytes: number;
};

const KiB = 1024;
const MiB = 1024 * KiB;

export const parseLimits: ParseLimits = Object.freeze({
  // Real headers stay below 64 KiB; the ENVELOPE made of them is read whole by clients.
  maxHeaderBytes: 256 * KiB,
  // A thousand parts with headers of usual length.
  maxPartHeaderBytes: 256 * KiB,
  // Beyond the recipients that any mail system takes at once.
  maxAddresses: 2000,
  maxTextBytes: MiB,
  maxParts: 1000,
  maxDepth: 20,
  // RFC 5322 section 2.1.1: the longest line there should be.
  maxBoundaryLineBytes: 998,
});
