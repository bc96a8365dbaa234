/**
 * Header text to Unicode, for comparison and display: RFC 2047 encoded words, RFC 6532 UTF-8 and whatever else came.
 * Input is octets, one character each. Never fails: what is no encoded word stays as it is. Linear.
 */
import { decodeCharset, decodeGuessed } from "./charset.ts";
import { isAscii, octetsOf } from "./octets.ts";
import { decodeBase64, decodeQ } from "./transfer-encoding.ts";

/** RFC 2047 section 2, but spaces in the encoded text are forgiven, since senders leave them there. */
const WORD = /=\?([^?\s]*)\?([bBqQ])\?([^?]*)\?=/g;

/** Decodes a field's value. */
export function decodeWords(octets: string): string {
  if (!octets.includes("=?")) return decodePlain(octets);
  let out = "";
  let end = 0;
  /** Octets of neighbouring words of one charset: senders cut characters in two. */
  let pending: Uint8Array[] = [];
  let charset = "";
  const flush = (): void => {
    for (const text of decodeAll(pending, charset)) out += text;
    pending = [];
  };
  for (const match of octets.matchAll(WORD)) {
    const between = octets.slice(end, match.index);
    const name = (match[1] as string).toLowerCase();
    // RFC 2047 section 6.2: white space between two encoded words is not shown.
    const adjacent = pending.length > 0 && /^[\t ]*$/.test(between);
    if (!adjacent || name !== charset) flush();
    if (!adjacent) out += decodePlain(between);
    charset = name;
    const text = match[3] as string;
    pending.push(match[2] === "b" || match[2] === "B" ? decodeBase64(text) : decodeQ(text));
    end = match.index + match[0].length;
  }
  flush();
  return out + decodePlain(octets.slice(end));
}

function decodePlain(octets: string): string {
  return isAscii(octets) ? octets : decodeGuessed(octetsOf(octets));
}

function decodeAll(pieces: readonly Uint8Array[], charset: string): string[] {
  if (pieces.length < 2) return pieces.map((piece) => decodeCharset(piece, charset));
  // ISO-2022 starts each word in ASCII (RFC 1468): joined octets are right for it, too.
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return [decodeCharset(joined, charset)];
}
