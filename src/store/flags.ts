/**
 * Flags of a mail as one number: the low eight bits are the system flags of RFC 9051 section 2.3.2, the rest is the
 * number of a keyword set, which the account's store has given to each combination of keywords it has met (0: none).
 * Two mails with equal numbers have equal flags, so an encoder caches the text by number and keywords are unlimited.
 */

declare const brand: unique symbol;
export type Flags = number & { readonly [brand]: "Flags" };

export const SEEN = 1;
export const ANSWERED = 2;
export const FLAGGED = 4;
export const DELETED = 8;
export const DRAFT = 16;
export const SYSTEM_MASK = 0xff;

/** Wire names of the system flags, by bit. */
export const SYSTEM_FLAGS: readonly (readonly [name: string, bit: number])[] = [
  ["\\Answered", ANSWERED],
  ["\\Flagged", FLAGGED],
  ["\\Deleted", DELETED],
  ["\\Seen", SEEN],
  ["\\Draft", DRAFT],
];

export function flags(system: number, keywordSet: number): Flags {
  return (keywordSet * 256 + (system & SYSTEM_MASK)) as Flags;
}
export const systemOf = (value: Flags): number => value % 256;
export const keywordSetOf = (value: Flags): number => Math.floor(value / 256);

/** Flags by name, as a client or a rule states them. Keywords compare without regard to ASCII case; the first spelling stays. */
export type FlagNames = { readonly system: number; readonly keywords: readonly string[] };
