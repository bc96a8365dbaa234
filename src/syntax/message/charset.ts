/**
 * Octets in a charset to text, for comparison only: never fails, an unknown charset is read as UTF-8 where it looks
 * like that and as windows-1252 otherwise. Decoders are kept by name, because making one costs more than a short text.
 */
import { CHARSET_NAMES } from "./charset-names.ts";

const utf8 = new TextDecoder("utf-8");
const western = new TextDecoder("windows-1252");
/** As many at most as there are names that are known. */
const decoders = new Map<string, TextDecoder>();

/** Charsets whose declaration says little: often wrong, and UTF-8 when it is valid. */
const GUESSED = new Set(["", "us-ascii", "ascii", "utf-8", "utf8", "unknown-8bit", "unknown", "default", "8bit"]);

/** Names that mail uses and the Encoding standard does not know. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["cp936", "gbk"],
  ["cp932", "shift_jis"],
  ["cp-1252", "windows-1252"],
  ["x-windows-949", "euc-kr"],
]);

/** Decodes `octets`; `charset` in any case, with or without the language suffix of RFC 2231. */
export function decodeCharset(octets: Uint8Array, charset: string): string {
  const name = charset.toLowerCase();
  if (GUESSED.has(name)) return decodeGuessed(octets);
  const decoder = decoderOf(name);
  if (decoder === undefined) return decodeGuessed(octets);
  return decoder.decode(octets);
}

/** Decodes text of undeclared charset: UTF-8 if it is, else windows-1252. */
export function decodeGuessed(octets: Uint8Array): string {
  const text = utf8.decode(octets);
  // Text that was cut off within a character is UTF-8 all the same: it has others that are whole.
  return text.includes("\ufffd") && !/[\u0080-\ufffc]/.test(text) ? western.decode(octets) : text;
}

function decoderOf(name: string): TextDecoder | undefined {
  const star = name.indexOf("*");
  const said = (star < 0 ? name : name.slice(0, star)).trim();
  const label = ALIASES.get(said) ?? said;
  const kept = decoders.get(label);
  if (kept !== undefined || !CHARSET_NAMES.has(label)) return kept;
  const decoder = new TextDecoder(label);
  decoders.set(label, decoder);
  return decoder;
}
