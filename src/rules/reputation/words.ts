/**
 * The words of a message for statistics: of subject, sender's name and text, each once, and only so many that the cost of
 * a message has a bound. Takes the folded text that a message was stored with. Scripts that do not part words give
 * pairs of letters.
 */

/** Folded, as `Derived` has them. */
export type MailText = { readonly subject: string; readonly from: string; readonly text: string };

/** Distinct words of a message: more tell no more, and each costs a look into the memory. */
export const MAX_WORDS = 250;
/** Characters of the text that are read. */
const MAX_TEXT = 64 * 1024;
const MAX_FIELD = 1024;
/** What a fingerprint is made of. */
const MAX_OCTETS = 32;
const LEAST = 3;
const WORD = /[\p{L}\p{N}$€£%][\p{L}\p{M}\p{N}$€£%'’.@-]*/gu;
const UNPARTED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** At most `MAX_WORDS` words of at most 32 octets in UTF-8, those of the header marked as such. */
export function wordsOf({ subject, from, text }: MailText): readonly string[] {
  const words = new Set<string>();
  addWords(words, "s:", subject.slice(0, MAX_FIELD));
  addWords(words, "f:", from.slice(0, MAX_FIELD));
  addWords(words, "", text.slice(0, MAX_TEXT));
  return [...words];
}

function addWords(words: Set<string>, mark: string, text: string): void {
  for (const [match] of text.matchAll(WORD)) {
    for (const word of UNPARTED.test(match) ? pairs(match) : [match.replace(/['’.@-]+$/, "")]) {
      if (words.size >= MAX_WORDS) return;
      const isWord = word.length >= LEAST || UNPARTED.test(word);
      const marked = `${mark}${word}`;
      if (isWord && octetsOf(marked) <= MAX_OCTETS) words.add(marked);
    }
  }
}

function pairs(text: string): readonly string[] {
  const letters = Array.from(text.slice(0, MAX_FIELD));
  return letters.length < 2 ? letters : letters.slice(1).map((letter, at) => `${letters[at] ?? ""}${letter}`);
}

function octetsOf(word: string): number {
  let octets = 0;
  for (const sign of word) {
    const code = sign.codePointAt(0) ?? 0;
    octets += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return octets;
}
