/**
 * Mailbox names between the wire and the store: modified UTF-7 (RFC 3501 section 5.1.3), which clients of IMAP4rev1 send
 * and get. Decoding is total and strict, so that a name has one spelling only: what a correct encoder would not have
 * written is undefined. Names are NFC and INBOX is in capitals.
 */
import { BadSyntax } from "./bad-syntax.ts";
import { latin1 } from "../bytes/latin1.ts";
import { fromUtf8, isAscii } from "./text.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
const VALUES = new Map(Array.from(ALPHABET, (sign, value) => [sign.charCodeAt(0), value]));
const AMPERSAND = 38;
const MINUS = 45;

/** Octets of a name on the wire. Bounds the work of normalization, which is not linear for hostile texts. */
const MAX_NAME_OCTETS = 2048;

const isPlain = (unit: number): boolean => unit >= 0x20 && unit <= 0x7e;

/** Writes a name as modified UTF-7: printable ASCII only. Unpaired surrogates pass unchanged. */
export function encodeMailboxName(name: string): string {
  let out = "";
  for (let i = 0; i < name.length; ) {
    const unit = name.charCodeAt(i);
    if (unit === AMPERSAND) {
      out += "&-";
      i++;
    } else if (isPlain(unit)) {
      out += name[i++];
    } else {
      const start = i;
      while (i < name.length && !isPlain(name.charCodeAt(i))) i++;
      out += `&${encodeShifted(name, start, i)}-`;
    }
  }
  return out;
}

function encodeShifted(name: string, start: number, end: number): string {
  let out = "";
  let bits = 0;
  let count = 0;
  for (let i = start; i < end; i++) {
    bits = (bits << 16) | name.charCodeAt(i);
    for (count += 16; count >= 6; count -= 6) out += ALPHABET[(bits >> (count - 6)) & 63];
    bits &= (1 << count) - 1;
  }
  return count === 0 ? out : out + ALPHABET[(bits << (6 - count)) & 63];
}

/** Reads modified UTF-7; undefined when it is not valid or not as a correct encoder writes it. */
export function decodeMailboxName(wire: string): string | undefined {
  let out = "";
  for (let i = 0; i < wire.length; ) {
    const unit = wire.charCodeAt(i);
    if (!isPlain(unit)) return undefined;
    if (unit !== AMPERSAND) {
      out += wire[i++];
      continue;
    }
    const end = wire.indexOf("-", i);
    if (end < 0) return undefined;
    const shifted = end === i + 1 ? "&" : decodeShifted(wire, i + 1, end);
    // Two shifts side by side, or a shift for what is plain, would give a name a second spelling.
    const again = wire.charCodeAt(end + 1) === AMPERSAND && wire.charCodeAt(end + 2) !== MINUS;
    if (shifted === undefined || (again && shifted !== "&")) return undefined;
    out += shifted;
    i = end + 1;
  }
  return out.isWellFormed() ? out : undefined;
}

function decodeShifted(wire: string, start: number, end: number): string | undefined {
  let out = "";
  let bits = 0;
  let count = 0;
  for (let i = start; i < end; i++) {
    const value = VALUES.get(wire.charCodeAt(i));
    if (value === undefined) return undefined;
    bits = (bits << 6) | value;
    count += 6;
    if (count < 16) continue;
    count -= 16;
    const unit = bits >> count;
    if (isPlain(unit)) return undefined;
    out += String.fromCharCode(unit);
    bits &= (1 << count) - 1;
  }
  return count < 6 && bits === 0 ? out : undefined;
}

/**
 * Makes a name of the octets of an astring: modified UTF-7, or UTF-8 when there are octets above 127, which clients of
 * UTF-8 mailboxes send without asking.
 */
function decodeOctets(octets: Uint8Array, what: string): string {
  if (octets.length > MAX_NAME_OCTETS) throw new BadSyntax(`${what} is longer than ${MAX_NAME_OCTETS} octets.`);
  const name = isAscii(octets) ? decodeMailboxName(latin1(octets)) : fromUtf8(octets);
  if (name === undefined) throw new BadSyntax(`${what} is neither valid modified UTF-7 nor UTF-8.`);
  if (/\p{Cc}/u.test(name)) throw new BadSyntax(`${what} contains a control character.`);
  return name.normalize("NFC");
}

/** Reads a mailbox name as a command gives it; throws BadSyntax. */
export function mailboxName(octets: Uint8Array): string {
  const name = decodeOctets(octets, "The mailbox name");
  return name.toUpperCase() === "INBOX" ? "INBOX" : name;
}

/** Reads the reference or pattern of LIST and LSUB; throws BadSyntax. */
export function mailboxPattern(octets: Uint8Array): string {
  return decodeOctets(octets, "The mailbox pattern");
}
