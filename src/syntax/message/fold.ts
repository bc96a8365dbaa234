/**
 * The form in which SEARCH compares text: two strings match when one's folded form holds the other's.
 *
 * i;unicode-casemap (RFC 5051) in spirit: compatibility forms, case and white space make no difference, accents do.
 * Unlike it, letters stay composed, so that "e" does not match half of "é" and German text does not grow. Linear but
 * for runs of spaces, which cost their logarithm. `fold(fold(x))` equals `fold(x)`.
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
  let out = text;
  if (out.includes("\n")) out = out.replaceAll("\r\n", " ").replaceAll("\n", " ");
  if (out.includes("\r")) out = out.replaceAll("\r", " ");
  if (out.includes("\t")) out = out.replaceAll("\t", " ");
  // Each pass halves a run: for text this beats a regular expression that looks at every space.
  while (out.includes("  ")) out = out.replaceAll("  ", " ");
  return out;
}
