/**
 * The form in which a signature sees a message: "relaxed" for header (RFC 6376 section 3.4.2) and body (RFC 6376
 * section 3.4.4), which survives what mail systems do to white space on the way.
 */
import { createHash, type Hash } from "node:crypto";
import { BLOCK, firstOf, viewOf } from "../../syntax/bytes/sixteen.ts";

/** Writes a field as it is signed, without line end. @param raw name to line end, one character an octet */
export function relaxedField(raw: string): string {
  const colon = raw.indexOf(":");
  // No expression: one that looks for the end takes the square of a run of spaces.
  let nameEnd = colon;
  while (isWhite(raw.charCodeAt(nameEnd - 1))) nameEnd--;
  const name = raw.slice(0, nameEnd).toLowerCase();
  let value = raw.slice(colon + 1, withoutLineEnd(raw));
  // Most fields are on one line, with single spaces.
  if (/[\t\n]|  /.test(value)) value = value.replace(/\r?\n(?=[ \t])/g, "").replace(/[ \t]+/g, " ");
  const start = value.startsWith(" ") ? 1 : 0;
  const end = value.length > start && value.endsWith(" ") ? value.length - 1 : value.length;
  return `${name}:${value.slice(start, end)}`;
}

const isWhite = (code: number): boolean => code === SP || code === HTAB;

/** Where the text ends without its last line end. */
function withoutLineEnd(raw: string): number {
  if (!raw.endsWith("\n")) return raw.length;
  return raw.length - (raw.endsWith("\r\n") ? 2 : 1);
}

const HTAB = 9;
const LF = 10;
const CR = 13;
const SP = 32;
/** Line ends that are written at once. */
const MANY = 1024;
/** A run of octets below it is copied: each update of the hash costs as much as copying some hundred octets. */
const SHORT = 256;
/** What one octet, a short run, or what was held back before it may add at most. */
const MOST_ADDED = 2 * MANY + SHORT + 3;
/** Gathered for one update of the hash. All hashes share it, for none leaves anything in it. */
const ROOM: Uint8Array = new Uint8Array(16 * 1024);

/** SHA-256 over a body that streams by, in relaxed form. What is so already is hashed without a copy. */
export class RelaxedBodyHash {
  readonly #hash: Hash = createHash("sha256");
  /** Octets of `ROOM` that are to be hashed next. */
  #size = 0;
  /** Line ends that count only when something follows them. */
  #lineEnds = 0;
  #isSpace = false;
  #isCr = false;
  #isEmpty = true;

