/**
 * What waits to be written to one client: text and octets, copied into buffers of one size that go from write to write
 * and from client to client. Making a buffer costs more than filling it, and what is made and dropped for each message
 * of a download keeps the collector busy with the whole heap.
 */

/** The largest write. */
export const BUFFER_BYTES = 64_000;
/** So many buffers wait for their next use in this process. */
const MAX_FREE = 32;

const free: Buffer[] = [];

/** A buffer, of which `start` to `end` waits. */
type Filled = { readonly buffer: Buffer; start: number; end: number };

/** What was cut off the front; `release` it when it was written. */
export type Cut = { readonly octets: Uint8Array; readonly release: () => void };

const nothing = (): void => undefined;

export class WriteQueue {
  readonly #isReusing: boolean;
  readonly #filled: Filled[] = [];
  /** One character an octet; comes after what is filled. */
  #text = "";
  #length = 0;

  /** @param isReusing Whether what takes the octets is done with them when it says that they are written. */
  constructor(isReusing: boolean) {
    this.#isReusing = isReusing;
  }

  /** Octets that wait. */
  get length(): number {
    return this.#length;
  }

  addText(text: string): void {
    this.#text += text;
    this.#length += text.length;
  }

  /** Copies them. */
  addOctets(octets: Uint8Array): void {
    this.#settleText();
    this.#length += octets.length;
    for (let at = 0; at < octets.length; ) {
      const { buffer, end } = this.#room();
      const part = octets.subarray(at, at + buffer.length - end);
      buffer.set(part, end);
      this.#extend(part.length);
      at += part.length;
    }
  }

  /** Cuts off at most `size` octets, or a short text; fewer when they do not lie together. Something must wait. */
  cut(size: number): Cut {
    const [first] = this.#filled;
    if (first === undefined && this.#text.length <= SMALL_TEXT) {
      const octets = Buffer.from(this.#text, "latin1");
      this.#text = "";
      this.#length = 0;
      return { octets, release: nothing };
    }
    this.#settleText();
    return this.#cutFilled(this.#filled[0] as Filled, size);
  }

  #cutFilled(first: Filled, size: number): Cut {
    const { buffer, start } = first;
    const length = Math.min(size, first.end - start);
    first.start += length;
    this.#length -= length;
    const octets = buffer.subarray(start, first.start);
    if (first.start < first.end) return { octets, release: nothing };
    this.#filled.shift();
    return { octets, release: this.#isReusing ? () => giveBack(buffer) : nothing };
  }

  #settleText(): void {
    const text = this.#text;
    this.#text = "";
    for (let at = 0; at < text.length; ) {
      const { buffer, end } = this.#room();
      const length = buffer.write(at === 0 ? text : text.slice(at), end, "latin1");
      this.#extend(length);
      at += length;
    }
  }

  /** The last buffer, or a new one when it is full. */
  #room(): Filled {
    const last = this.#filled.at(-1);
    if (last !== undefined && last.end < last.buffer.length) return last;
    const buffer = (this.#isReusing ? free.pop() : undefined) ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
    const made = { buffer, start: 0, end: 0 };
    this.#filled.push(made);
    return made;
  }

  #extend(length: number): void {
    (this.#filled.at(-1) as Filled).end += length;
  }
}

/** Text up to here becomes octets out of Node's own pool of small buffers. */
const SMALL_TEXT = 2000;

function giveBack(buffer: Buffer): void {
  if (free.length < MAX_FREE) free.push(buffer);
}
