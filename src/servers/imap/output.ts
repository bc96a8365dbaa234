/**
 * What the server says: gathers text and octets and writes them to the stream under back-pressure.
 *
 * Everything that is ready when nothing more can be done without waiting leaves in one write, so a pipelined batch is
 * answered at once. Larger answers leave in pieces, each awaited: Node's TLS keeps for the life of a connection what
 * its largest write in flight needed (measured: 66 KiB idle with writes of 8 KiB, 126 with 64 KiB). So writes grow only
 * for a client that takes much without a pause, as in a first download.
 */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../../host/clock.ts";
import type { ImapLimits } from "./limits.ts";
import { WriteQueue } from "./write-queue.ts";

export class Output {
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #limits: ImapLimits;
  readonly #queue: WriteQueue;
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
    // A socket has sent or sealed what it calls back for; another stream may have handed it on.
    this.#queue = new WriteQueue(stream instanceof Socket);
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Adds text whose characters are octets. */
  text(text: string): void {
    this.#queue.addText(text);
  }

  /** Adds a copy of octets. */
  octets(octets: Uint8Array): void {
    this.#queue.addOctets(octets);
  }

  /** True when so much waits that `drain` should be awaited. */
  get isFull(): boolean {
    return this.#queue.length >= this.#size();
  }

  /** Octets said so far. */
  get total(): number {
    return this.#written + this.#queue.length;
  }

  /** Since when a write waits for the peer to read; undefined when none does. */
  get stalledSince(): number | undefined {
    return this.#stalledSince;
  }

  /** Marks where the answer to the next command begins. */
  startAnswer(): void {
    this.#answerStart = this.total;
    if (this.#clock.steady() - this.#wroteAt > this.#limits.pauseMs) this.#burstStart = this.#written;
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
    while (this.#queue.length > 0) await this.#writePiece();
  }

  #size(): number {
    const taken = this.#written - this.#burstStart;
    for (const { afterBytes, writeBytes } of this.#limits.writes) if (taken >= afterBytes) return writeBytes;
    return this.#limits.writeBytes;
  }

  #writePiece(): Promise<void> {
    const { octets, release } = this.#queue.cut(this.#size());
    this.#written += octets.length;
    this.#wroteAt = this.#clock.steady();
    this.#stalledSince = this.#wroteAt;
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#stream.write(octets, (error) => {
        release();
        this.#stalledSince = undefined;
        this.#fail = undefined;
        if (error) reject(new PeerGone("the peer does not read any more", { cause: error }));
        else resolve();
      });
    });
  }
}

/** The other side is gone: nothing can be said to it any more. Ends the conversation in silence. */
export class PeerGone extends Error {}
