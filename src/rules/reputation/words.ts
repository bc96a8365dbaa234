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

/** Sorted so: what parts words, what may stand within one, and what may begin one. */
const [PARTS, WITHIN, BEGINS] = [0, 1, 2];
/** Latin letters, by code: nearly all text, and looked at without an expression. */
const KINDS: Uint8Array = Uint8Array.from({ length: 0x250 }, (_, code) => {
  const sign = String.fromCharCode(code);
  return /^[\p{L}\p{N}$€£%]$/u.test(sign) ? BEGINS : /^[\p{M}'.@-]$/u.test(sign) ? WITHIN : PARTS;
});

/** Goes from run to run of what may be in words; in a run of Latin letters only its beginning can be something else. */
function addWords(words: Set<string>, mark: string, text: string): void {
  for (let at = 0; at < text.length && words.size < MAX_WORDS; ) {
    let end = at;
    let begin = -1;
    let wide = 0;
    let isLatin = true;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      const kind = code < KINDS.length ? KINDS[code] : undefined;
      if (kind === PARTS) break;
      if (kind === undefined) isLatin = false;
      else if (begin === -1 && kind === BEGINS) begin = end;
      if (code >= 0x80) wide++;
    }
    if (!isLatin) addAny(words, mark, text.slice(at, end));
    else if (begin !== -1) {
      const last = trimmedEnd(text, end);
      // Of a letter beyond ASCII there are two octets; what is trimmed has one.
      const isShort = mark.length + last - begin + wide <= MAX_OCTETS;
      if (last - begin >= LEAST && isShort) words.add(mark + text.slice(begin, last));
    }
    at = end + 1;
  }
}

/** Where a word ends without what may stand within words only. No expression: to one, a run of those costs its square. */
function trimmedEnd(text: string, end: number): number {
  let last = end;
  while (isTrimmed(text.charCodeAt(last - 1))) last--;
  return last;
}

const isTrimmed = (code: number): boolean =>
  code === 0x27 || code === 0x2e || code === 0x40 || code === 0x2d || code === 0x2019;

function addAny(words: Set<string>, mark: string, text: string): void {
  for (const [match] of text.matchAll(WORD)) {
    for (const word of UNPARTED.test(match) ? pairs(match) : [match.slice(0, trimmedEnd(match, match.length))]) {
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
