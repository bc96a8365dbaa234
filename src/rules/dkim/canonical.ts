/**
 * The form in which a signature sees a message: "relaxed" for header (RFC 6376 section 3.4.2) and body (RFC 6376
 * section 3.4.4), which survives what mail systems do to white space on the way.
 */
import { createHash, type Hash } from "node:crypto";

/** Writes a field as it is signed, without line end. @param raw name to line end, one character an octet */
export function relaxedField(raw: string): string {
  const colon = raw.indexOf(":");
  const name = raw
    .slice(0, colon)
    .replace(/[ \t]+$/, "")
    .toLowerCase();
  const value = raw
    .slice(colon + 1)
    .replace(/\r?\n(?=[ \t])/g, "")
    .replace(/\r?\n$/, "")
    .replace(/[ \t]+/g, " ")
    .replace(/^ | $/g, "");
  return `${name}:${value}`;
}

const HTAB = 9;
const LF = 10;
const CR = 13;
const SP = 32;
/** Line ends that are hashed at once. */
const MANY = 1024;
const MANY_LINE_ENDS = "\r\n".repeat(MANY);

/** SHA-256 over a body that streams by, in relaxed form. */
export class RelaxedBodyHash {
  readonly #hash: Hash = createHash("sha256");
  #room: Uint8Array = new Uint8Array(0);
  /** Line ends that count only when something follows them. */
  #lineEnds = 0;
  #isSpace = false;
  #isCr = false;
  #isEmpty = true;

  /** Takes the next octets of the body, cut anywhere. */
  write(octets: Uint8Array): void {
    // Each octet gives one at most, but for a space and a CR that were held back; line ends are written apart.
    if (this.#room.length < octets.length + 2) this.#room = new Uint8Array(octets.length + 2);
    const room = this.#room;
    let size = 0;
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at] as number;
      if (octet === LF && this.#isCr) {
        this.#isCr = false;
        this.#isSpace = false;
        this.#lineEnds++;
        continue;
      }
      const isHeldCr = this.#isCr;
      this.#isCr = octet === CR;
      if (!isHeldCr && this.#isCr) continue;
      const isWhite = octet === SP || octet === HTAB;
      if (isWhite && !isHeldCr) {
        this.#isSpace = true;
        continue;
      }
      if (this.#lineEnds > 0) {
        this.#hash.update(room.subarray(0, size));
        size = 0;
        this.#endLines();
      }
      if (this.#isSpace) {
        room[size++] = SP;
        this.#isSpace = false;
      }
      // A CR that ends no line is an octet like others.
      if (isHeldCr) room[size++] = CR;
      if (isWhite) this.#isSpace = true;
      else if (!this.#isCr) room[size++] = octet;
      this.#isEmpty = false;
    }
    this.#hash.update(room.subarray(0, size));
  }

  /** The hash in base64; the end of the body. */
  end(): string {
    if (this.#isCr) {
      // Nothing follows the CR, so it ends no line.
      this.#isCr = false;
      this.#endLines();
      this.#hash.update(this.#isSpace ? " \r" : "\r");
      this.#isEmpty = false;
    }
    if (!this.#isEmpty) this.#hash.update("\r\n");
    return this.#hash.digest("base64");
  }

  #endLines(): void {
    for (; this.#lineEnds >= MANY; this.#lineEnds -= MANY) this.#hash.update(MANY_LINE_ENDS);
    if (this.#lineEnds > 0) this.#hash.update("\r\n".repeat(this.#lineEnds));
    this.#lineEnds = 0;
  }
}
