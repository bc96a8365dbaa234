/**
 * The fields of a header on exact octets (RFC 5322 section 2.2), tolerant of bare LF and of lines that are no field.
 * Every octet before the empty line belongs to one field: what has no name has the name "".
 */
import { octetString } from "./octets.ts";

export type HeaderField = {
  /** Lower case, without white space before the colon; empty when the line is no field. */
  readonly name: string;
  /** Octets from the start of the header, first line to last line end. */
  readonly start: number;
  readonly end: number;
  /** Octets after the colon, unfolded and trimmed; one character an octet, without NUL, CR and LF. */
  readonly value: string;
};

const HTAB = 9;
const LF = 10;
const CR = 13;
const SP = 32;

/**
 * Lists the fields in order, up to the empty line or the end.
 * @param text the octets of `header` as a string, where somebody has made it already
 */
export function headerFields(header: Uint8Array, text: string = octetString(header)): HeaderField[] {
  const fields: HeaderField[] = [];
  let start = 0;
  while (start < text.length) {
    if (isEmptyLine(text, start)) break;
    let end = afterLine(text, start);
    while (end < text.length && isWhite(text.charCodeAt(end))) end = afterLine(text, end);
    fields.push(fieldOf(text, start, end));
    start = end;
  }
  return fields;
}

function isEmptyLine(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  return first === LF || (first === CR && text.charCodeAt(at + 1) === LF);
}

function afterLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

function isWhite(code: number): boolean {
  return code === SP || code === HTAB;
}

function fieldOf(text: string, start: number, end: number): HeaderField {
  let at = start;
  // RFC 5322 section 2.2: names are printable US-ASCII without the colon.
  while (at < end && text.charCodeAt(at) > SP && text.charCodeAt(at) < 127 && text[at] !== ":") at++;
  let colon = at;
  // RFC 5322 section 4.5: obsolete syntax has white space before the colon.
  while (colon < end && isWhite(text.charCodeAt(colon))) colon++;
  if (at === start || text[colon] !== ":" || colon >= end) return { name: "", start, end, value: "" };
  return { name: text.slice(start, at).toLowerCase(), start, end, value: unfold(text.slice(colon + 1, end)) };
}

function unfold(raw: string): string {
  let value = raw;
  const lf = raw.indexOf("\n");
  if (lf >= 0 && lf < raw.length - 1) value = raw.replace(/\r?\n/g, "");
  value = trimWhite(value);
  // A CR alone parts words; a NUL must not reach IMAP.
  if (/[\0\r]/.test(value)) value = value.replaceAll("\r", " ").replaceAll("\0", "");
  return value;
}

/** Trims ASCII white space only: other octets that JavaScript trims may be half of a character. */
function trimWhite(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isTrimmed(value.charCodeAt(start))) start++;
  while (end > start && isTrimmed(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

function isTrimmed(code: number): boolean {
  return isWhite(code) || code === CR || code === LF;
}

/**
 * Gives the octets of BODY[HEADER.FIELDS (...)] or, with `not`, of BODY[HEADER.FIELDS.NOT (...)]: the fields as they
 * came and the empty line (RFC 9051 section 6.4.5). `names` in any case.
 */
export function selectFields(header: Uint8Array, names: readonly string[], not: boolean): Uint8Array {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const chosen = headerFields(header).filter(({ name }) => wanted.has(name) !== not);
  const size = chosen.reduce((sum, { start, end }) => sum + end - start, 0);
  const out = new Uint8Array(size + 2);
  let at = 0;
  for (const { start, end } of chosen) {
    out.set(header.subarray(start, end), at);
    at += end - start;
  }
  out.set([CR, LF], at);
  return out;
}
