/**
 * Which mailboxes a pattern of LIST or LSUB names, RFC 9051 section 6.3.9: `*` stands for anything, `%` for anything
 * without the hierarchy delimiter. Names and patterns are decoded (mailbox-name.ts). INBOX is named in any case, as the
 * first level of a name too. All ways to match are followed at once, so that no pattern takes more than
 * name x pattern steps; those that a later `*` makes superfluous are dropped, which in practice leaves a few.
 */

const STAR = -1;
const PERCENT = -2;
const INBOX = "INBOX";

/** Makes the test of mailbox names against the reference and the pattern of a LIST, taken together. */
export function listMatcher(pattern: string, delimiter: string): (name: string) => boolean {
  const signs = compile(pattern);
  return (name) => matches(signs, name, delimiter.charCodeAt(0), caselessLength(name, delimiter));
}

/** How much of a name compares without regard to case. */
function caselessLength(name: string, delimiter: string): number {
  return name === INBOX || name.startsWith(INBOX + delimiter) ? INBOX.length : 0;
}

/** The pattern as UTF-16 units and wildcards; a run of wildcards is one. */
function compile(pattern: string): readonly number[] {
  const signs: number[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const sign = pattern[i] === "*" ? STAR : pattern[i] === "%" ? PERCENT : pattern.charCodeAt(i);
    const last = signs.at(-1) ?? 0;
    if (sign < 0 && last < 0) signs[signs.length - 1] = Math.max(sign, last);
    else signs.push(sign);
  }
  return signs;
}

const isLower = (unit: number): boolean => unit >= 97 && unit <= 122;

function matches(signs: readonly number[], name: string, delimiter: number, caseless: number): boolean {
  let places = reach([], signs, 0);
  for (let i = 0; i < name.length && places.length > 0; i++) {
    const unit = name.charCodeAt(i);
    const next: number[] = [];
    for (const place of places) {
      const sign = signs[place];
      if (sign === STAR || (sign === PERCENT && unit !== delimiter)) reach(next, signs, place);
      else if (sign === unit || (i < caseless && sign !== undefined && isLower(sign) && sign - 32 === unit))
        reach(next, signs, place + 1);
    }
    places = next;
  }
  return places.at(-1) === signs.length;
}

/** Adds a place of the pattern to those reached, which ascend; a wildcard may stand for nothing, so what follows it too. */
function reach(places: number[], signs: readonly number[], place: number): number[] {
  // What lies before a star can only lead to this star again.
  if (signs[place] === STAR && places.at(-1) !== place) places.length = 0;
  for (let at = place; ; at++) {
    if (at > (places.at(-1) ?? -1)) places.push(at);
    if ((signs[at] ?? 0) >= 0) return places;
  }
}
