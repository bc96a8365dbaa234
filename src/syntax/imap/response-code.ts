/**
 * Response codes with arguments, without their brackets: RFC 9051 section 7.1, UIDPLUS (RFC 4315 section 3), CONDSTORE
 * (RFC 7162 section 3.1). Those without arguments are plain words where they are said.
 */
import type { NumberSet } from "../bytes/number-set.ts";
import { encodeFlags, encodeSet } from "./encode.ts";

/** `APPENDUID`: where messages came to lie, in their order (RFC 3502 for several). */
export function appendUid(uidValidity: number, uids: NumberSet): string {
  return `APPENDUID ${uidValidity} ${encodeSet(uids)}`;
}

/** `COPYUID`: the n-th of `from` became the n-th of `to`. */
export function copyUid(uidValidity: number, from: NumberSet, to: NumberSet): string {
  return `COPYUID ${uidValidity} ${encodeSet(from)} ${encodeSet(to)}`;
}

/** RFC 7162 section 3.1.3: what a conditional STORE left alone. */
export function modified(messages: NumberSet): string {
  return `MODIFIED ${encodeSet(messages)}`;
}

/** The flags that a client may set for good; `\*` when it may make keywords. */
export function permanentFlags(flags: readonly string[]): string {
  return `PERMANENTFLAGS ${encodeFlags(flags)}`;
}

export function badCharset(known: readonly string[]): string {
  return `BADCHARSET (${known.join(" ")})`;
}

export function capability(capabilities: readonly string[]): string {
  return `CAPABILITY ${capabilities.join(" ")}`;
}

/** Codes of one number. */
export function numberCode(name: "UIDNEXT" | "UIDVALIDITY" | "UNSEEN" | "HIGHESTMODSEQ", value: number): string {
  return `${name} ${value}`;
}
