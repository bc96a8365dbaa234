/**
 * What the client sends, chunk by chunk, with a bound on what it may send ahead. Waiting can be ended from outside
 * (`poke`): a session in IDLE waits for the client and for the store at once.
 */
import type { Duplex } from "node:stream";

export class Input {
  readonly #stream: Duplex;
  readonly #maxAheadBytes: number;
  #chunks: Uint8Array[] = [];
  #ahead = 0;
  #ended = false;
  #isPoked = false;
  #wake: (() => void) | undefined;

  constructor(stream: Duplex, maxAheadBytes: number) {
    this.#stream = stream;
    this.#maxAheadBytes = maxAheadBytes;
    const end = (): void => {
      this.#ended = true;
      this.poke();
    };
    stream.on("data", (chunk: Buffer) => this.#take(chunk));
    stream.on("end", end);
    stream.on("close", end);
    stream.on("error", end);
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#ahead += chunk.length;
    if (this.#ahead >= this.#maxAheadBytes) this.#stream.pause();
    this.poke();
  }

  /** The next octets that have come; undefined when one must wait for them. */
  next(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.#ahead -= chunk.length;
    if (this.#ahead < this.#maxAheadBytes && this.#stream.isPaused()) this.#stream.resume();
    return chunk;
  }

  /** True when the client sends nothing more and all was taken. */
  get isOver(): boolean {
    return this.#ended && this.#chunks.length === 0;
  }

  /** True while someone waits for the client. */
  get isWaiting(): boolean {
    return this.#wake !== undefined;
  }

  /** Fulfils when octets have come, the client has ended, or someone pokes. One at a time. */
  async wait(): Promise<void> {
    if (this.#chunks.length > 0 || this.#ended) return;
    if (this.#isPoked) {
      this.#isPoked = false;
      return;
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Ends the wait under way, or the next one: a notice that comes while an answer is being written is not lost. */
  poke(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    if (wake === undefined) this.#isPoked = true;
    else wake();
  }
}
