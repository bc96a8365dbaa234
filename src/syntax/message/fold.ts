/**
 * The form in which SEARCH compares text: two strings match when one's folded form holds the other's.
 *
 * i;unicode-casemap (RFC 5051) in spirit: compatibility forms, case and white space make no difference, accents do.
 * Unlike it, letters stay composed, so that "e" does not match half of "é" and German text does not grow. Linear.
 * `fold(fold(x))` equals `fold(x)`.
 */
import { isAscii } from "./octets.ts";

/** Folds a text or a needle; runs of white space become one space each. */
export function fold(text: string): string {
  return collapse(isAscii(text) ? text.toLowerCase() : foldUnicode(text));
}

function foldUnicode(text: string): string {
  // Lower case may decompose (U+0130), and composing may bring back what has a lower case: hence twice.
  const lower = text.normalize("NFKC").toLowerCase().normalize("NFKC").toLowerCase();
  // The two letters whose lower case depends on what is beside them, or whose upper case is two letters.
  return lower.replaceAll("ß", "ss").replaceAll("ς", "σ").normalize("NFKC");
}

function collapse(text: string): string {
  // Runs first, a CRLF among them: the expression leaves single spaces alone, which is what makes it fast.
  let out = text.replace(/\s\s+/g, " ");
  for (const white of ["\n", "\t", "\r"]) if (out.includes(white)) out = out.replaceAll(white, " ");
  return out;
}
