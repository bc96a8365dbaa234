/**
 * Undoes the transparency of DATA (RFC 5321 section 4.5.2), octets in, octets out, cut wherever the network cut them.
 *
 * Only CRLF ends a line and only CRLF.CRLF ends the message. A bare CR or bare LF is neither (RFC 5321 section 2.3.8):
 * what a laxer server before or after us would take for an end, and for the commands of a smuggled second message,
 * stays inside this one, and `isBroken` says that the whole is to be refused. Lines may have any length; which is the first
 * that is longer than it may be, is known when it has ended.
 *
 * What holds no dot at a line's start is not copied.
 */
import { viewOf } from "../bytes/sixteen.ts";
import { TextLines } from "./data-lines.ts";
import { nextMark } from "./data-text.ts";

/** Where the last octet has left us. */
type State = "line-start" | "dot" | "dot-cr" | "text" | "cr";

const CR = 13;
const LF = 10;
const DOT = 46;
const NOTHING = new Uint8Array(0);

export class DataDecoder {
  #state: State = "line-start";
  #ended = false;
  #broken = false;
  #consumed = 0;
  readonly #lines: TextLines;

  /** @param maxLineBytes octets of a line of the message without its CRLF, for `lines` */
  constructor(maxLineBytes: number = Number.POSITIVE_INFINITY) {
    this.#lines = new TextLines(maxLineBytes);
  }

  /** The lines of the message, as long as it is not broken; a dot that stands for transparency counts for nothing. */
  get lines(): TextLines {
    return this.#lines;
  }

  /** The line with the single dot has come. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /** A bare CR or LF was among the octets so far. */
  get isBroken(): boolean {
    return this.#broken;
  }

  /** Where in the last chunk the message ended, or the chunk's length. */
  get consumed(): number {
    return this.#consumed;
  }

  /**
   * Takes the octets of `chunk` from `start` on and returns those of the message among them: a view of `chunk` where no
   * dot had to go. What is returned after `isBroken` turned true is not exact.
   */
  write(chunk: Uint8Array, start = 0): Uint8Array {
    const length = chunk.length;
    const view = viewOf(chunk);
    let runs: Uint8Array[] | undefined;
    let runStart = start;
    let at = start;
    this.#lines.gone(-start);
    while (at < length && !this.#ended) {
      const octet = chunk[at];
      switch (this.#state) {
        case "line-start":
          if (octet === DOT) {
            if (at > runStart) (runs ??= []).push(chunk.subarray(runStart, at));
            at++;
            runStart = at;
            this.#lines.start = at;
            this.#state = "dot";
          } else this.#state = "text";
          break;
        case "dot":
          if (octet === CR) {
            at++;
            runStart = at;
            this.#state = "dot-cr";
          } else this.#state = "text";
          break;
        case "dot-cr":
          if (octet === LF) {
            at++;
            runStart = at;
            this.#ended = true;
          } else {
            this.#broken = true;
            this.#state = octet === CR ? "cr" : "text";
            if (octet === CR) at++;
          }
          break;
        case "cr":
          if (octet === LF) {
            this.#state = "line-start";
            this.#lines.end(at - 1);
            at++;
          } else {
            this.#broken = true;
            if (octet === CR) at++;
            else this.#state = "text";
          }
          break;
        case "text":
          at = nextMark(chunk, view, at, this.#lines);
          if (at < length) {
            if (chunk[at] === CR) this.#state = "cr";
            else this.#broken = true;
            at++;
          }
          break;
      }
    }
    this.#consumed = at;
    this.#lines.gone(at);
    const end = this.#ended ? runStart : at;
    if (runs === undefined) return end > runStart ? chunk.subarray(runStart, end) : NOTHING;
    if (end > runStart) runs.push(chunk.subarray(runStart, end));
    return join(runs);
  }
}

function join(runs: readonly Uint8Array[]): Uint8Array {
  if (runs.length === 1) return runs[0] as Uint8Array;
  let size = 0;
  for (const run of runs) size += run.length;
  const joined = new Uint8Array(size);
  let at = 0;
  for (const run of runs) {
    joined.set(run, at);
    at += run.length;
  }
  return joined;
}
