/**
 * Which mailboxes a pattern of LIST or LSUB names, RFC 9051 section 6.3.9: `*` stands for anything, `%` for anything
 * without the hierarchy delimiter. Names and patterns are decoded (mailbox-name.ts). INBOX is named in any case, as the
 * first level of a name too. What stands before the first wildcard is compared; from there on all ways to match are
 * followed at once, a bit for each place of the pattern, so that no pattern takes more than a step for each 32 of its
 * signs and each sign of a name.
 */

const STAR = -1;
const PERCENT = -2;
const INBOX = "INBOX";
const BITS = 32;

/** Makes the test of mailbox names against the reference and the pattern of a LIST, taken together. */
export function listMatcher(pattern: string, delimiter: string): (name: string) => boolean {
  const prefix = pattern.slice(0, firstWildcard(pattern));
  const rest = compile(pattern.slice(prefix.length));
  return (name) => {
    const caseless = caselessLength(name, delimiter);
    if (!beginsWith(name, prefix, caseless)) return false;
    return matches(rest, name, prefix.length, delimiter.charCodeAt(0), caseless);
  };
}

/** Signs from the first wildcard on: what a pattern costs with each name. */
export function wildLength(pattern: string): number {
  return pattern.length - firstWildcard(pattern);
}

function firstWildcard(pattern: string): number {
  const at = pattern.search(/[*%]/);
  return at < 0 ? pattern.length : at;
}

/** How much of a name compares without regard to case. */
function caselessLength(name: string, delimiter: string): number {
  return name === INBOX || name.startsWith(INBOX + delimiter) ? INBOX.length : 0;
}

const isLower = (unit: number): boolean => unit >= 97 && unit <= 122;

function beginsWith(name: string, prefix: string, caseless: number): boolean {
  if (caseless === 0) return name.startsWith(prefix);
  const folded = prefix.slice(0, caseless).replace(/[a-z]/g, (letter) => letter.toUpperCase());
  return name.startsWith(folded + prefix.slice(caseless));
}

/** For each place of a pattern a bit: whether a star, a percent sign or this UTF-16 unit stands there. */
type Places = {
  readonly count: number;
  readonly star: Int32Array;
  readonly percent: Int32Array;
  readonly units: ReadonlyMap<number, Int32Array>;
};

/** A run of wildcards is one. */
function compile(pattern: string): Places {
  const signs: number[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const sign = pattern[i] === "*" ? STAR : pattern[i] === "%" ? PERCENT : pattern.charCodeAt(i);
    const last = signs.at(-1) ?? 0;
    if (sign < 0 && last < 0) signs[signs.length - 1] = Math.max(sign, last);
    else signs.push(sign);
  }
  // One place more, behind the last sign: there all of the pattern is matched.
  const words = Math.floor(signs.length / BITS) + 1;
  const [star, percent] = [new Int32Array(words), new Int32Array(words)];
  const units = new Map<number, Int32Array>();
  for (const [place, sign] of signs.entries()) {
    const known = sign === STAR ? star : sign === PERCENT ? percent : units.get(sign);
    const bits = known ?? new Int32Array(words);
    setBit(bits, place);
    if (known === undefined) units.set(sign, bits);
  }
  return { count: signs.length, star, percent, units };
}

function setBit(bits: Int32Array, place: number): void {
  bits[Math.floor(place / BITS)] = wordAt(bits, Math.floor(place / BITS)) | (1 << (place % BITS));
}

const wordAt = (bits: Int32Array | undefined, word: number): number => bits?.[word] ?? 0;

function matches(places: Places, name: string, from: number, delimiter: number, caseless: number): boolean {
  const { count, star, percent, units } = places;
  const reached = new Int32Array(star.length);
  reached[0] = 1;
  passWildcards(reached, places);
  for (let i = from; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    const same = units.get(unit);
    const small = i < caseless && isLower(unit + 32) ? units.get(unit + 32) : undefined;
    let carried = 0;
    let any = 0;
    for (let word = 0; word < reached.length; word++) {
      const at = wordAt(reached, word);
      const stays = at & (wordAt(star, word) | (unit === delimiter ? 0 : wordAt(percent, word)));
      const goes = at & (wordAt(same, word) | wordAt(small, word));
      const next = stays | (goes << 1) | carried;
      carried = goes >>> (BITS - 1);
      reached[word] = next;
      any |= next;
    }
    if (any === 0) return false;
    passWildcards(reached, places);
  }
  return ((wordAt(reached, Math.floor(count / BITS)) >>> (count % BITS)) & 1) === 1;
}

/** A wildcard may stand for nothing: the place after it is reached too, and that is none. */
function passWildcards(reached: Int32Array, { star, percent }: Places): void {
  let carried = 0;
  for (let word = 0; word < reached.length; word++) {
    const at = wordAt(reached, word);
    const passed = at & (wordAt(star, word) | wordAt(percent, word));
    reached[word] = at | (passed << 1) | carried;
    carried = passed >>> (BITS - 1);
  }
}
