/**
 * What framer.ts cuts a client's octets into. RFC 9051 section 2.2.1 and section 4.3, RFC 7888 for literals that do not
 * wait.
 */
import type { LiteralHeader } from "./cursor.ts";

export type FrameLimits = {
  /** Octets of one line with its CRLF, literals apart. RFC 7162 section 4 asks for 8192 at least. */
  readonly maxLineBytes: number;
  /** Octets of one literal that is no message. */
  readonly maxLiteralBytes: number;
  /** Octets of a command with its literals, the messages of APPEND apart. */
  readonly maxCommandBytes: number;
  /** Octets that are read and dropped for one refused command before the connection is given up. */
  readonly maxSkipBytes: number;
};

export type Frame =
  /** A whole command with its literals inline, for parseCommand. */
  | { readonly kind: "command"; readonly octets: Uint8Array }
  /** The client waits with a literal: send `+` and a text, then go on with next(). */
  | { readonly kind: "continue" }
  /** An APPEND up to its message, for parseAppend. Nothing more comes until acceptLiteral() or refuseLiteral(). */
  | { readonly kind: "append"; readonly tag: string; readonly prefix: Uint8Array; readonly literal: LiteralHeader }
  /** A piece of the accepted message; the memory is the chunk's that was pushed. */
  | { readonly kind: "literal"; readonly octets: Uint8Array }
  /** Another message of the same APPEND (RFC 3502): the line up to it, for parseNextMessage. As after "append". */
  | { readonly kind: "append-more"; readonly line: Uint8Array; readonly literal: LiteralHeader }
  /** The APPEND is over; `sentence` says what was wrong with the end of its line, undefined when nothing was. */
  | { readonly kind: "append-end"; readonly sentence: string | undefined }
  /** Not a command: answer BAD under this tag. */
  | { readonly kind: "bad"; readonly tag: string; readonly sentence: string }
  /** Larger than a limit: answer BAD under this tag. The octets are dropped, unless they are too many for that: `isFatal`. */
  | { readonly kind: "too-long"; readonly tag: string; readonly sentence: string; readonly isFatal: boolean };

/** One raw line, as AUTHENTICATE and IDLE read them: without its CRLF. */
export type LineFrame =
  | { readonly kind: "line"; readonly octets: Uint8Array }
  | Extract<Frame, { kind: "bad" | "too-long" }>;
