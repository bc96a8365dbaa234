/**
 * A place in the octets of one command, and the tokens that can be read there: RFC 9051 section 9, the rules that all
 * commands share. Every method either moves forward or throws BadSyntax, so that reading is linear; literals lie in the
 * octets right behind their header (framer.ts sees to that).
 */
import { BadSyntax } from "./bad-syntax.ts";
import { ASTRING, ATOM, BACKSLASH, CR, isDigit, isIn, LF, LIST, QUOTE, SPACE } from "./octet.ts";
import { latin1 } from "../bytes/latin1.ts";

/** The header of a literal: `{310}`, or `{310+}` when the octets come without waiting (RFC 7888). */
export type LiteralHeader = { readonly size: number; readonly synchronizing: boolean };

export class Cursor {
  readonly octets: Uint8Array;
  at: number;

  constructor(octets: Uint8Array, at = 0) {
    this.octets = octets;
    this.at = at;
  }

  fail(sentence: string): never {
    throw new BadSyntax(sentence);
  }

  peek(): number | undefined {
    return this.octets[this.at];
  }

  /** Tells whether the next octet is this ASCII character, without moving. */
  sees(sign: string): boolean {
    return this.octets[this.at] === sign.charCodeAt(0);
  }

  /** Moves over one ASCII character if it is there. */
  takes(sign: string): boolean {
    if (!this.sees(sign)) return false;
    this.at++;
    return true;
  }

  /** Moves over one ASCII character that must be there; `where` ends the sentence "Expected ... ". */
  expect(sign: string, where: string): void {
    if (!this.takes(sign)) this.fail(`Expected "${sign}" ${where}.`);
  }

  space(where: string): void {
    if (!this.takes(" ")) this.fail(`Expected a space ${where}.`);
  }

  /** The run of octets of these classes, as text; may be empty. */
  run(mask: number): string {
    const start = this.at;
    while (isIn(this.octets[this.at], mask)) this.at++;
    return latin1(this.octets.subarray(start, this.at));
  }

  atom(what: string): string {
    const text = this.run(ATOM);
    if (text === "") this.fail(`Expected ${what}.`);
    return text;
  }

  /** A keyword of the grammar, in capitals. */
  keyword(what: string): string {
    return this.atom(what).toUpperCase();
  }

  /** A number as digits; refuses what is above `highest`. */
  number(what: string, highest: number = Number.MAX_SAFE_INTEGER): number {
    const start = this.at;
    let value = 0;
    for (; isDigit(this.octets[this.at]); this.at++) {
      value = value * 10 + (this.octets[this.at] as number) - 48;
      if (value > highest) this.fail(`Expected ${what} of at most ${highest}.`);
    }
    if (this.at === start) this.fail(`Expected ${what}.`);
    return value;
  }

  seesString(): boolean {
    return this.sees('"') || this.sees("{");
  }

  /** The octets of `string`: quoted or literal. */
  string(what: string): Uint8Array {
    if (this.sees('"')) return this.#quoted();
    if (this.sees("{")) return this.#literal();
    return this.fail(`Expected ${what} as a quoted string or a literal.`);
  }

  /** The octets of `astring`. */
  astring(what: string): Uint8Array {
    return this.seesString() ? this.string(what) : this.#bare(ASTRING, what);
  }

  /** The octets of `list-mailbox`: an astring that may have wildcards. */
  listMailbox(what: string): Uint8Array {
    return this.seesString() ? this.string(what) : this.#bare(LIST, what);
  }

  /** `{size}` or `{size+}` and CRLF, without the octets that follow. */
  literalHeader(): LiteralHeader {
    this.expect("{", "where a literal begins");
    const size = this.number("the size of a literal");
    const synchronizing = !this.takes("+");
    this.expect("}", "after the size of a literal");
    if (!this.#takesLineEnd()) this.fail("Expected the end of the line after the size of a literal.");
    return { size, synchronizing };
  }

  /** `(item item ...)`; `item` must move. Spaces before the closing parenthesis are let pass. */
  list<T>(what: string, item: () => T, mayBeEmpty = false): T[] {
    this.expect("(", `before ${what}`);
    const items: T[] = [];
    if (mayBeEmpty && this.takes(")")) return items;
    do {
      items.push(item());
      this.spaces();
    } while (!this.takes(")") && this.#wasSpace(what));
    return items;
  }

  /** Moves over any number of spaces. */
  spaces(): void {
    while (this.octets[this.at] === SPACE) this.at++;
  }

  /** The end of the command: CRLF and nothing after it. Spaces before it are let pass: clients send them. */
  end(): void {
    this.spaces();
    if (!this.#takesLineEnd() || this.at !== this.octets.length) this.fail("Expected the end of the command.");
  }

  /** Tells whether only spaces are left before the end of the line, without moving. */
  seesEnd(): boolean {
    let at = this.at;
    while (this.octets[at] === SPACE) at++;
    return this.octets[at] === CR || at >= this.octets.length;
  }

  #wasSpace(what: string): true {
    if (this.octets[this.at - 1] !== SPACE) this.fail(`Expected a space or ")" in ${what}.`);
    return true;
  }

  #takesLineEnd(): boolean {
    if (this.octets[this.at] !== CR || this.octets[this.at + 1] !== LF) return false;
    this.at += 2;
    return true;
  }

  #bare(mask: number, what: string): Uint8Array {
    const start = this.at;
    while (isIn(this.octets[this.at], mask)) this.at++;
    if (this.at === start) this.fail(`Expected ${what}.`);
    return this.octets.subarray(start, this.at);
  }

  #literal(): Uint8Array {
    const { size } = this.literalHeader();
    if (size > this.octets.length - this.at) this.fail("The literal is shorter than its size says.");
    const octets = this.octets.subarray(this.at, this.at + size);
    this.at += size;
    if (octets.includes(0)) this.fail("A literal must not contain the octet 0.");
    return octets;
  }

  #quoted(): Uint8Array {
    const start = ++this.at;
    let escapes = 0;
    for (; ; this.at++) {
      let octet = this.octets[this.at];
      if (octet === QUOTE) break;
      if (octet === BACKSLASH) {
        escapes++;
        octet = this.octets[++this.at];
        if (octet !== QUOTE && octet !== BACKSLASH)
          this.fail("In a quoted string a backslash must stand before a quote or a backslash.");
      }
      if (octet === undefined || octet === CR || octet === LF) this.fail("Expected the closing quote of a string.");
      if (octet === 0) this.fail("A quoted string must not contain the octet 0.");
    }
    const octets = this.octets.subarray(start, this.at++);
    return escapes === 0 ? octets : unescape(octets, escapes);
  }
}

function unescape(octets: Uint8Array, escapes: number): Uint8Array {
  const plain = new Uint8Array(octets.length - escapes);
  let to = 0;
  for (let from = 0; from < octets.length; from++) {
    if (octets[from] === BACKSLASH) from++;
    plain[to++] = octets[from] as number;
  }
  return plain;
}
