/**
 * Content transfer encodings undone (RFC 2045 section 6), for text that is searched: tolerant of junk, of line ends
 * other than CRLF and of input that was cut off anywhere. Never throws; linear.
 */
import { octetString } from "./octets.ts";

/** Decodes a body; `encoding` in lower case. 7bit, 8bit, binary and what is unknown come back as they are. */
export function decodeTransfer(octets: Uint8Array, encoding: string): Uint8Array {
  if (encoding === "base64") return decodeBase64(octetString(octets));
  if (encoding === "quoted-printable") return decodeQuotedPrintable(octets);
  return octets;
}

/** Below it, as in encoded words, of which there may be thousands, an error costs more than to decode by hand. */
const SHORT = 128;

/** Decodes base64 (RFC 2045 section 6.8); what is not of its alphabet is passed over. */
export function decodeBase64(text: string): Uint8Array {
  if (text.length < SHORT) return decodeBroken(text);
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "loose" });
  } catch {
    return decodeBroken(text);
  }
}

/** Padding in the middle comes from pieces encoded singly and joined: after it a new group of four begins. */
function decodeBroken(text: string): Uint8Array {
  const out = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const value = base64Digit(code);
    if (value >= 0) {
      bits = ((bits << 6) | value) & 0xfff;
      count += 6;
      if (count >= 8) {
        count -= 8;
        out[length++] = bits >> count;
      }
    } else if (code === EQUALS) count = 0;
  }
  return out.subarray(0, length);
}

function base64Digit(code: number): number {
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 97 && code <= 122) return code - 71;
  if (code >= 48 && code <= 57) return code + 4;
  if (code === 43) return 62;
  return code === 47 ? 63 : -1;
}

const HTAB = 9;
const LF = 10;
const CR = 13;
const SP = 32;
const EQUALS = 61;

/** Decodes quoted-printable (RFC 2045 section 6.7); an `=` that starts nothing stays. */
export function decodeQuotedPrintable(octets: Uint8Array): Uint8Array {
  const out = new Uint8Array(octets.length);
  let length = 0;
  /** How much of `out` white space at a line's end must not be cut from: decoded octets stay. */
  let kept = 0;
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] as number;
    if (octet === EQUALS) {
      const value = hexPair(octets[at + 1], octets[at + 2]);
      if (value >= 0) {
        out[length++] = value;
        kept = length;
        at += 2;
        continue;
      }
      const next = afterSoftBreak(octets, at + 1);
      if (next > 0) {
        kept = length;
        at = next - 1;
        continue;
      }
    } else if (octet === LF) {
      // RFC 2045 section 6.7 rule 3: white space before a line end was added on the way.
      let end = length;
      const hadCr = end > kept && out[end - 1] === CR;
      if (hadCr) end--;
      while (end > kept && (out[end - 1] === SP || out[end - 1] === HTAB)) end--;
      if (hadCr) out[end++] = CR;
      out[end] = LF;
      length = end + 1;
      kept = length;
      continue;
    }
    out[length++] = octet;
  }
  return out.subarray(0, length);
}

/** Decodes the Q encoding of RFC 2047 section 4.2. */
export function decodeQ(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === EQUALS) {
      const value = hexPair(text.charCodeAt(at + 1), text.charCodeAt(at + 2));
      if (value >= 0) {
        out[length++] = value;
        at += 2;
        continue;
      }
    }
    out[length++] = code === 95 ? SP : code;
  }
  return out.subarray(0, length);
}

/** The position after `=`, white space and a line end; 0 when this is none. The end of input counts as a line end. */
function afterSoftBreak(octets: Uint8Array, from: number): number {
  let at = from;
  while (octets[at] === SP || octets[at] === HTAB) at++;
  if (at >= octets.length) return at;
  if (octets[at] === LF) return at + 1;
  return octets[at] === CR && octets[at + 1] === LF ? at + 2 : 0;
}

function hexPair(high: number | undefined, low: number | undefined): number {
  const a = hexDigit(high);
  const b = hexDigit(low);
  return a < 0 || b < 0 ? -1 : a * 16 + b;
}

/** NaN and undefined are no digits. */
function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
