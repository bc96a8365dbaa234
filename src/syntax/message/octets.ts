/**
 * Octets as text, one character an octet (latin1), and back. TextDecoder has no such charset: its `latin1` is
 * windows-1252, which maps 0x80 to 0x9F elsewhere.
 */
import { latin1 } from "../bytes/latin1.ts";

const ascii = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();
/** Below it a regular expression is faster than an encoder. */
const SHORT = 256;

/** Tells whether `text` has only characters below U+0080. */
export function isAscii(text: string): boolean {
  return text.length < SHORT ? !/[^\0-\x7f]/.test(text) : encoder.encode(text).length === text.length;
}

/** Makes a string of as many characters as there are octets. */
export function octetString(octets: Uint8Array): string {
  const text = ascii.decode(octets);
  // Valid UTF-8 of as many characters as octets is ASCII; what is not valid shows as U+FFFD.
  if (text.length === octets.length && !text.includes("\ufffd")) return text;
  return latin1(octets);
}

/** Makes octets of a string that `octetString` or the like made; the inverse of it. */
export function octetsOf(text: string): Uint8Array {
  if (isAscii(text)) return encoder.encode(text);
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) octets[at] = text.charCodeAt(at);
  return octets;
}
