/**
 * The character classes of RFC 9051 section 9 as one table of bits, because every octet of every command asks for its
 * class at least once.
 */

/** ATOM-CHAR. */
export const ATOM = 1;
/** ASTRING-CHAR: ATOM-CHAR and `]`. */
export const ASTRING = 2;
/** list-char: ASTRING-CHAR and the wildcards. */
export const LIST = 4;
/** What a tag is made of: ASTRING-CHAR without `+`. */
export const TAG = 8;
/** base64-char and the padding `=`. */
export const BASE64 = 16;

export const CR = 13;
export const LF = 10;
export const SPACE = 32;
export const QUOTE = 34;
export const BACKSLASH = 92;

function classOf(octet: number): number {
  if (octet <= SPACE || octet >= 127) return 0;
  const sign = String.fromCharCode(octet);
  const base64 = /[A-Za-z0-9+/=]/.test(sign) ? BASE64 : 0;
  if ('(){"\\'.includes(sign)) return base64;
  if ("%*".includes(sign)) return LIST;
  if (sign === "]") return ASTRING | LIST | TAG;
  return base64 | ATOM | ASTRING | LIST | (sign === "+" ? 0 : TAG);
}

const CLASSES = Uint8Array.from({ length: 256 }, (_, octet) => classOf(octet));

/** Tells whether `octet` belongs to one of the classes in `mask`; undefined, the end, belongs to none. */
export function isIn(octet: number | undefined, mask: number): boolean {
  return octet !== undefined && ((CLASSES[octet] as number) & mask) !== 0;
}

export function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 48 && octet <= 57;
}
