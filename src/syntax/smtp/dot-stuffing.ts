/**
 * Writes a message as DATA carries it (RFC 5321 section 4.5.2): a dot before every line that begins with one, and at the
 * end the line with the single dot. Octets in, octets out, in any pieces.
 *
 * A bare CR or LF is never written (RFC 5321 section 2.3.8): what one server takes for text, the next may take for the end
 * of a line, and with it a second message comes to be. `LineEnds` finds them; who sends stops there.
 */

const CR = 13;
const LF = 10;
const DOT = 46;
const DOT_OCTET: Uint8Array = Uint8Array.of(DOT);

/** Watches octets go by for a CR without LF, or an LF without CR. */
export class LineEnds {
  #last = 0;
  #bare = false;

  write(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#bare ||= this.#last === CR && chunk[0] !== LF;
    for (let at = chunk.indexOf(LF); at >= 0 && !this.#bare; at = chunk.indexOf(LF, at + 1))
      this.#bare = (at === 0 ? this.#last : chunk[at - 1]) !== CR;
    for (let at = chunk.indexOf(CR); at >= 0 && at < chunk.length - 1 && !this.#bare; at = chunk.indexOf(CR, at + 1))
      this.#bare = chunk[at + 1] !== LF;
    this.#last = chunk[chunk.length - 1] as number;
  }

  /** So far; a CR at the very end may still get its LF. */
  get hasBare(): boolean {
    return this.#bare;
  }

  /** To be asked when all has gone by. */
  get endsBare(): boolean {
    return this.#bare || this.#last === CR;
  }
}

export class DotStuffing {
  /** 0 at a line's start, 1 inside it, 2 behind its CR. */
  #state: 0 | 1 | 2 = 0;

  /** Views of `chunk`, in order, with dots between them. */
  write(chunk: Uint8Array): readonly Uint8Array[] {
    const parts: Uint8Array[] = [];
    let start = 0;
    for (let dot = chunk.indexOf(DOT); dot >= 0; dot = chunk.indexOf(DOT, dot + 1)) {
      if (!this.#startsLine(chunk, dot)) continue;
      if (dot > start) parts.push(chunk.subarray(start, dot));
      parts.push(DOT_OCTET);
      start = dot;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
    this.#goBy(chunk);
    return parts;
  }

  /** What stands after the message: a CRLF if the last line has none, and the single dot. */
  end(): Uint8Array {
    return this.#state === 0
      ? Uint8Array.of(DOT, CR, LF)
      : Uint8Array.of(...(this.#state === 2 ? [] : [CR]), LF, DOT, CR, LF);
  }

  #startsLine(chunk: Uint8Array, at: number): boolean {
    if (at === 0) return this.#state === 0;
    return chunk[at - 1] === LF && (at === 1 ? this.#state === 2 : chunk[at - 2] === CR);
  }

  #goBy(chunk: Uint8Array): void {
    const last = chunk.length - 1;
    if (last < 0) return;
    const before = last > 0 ? chunk[last - 1] === CR : this.#state === 2;
    this.#state = chunk[last] === CR ? 2 : chunk[last] === LF && before ? 0 : 1;
  }
}