  /** Takes the next octets of the body, cut anywhere. */
  write(octets: Uint8Array): void {
    const view = viewOf(octets);
    let at = 0;
    while (at < octets.length) {
      if (this.#size > ROOM.length - 2 * MOST_ADDED) this.#flush();
      const isClean = this.#lineEnds === 0 && !this.#isSpace && !this.#isCr;
      const end = isClean ? relaxedEnd(octets, view, at) : at;
      if (end > at) this.#take(octets, at, end);
      at = end;
      if (at < octets.length) this.#octet(octets[at++] as number);
    }
    this.#flush();
  }

  /** The hash in base64; the end of the body. */
  end(): string {
    if (this.#isCr) {
      // Nothing follows the CR, so it ends no line.
      this.#putHeld();
      ROOM[this.#size++] = CR;
      this.#flush();
      this.#isEmpty = false;
    }
    if (!this.#isEmpty) this.#hash.update("\r\n");
    return this.#hash.digest("base64");
  }

  #octet(octet: number): void {
    if (octet === LF && this.#isCr) {
      this.#isCr = false;
      this.#isSpace = false;
      this.#lineEnds++;
      return;
    }
    const isHeldCr = this.#isCr;
    this.#isCr = octet === CR;
    if (!isHeldCr && this.#isCr) return;
    const isWhite = octet === SP || octet === HTAB;
    if (isWhite && !isHeldCr) {
      this.#isSpace = true;
      return;
    }
    this.#putHeld();
    // A CR that ends no line is an octet like others.
    if (isHeldCr) ROOM[this.#size++] = CR;
    if (isWhite) this.#isSpace = true;
    else if (!this.#isCr) ROOM[this.#size++] = octet;
    this.#isEmpty = false;
  }

  #take(octets: Uint8Array, at: number, end: number): void {
    this.#isEmpty = false;
    if (end - at < SHORT) {
      for (let n = at; n < end; n++) ROOM[this.#size++] = octets[n] as number;
      return;
    }
    this.#flush();
    this.#hash.update(octets.subarray(at, end));
  }

  /** Line ends and a space count, for something follows them. */
  #putHeld(): void {
    if (this.#lineEnds > MANY) {
      this.#flush();
      for (; this.#lineEnds > MANY; this.#lineEnds -= MANY) this.#hash.update("\r\n".repeat(MANY));
    }
    for (; this.#lineEnds > 0; this.#lineEnds--) {
      ROOM[this.#size++] = CR;
      ROOM[this.#size++] = LF;
    }
    if (this.#isSpace) ROOM[this.#size++] = SP;
    this.#isSpace = false;
  }

  #flush(): void {
    if (this.#size > 0) this.#hash.update(ROOM.subarray(0, this.#size));
    this.#size = 0;
  }
}

/** The highest bit of each of four octets. */
const MARKS: number = 0x80808080 | 0;
const LOW_BITS = 0x7f7f7f7f;
/** Added to the low bits of an octet, these set its mark when it is above SP, or above HTAB. */
const ABOVE_SP = 0x5f5f5f5f;
const ABOVE_HTAB = 0x76767676;

/**
 * Where the octets from `from` on stop being in relaxed form already, as far as can be told; they end inside a line.
 * Without HTABs only white octets side by side can make a difference, so sixteen are looked at together.
 */
function relaxedEnd(octets: Uint8Array, view: DataView, from: number): number {
  // Behind each octet two more are looked at; beyond the end of an array a look costs many times as much.
  const last = octets.length - 2;
  // What stands before it is not white.
  let at = from;
  while (at <= octets.length - BLOCK) {
    const first = view.getInt32(at, true);
    const second = view.getInt32(at + 4, true);
    const third = view.getInt32(at + 8, true);
    const fourth = view.getInt32(at + 12, true);
    const a = ((first & LOW_BITS) + ABOVE_SP) | first;
    const b = ((second & LOW_BITS) + ABOVE_SP) | second;
    const c = ((third & LOW_BITS) + ABOVE_SP) | third;
    const d = ((fourth & LOW_BITS) + ABOVE_SP) | fourth;
    // A mark stays where the octet or the one before it is above SP, and it is no HTAB.
    const w = (a | (a << 8) | 0x80) & (((first & LOW_BITS) + ABOVE_HTAB) | first);
    const x = (b | (b << 8) | (a >>> 24)) & (((second & LOW_BITS) + ABOVE_HTAB) | second);
    const y = (c | (c << 8) | (b >>> 24)) & (((third & LOW_BITS) + ABOVE_HTAB) | third);
    const z = (d | (d << 8) | (c >>> 24)) & (((fourth & LOW_BITS) + ABOVE_HTAB) | fourth);
    if ((w & x & y & z & MARKS) === MARKS) {
      at += d >= 0 ? BLOCK - 1 : BLOCK;
      continue;
    }
    const [p, q, r, s] = [~w & MARKS, ~x & MARKS, ~y & MARKS, ~z & MARKS];
    at += p !== 0 ? firstOf(p) : q !== 0 ? 4 + firstOf(q) : r !== 0 ? 8 + firstOf(r) : 12 + firstOf(s);
    if (at > from && (octets[at - 1] as number) <= SP) at--;
    const text = afterLineEnds(octets, at);
    if (text === at || text >= last || (octets[text] as number) <= SP) return at;
    at = text;
  }
  while (at < last) {
    const octet = octets[at] as number;
    if (octet > SP) at++;
    else if (octet === SP && (octets[at + 1] as number) > SP) at += 2;
    else if (octet === CR && octets[at + 1] === LF && (octets[at + 2] as number) > SP) at += 3;
    else return at;
  }
  return at;
}

/** Empty lines inside a text are what they are. */
function afterLineEnds(octets: Uint8Array, from: number): number {
  let at = from;
  while (at < octets.length - 1 && octets[at] === CR && octets[at + 1] === LF) at += 2;
  return at;
}
