/**
 * The end of a line seen as the header of a literal: `{310}` or `{310+}` before CRLF (RFC 9051 section 4.3, RFC 7888). No
 * well-formed command has such an end for another reason, so that framing needs no grammar.
 */
import type { LiteralHeader } from "./cursor.ts";
import { CR, isDigit, LF } from "./octet.ts";
import { latin1 } from "../bytes/latin1.ts";

/** Octets from the brace to the CRLF: 20 digits, more than 64 bits can say, are read at most. */
export const MAX_HEADER_OCTETS = 25;

const OPEN = 123;
const CLOSE = 125;
const PLUS = 43;

/** Gives the literal that `line` announces at its end and where its `{` is; a size too large for a number is inexact. */
export function literalAtEnd(line: Uint8Array): (LiteralHeader & { readonly at: number }) | undefined {
  let at = line.length - 3;
  if (line[at] !== CLOSE || line[at + 1] !== CR || line[at + 2] !== LF) return undefined;
  const synchronizing = line[at - 1] !== PLUS;
  if (!synchronizing) at--;
  const end = at--;
  while (isDigit(line[at]) && line.length - at < MAX_HEADER_OCTETS) at--;
  if (line[at] !== OPEN || at + 1 === end) return undefined;
  return { size: Number(latin1(line.subarray(at + 1, end))), synchronizing, at };
}

const APPEND = "APPEND ";

/** Tells whether a line that begins with this tag names the command APPEND. */
export function isAppend(line: Uint8Array, tag: string): boolean {
  if (tag === "*") return false;
  const name = line.subarray(tag.length + 1, tag.length + 1 + APPEND.length);
  return latin1(name).toUpperCase() === APPEND;
}

/** Where the first argument of APPEND begins: a literal there is the mailbox name, every other one a message. */
export function firstArgumentOfAppend(tag: string): number {
  return tag.length + 1 + APPEND.length;
}
