/**
 * The SHA-256 of a body that streams by, in the forms and up to the lengths that the signatures of one message ask for
 * (RFC 6376 sections 3.4.3 to 3.4.5). Memory does not grow with the body; how many forms are reckoned is bounded.
 */
import { createHash, type Hash } from "node:crypto";
import { RelaxedBodyHash } from "../../dkim/canonical.ts";
import type { Canonicalization } from "./signed-header.ts";

export type BodyDigest = {
  /** Base64. */
  readonly hash: string;
  /** The signature covers all of the body: there is no l=, or nothing follows it. */
  readonly isWhole: boolean;
  /** False when l= is more than there is. */
  readonly isLongEnough: boolean;
};

interface BodyForm {
  write(octets: Uint8Array): void;
  end(): BodyDigest;
}

/** All forms of one body. */
export class BodyDigests {
  readonly #max: number;
  readonly #forms = new Map<string, BodyForm>();
  readonly #digests = new Map<string, BodyDigest>();

  /** @param max forms that are reckoned */
  constructor(max: number) {
    this.#max = max;
  }

  /** True when somebody wants to see the body. */
  get isNeeded(): boolean {
    return this.#forms.size > 0;
  }

  /** Asks for a form, before the body comes; false when there are too many already. */
  need(form: Canonicalization, length: number | undefined): boolean {
    const key = `${form} ${length}`;
    if (this.#forms.has(key)) return true;
    if (this.#forms.size >= this.#max) return false;
    this.#forms.set(key, length === undefined && form === "relaxed" ? wholeRelaxed() : new Measured(form, length));
    return true;
  }

  write(octets: Uint8Array): void {
    for (const form of this.#forms.values()) form.write(octets);
  }

  /** The body is whole. */
  end(): void {
    for (const [key, form] of this.#forms) this.#digests.set(key, form.end());
  }

  /** `undefined` for a form that `need` refused. */
  digest(form: Canonicalization, length: number | undefined): BodyDigest | undefined {
    return this.#digests.get(`${form} ${length}`);
  }
}

function wholeRelaxed(): BodyForm {
  const hash = new RelaxedBodyHash();
  return {
    write: (octets) => hash.write(octets),
    end: () => ({ hash: hash.end(), isWhole: true, isLongEnough: true }),
  };
}

const HTAB = 9;
const LF = 10;
const CR = 13;
const SP = 32;
const LINE_END = Buffer.from("\r\n");
/** A body may be empty lines alone, and something behind them. */
const LINE_ENDS = Buffer.from("\r\n".repeat(8 * 1024));
const ONE_CR = Buffer.of(CR);
const ONE_SP = Buffer.of(SP);
/** Octets gathered for one update of the hash, and below which they are: an update costs as much as copying hundreds. */
const GATHERED = 16 * 1024;
const SHORT = 256;

/** Either form, counted: for the form "simple", and for what covers a part of the body alone. */
class Measured implements BodyForm {
  readonly #isRelaxed: boolean;
  readonly #length: number;
  readonly #hash: Hash = createHash("sha256");
  #size = 0;
  readonly #gathered: Uint8Array = new Uint8Array(GATHERED);
  #filled = 0;
  /** Line ends that count only when something follows them. */
  #lineEnds = 0;
  #isSpace = false;
  #isCr = false;

  constructor(form: Canonicalization, length: number | undefined) {
    this.#isRelaxed = form === "relaxed";
    this.#length = length ?? Infinity;
  }

  write(octets: Uint8Array): void {
    let at = 0;
    while (at < octets.length) {
      const octet = octets[at] as number;
      if (octet === LF && this.#isCr) {
        this.#isCr = false;
        this.#isSpace = false;
        this.#lineEnds++;
        at++;
        continue;
      }
      if (this.#isCr) this.#putCr();
      if (octet === CR) {
        this.#isCr = true;
        at++;
      } else if (this.#isRelaxed && (octet === SP || octet === HTAB)) {
        this.#isSpace = true;
        at++;
      } else {
        const end = this.#plainEnd(octets, at);
        this.#putHeld();
        this.#put(octets, at, end);
        at = end;
      }
    }
  }

  end(): BodyDigest {
    if (this.#isCr) this.#putCr();
    // RFC 6376 section 3.4.3: an empty body is one line end in the form "simple" (section 3.4.4: none in the other).
    if (this.#size > 0 || !this.#isRelaxed) this.#put(LINE_END);
    const isWhole = this.#size <= this.#length;
    this.#flush();
    const isLongEnough = this.#length === Infinity || this.#size >= this.#length;
    return { hash: this.#hash.digest("base64"), isWhole, isLongEnough };
  }

  /** Where the run of octets that stay as they are ends. */
  #plainEnd(octets: Uint8Array, from: number): number {
    let at = from + 1;
    while (at < octets.length) {
      const octet = octets[at] as number;
      if (octet === CR || (this.#isRelaxed && (octet === SP || octet === HTAB))) break;
      at++;
    }
    return at;
  }

  /** A CR that ends no line is an octet like others. */
  #putCr(): void {
    this.#isCr = false;
    this.#putHeld();
    this.#put(ONE_CR);
  }

  #putHeld(): void {
    while (this.#lineEnds > 0) {
      const octets = Math.min(this.#lineEnds * LINE_END.length, LINE_ENDS.length);
      this.#put(LINE_ENDS, 0, octets);
      this.#lineEnds -= octets / LINE_END.length;
    }
    if (this.#isSpace) this.#put(ONE_SP);
    this.#isSpace = false;
  }

  #put(octets: Uint8Array, from = 0, to: number = octets.length): void {
    const end = Math.min(to, from + Math.max(0, this.#length - this.#size));
    this.#size += to - from;
    const count = end - from;
    if (this.#filled + count > GATHERED || count >= SHORT) this.#flush();
    if (count >= SHORT) this.#hash.update(octets.subarray(from, end));
    else for (let at = from; at < end; at++) this.#gathered[this.#filled++] = octets[at] as number;
  }

  #flush(): void {
    if (this.#filled > 0) this.#hash.update(this.#gathered.subarray(0, this.#filled));
    this.#filled = 0;
  }
}
