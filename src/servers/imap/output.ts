/**
 * What the server says: gathers text and octets and writes them to the stream under back-pressure.
 *
 * Everything that is ready when nothing more can be done without waiting leaves in one write, so a pipelined batch is
 * answered at once. Larger answers leave in pieces, each awaited: Node's TLS keeps for the life of a connection what
 * its largest write in flight needed (measured: 66 KiB idle with writes of 8 KiB, 126 with 64 KiB). So writes grow only
 * for a client that takes much without a pause, as in a first download.
 */
import type { Duplex } from "node:stream";
import type { Clock } from "../../host/clock.ts";
import type { ImapLimits } from "./limits.ts";

export class Output {
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #limits: ImapLimits;
  /** What waits; in a text one character is an octet. */
  #parts: (string | Uint8Array)[] = [];
  #waiting = 0;
  #written = 0;
  #answerStart = 0;
  /** What was written before the client's last pause. */
  #burstStart = 0;
  #wroteAt = 0;
  #stalledSince: number | undefined;
  #fail: ((error: Error) => void) | undefined;

  constructor(stream: Duplex, clock: Clock, limits: ImapLimits) {
    this.#stream = stream;
    // A stream that is destroyed while a write is under way never calls back for it.
    stream.once("close", () => this.#fail?.(new PeerGone("the connection is closed")));
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Adds text whose characters are octets. */
  text(text: string): void {
    const last = this.#parts.length - 1;
    const before = this.#parts[last];
    if (typeof before === "string") this.#parts[last] = before + text;
    else this.#parts.push(text);
    this.#waiting += text.length;
  }

  /** Adds octets; they must not change until they were written. */
  octets(octets: Uint8Array): void {
    this.#parts.push(octets);
    this.#waiting += octets.length;
  }

  /** True when so much waits that `drain` should be awaited. */
  get isFull(): boolean {
    return this.#waiting >= this.#size();
  }

  /** Octets said so far. */
  get total(): number {
    return this.#written + this.#waiting;
  }

  /** Since when a write waits for the peer to read; undefined when none does. */
  get stalledSince(): number | undefined {
    return this.#stalledSince;
  }

  /** Marks where the answer to the next command begins. */
  startAnswer(): void {
    this.#answerStart = this.total;
    if (this.#clock.now() - this.#wroteAt > this.#limits.pauseMs) this.#burstStart = this.#written;
  }

  /** Octets of the answer under way. */
  get answered(): number {
    return this.total - this.#answerStart;
  }

  /** Writes full pieces and keeps the rest. @throws PeerGone */
  async drain(): Promise<void> {
    while (this.isFull) await this.#writePiece();
  }

  /** Writes everything. @throws PeerGone */
  async flush(): Promise<void> {
    while (this.#waiting > 0) await this.#writePiece();
  }

  #size(): number {
    const taken = this.#written - this.#burstStart;
    for (const { afterBytes, writeBytes } of this.#limits.writes) if (taken >= afterBytes) return writeBytes;
    return this.#limits.writeBytes;
  }

  #writePiece(): Promise<void> {
    const piece = this.#take(this.#size());
    this.#written += piece.length;
    this.#waiting -= piece.length;
    this.#wroteAt = this.#clock.now();
    this.#stalledSince = this.#wroteAt;
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#stream.write(piece, (error) => {
        this.#stalledSince = undefined;
        this.#fail = undefined;
        if (error) reject(new PeerGone("the peer does not read any more", { cause: error }));
        else resolve();
      });
    });
  }

  /** Cuts off at most `size` octets from the front. */
  #take(size: number): Uint8Array {
    const first = this.#parts[0];
    if (first instanceof Uint8Array && (first.length >= size || this.#parts.length === 1)) {
      if (first.length > size) this.#parts[0] = first.subarray(size);
      else this.#parts.shift();
      return first.subarray(0, size);
    }
    const length = Math.min(size, this.#waiting);
    const piece = Buffer.allocUnsafe(length);
    let at = 0;
    let n = 0;
    for (; at < length; n++) {
      const part = this.#parts[n] as string | Uint8Array;
      const room = length - at;
      const fits = part.length <= room;
      if (typeof part === "string") piece.write(fits ? part : part.slice(0, room), at, "latin1");
      else piece.set(fits ? part : part.subarray(0, room), at);
      at += Math.min(part.length, room);
      if (fits) continue;
      this.#parts[n] = typeof part === "string" ? part.slice(room) : part.subarray(room);
      break;
    }
    this.#parts.splice(0, n);
    return piece;
  }
}

/** The other side is gone: nothing can be said to it any more. Ends the conversation in silence. */
export class PeerGone extends Error {}
