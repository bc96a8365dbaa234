/**
 * What is computed once from a message's octets when it arrives, so that no command has to parse it again.
 *
 * Strings marked *octets* hold one octet a character (latin1): header text comes back exactly as it came, whatever its
 * charset; write them to a socket as latin1. Strings marked *folded* are Unicode, made for comparison by fold.ts.
 */
export type Derived = {
  /** Octets of the whole message. */
  readonly size: number;
  /** Octets of the header with the empty line that ends it; equals `size` when no empty line came. */
  readonly headerSize: number;
  /** ENVELOPE in IMAP4rev1 syntax with its parentheses (RFC 3501 section 7.4.2), *octets*; 8-bit text as literals. */
  readonly envelope: string;
  /** BODYSTRUCTURE with extension data, in IMAP4rev1 syntax with its parentheses, *octets*. */
  readonly structure: string;
  /** The MIME tree with octet offsets as compact JSON; `decodeTree` of part.ts reads it. */
  readonly tree: string;
  /** The address fields, *folded*: decoded display names and addresses, parted by newlines; empty when absent. */
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  readonly bcc: string;
  /** *Folded*, RFC 2047 words decoded. */
  readonly subject: string;
  /**
   * Of the Date field: day and time as written there, as if they were UTC, in epoch milliseconds, since SEARCH compares
   * days without regard to zones (RFC 3501 section 6.4.4). Undefined when absent or not a date.
   */
  readonly sentDate: number | undefined;
  /** Decoded text of all text parts, *folded*, parts parted by newlines; cut off at the parser's text limit. */
  readonly text: string;
};
