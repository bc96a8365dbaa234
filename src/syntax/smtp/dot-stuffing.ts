/**
 * Writes a message as DATA carries it (RFC 5321 section 4.5.2): a dot before every line that begins with one, and at the
 * end the line with the single dot. Octets in, octets out, in any pieces.
 *
 * A bare CR or LF is never written (RFC 5321 section 2.3.8): what one server takes for text, the next may take for the end
 * of a line, and with it a second message comes to be. Both classes find them; who sends stops there.
 */
import { viewOf } from "../bytes/sixteen.ts";
import { TextLines } from "./data-lines.ts";
import { nextMark } from "./data-text.ts";

const CR = 13;
const LF = 10;
const DOT = 46;

/** Watches octets go by for a CR without LF, or an LF without CR. */
export class LineEnds {
  #state: "line-start" | "text" | "cr" = "line-start";
  #bare = false;
  readonly #lines: TextLines;

  /** @param maxLineBytes octets of a line without its CRLF, for `lines` */
  constructor(maxLineBytes: number = Number.POSITIVE_INFINITY) {
    this.#lines = new TextLines(maxLineBytes);
  }

  /** The lines so far, as long as there is no bare one. */
  get lines(): TextLines {
    return this.#lines;
  }

  /** Takes the next octets and returns where in them a line begins with a dot; not all such places once there is a bare one. */
  write(chunk: Uint8Array): readonly number[] {
    const { length } = chunk;
    const dots: number[] = [];
    if (length === 0 || this.#bare) return dots;
    const view = viewOf(chunk);
    let at = 0;
    if (this.#state === "cr") {
      this.#bare = chunk[0] !== LF;
      this.#state = "line-start";
      this.#lines.end(-1);
      at = 1;
    }
    while (at < length && !this.#bare) {
      if (this.#state === "line-start" && chunk[at] === DOT) dots.push(at);
      this.#state = "text";
      at = nextMark(chunk, view, at, this.#lines);
      if (at === length) break;
      const isAtEnd = at + 1 === length;
      this.#bare = chunk[at] === LF || (!isAtEnd && chunk[at + 1] !== LF);
      this.#state = isAtEnd ? "cr" : "line-start";
      if (!isAtEnd) this.#lines.end(at);
      at += 2;
    }
    this.#lines.gone(length);
    return dots;
  }

  /** So far; a CR at the very end may still get its LF. */
  get hasBare(): boolean {
    return this.#bare;
  }

  /** To be asked when all has gone by. */
  get endsBare(): boolean {
    return this.#bare || this.#state === "cr";
  }

  /** The last line has its end, or nothing has come. */
  get isAtLineStart(): boolean {
    return this.#state === "line-start";
  }
}

/** A shorter run is copied octet by octet: asking for it costs more. */
const SHORT = 64;

export class DotStuffing {
  readonly #ends = new LineEnds();

  /** The octets with their dots: `chunk` itself where there are none to add. Not exact once `hasBare` is true. */
  write(chunk: Uint8Array): Uint8Array {
    const dots = this.#ends.write(chunk);
    return dots.length === 0 ? chunk : doubled(chunk, dots);
  }

  /** As `LineEnds` has it. */
  get hasBare(): boolean {
    return this.#ends.hasBare;
  }

  /** As `LineEnds` has it. */
  get endsBare(): boolean {
    return this.#ends.endsBare;
  }

  /** What stands after the message: a CRLF if the last line has none, and the single dot. */
  end(): Uint8Array {
    return this.#ends.isAtLineStart ? Uint8Array.of(DOT, CR, LF) : Uint8Array.of(CR, LF, DOT, CR, LF);
  }
}

function doubled(chunk: Uint8Array, dots: readonly number[]): Uint8Array {
  const out = new Uint8Array(chunk.length + dots.length);
  let start = 0;
  let size = 0;
  for (const end of [...dots, chunk.length]) {
    if (end - start < SHORT) for (let at = start; at < end; at++) out[size++] = chunk[at] as number;
    else {
      out.set(chunk.subarray(start, end), size);
      size += end - start;
    }
    if (size < out.length) out[size++] = DOT;
    start = end;
  }
  return out;
}
