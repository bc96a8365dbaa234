/**
 * The form in which SEARCH compares text: two strings match when one's folded form holds the other's.
 *
 * i;unicode-casemap (RFC 5051) in spirit: compatibility forms, case and white space make no difference, accents do.
 * Unlike it, letters stay composed, so that "e" does not match half of "é" and German text does not grow. Linear: of
 * marks that stand on one letter so many count and no more. `fold(fold(x))` equals `fold(x)`.
 */
import { isAscii } from "./octets.ts";

/** Folds a text or a needle; runs of white space become one space each. */
export function fold(text: string): string {
  return collapse(isAscii(text) ? text.toLowerCase() : foldUnicode(text));
}

/**
 * Marks in a row, 32 of them and what is more. Normalization sorts each row, and takes the square of its length for that;
 * no language needs ten (Unicode Standard Annex 15 section 13 counts 30). The two signs are no marks until they are
 * normalized.
 */
const MANY_MARKS = /([\p{M}\uff9e\uff9f]{32})[\p{M}\uff9e\uff9f]+/gu;

/** Leaves so few marks in a row that normalization takes the time of the text. */
export const withFewMarks = (text: string): string => text.replace(MANY_MARKS, "$1");

const MARK = /[\p{M}\uff9e\uff9f]/u;

function foldUnicode(text: string): string {
  const lower = withFewMarks(text).normalize("NFKC").toLowerCase();
  // Without marks nothing is left that could be composed.
  if (!MARK.test(lower)) return withDouble(lower);
  // Lower case may decompose (U+0130), and composing may bring back what has a lower case: hence twice.
  const folded = withDouble(lower.normalize("NFKC").toLowerCase()).normalize("NFKC");
  // Letters that were taken apart have added marks.
  return withFewMarks(folded);
}

/** The two letters whose lower case depends on what is beside them, or whose upper case is two letters. */
function withDouble(lower: string): string {
  return lower.replaceAll("ß", "ss").replaceAll("ς", "σ");
}

function collapse(text: string): string {
  // Runs first, a CRLF among them: the expression leaves single spaces alone, which is what makes it fast.
  let out = text.replace(/\s\s+/g, " ");
  for (const white of ["\n", "\t", "\r"]) if (out.includes(white)) out = out.replaceAll(white, " ");
  return out;
}
