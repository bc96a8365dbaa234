/**
 * What we say: replies gather and leave in one write, so that a pipelined batch is answered by one packet
 * (RFC 2920 section 3.2).
 */
import type { Duplex } from "node:stream";
import type { Clock } from "../../host/clock.ts";
import { Deadline } from "./deadline.ts";

export class Output {
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #text = "";
  #total = 0;

  constructor(stream: Duplex, clock: Clock, timeoutMs: number) {
    this.#stream = stream;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Octets that were written. */
  get total(): number {
    return this.#total;
  }

  say(text: string): void {
    this.#text += text;
  }

  /** Writes what was said; true when the peer can hear it. Waits only for a peer that does not read. */
  flush(): boolean | Promise<boolean> {
    if (this.#text === "") return true;
    if (this.#stream.destroyed || this.#stream.writableEnded) return false;
    const text = this.#text;
    this.#text = "";
    this.#total += text.length;
    return this.#stream.write(text, "latin1") || this.#drain();
  }

  #drain(): Promise<boolean> {
    const stream = this.#stream;
    return new Promise((resolve) => {
      const end = (heard: boolean): void => {
        deadline[Symbol.dispose]();
        stream.off("drain", onDrain);
        stream.off("close", onClose);
        resolve(heard);
      };
      const onDrain = (): void => end(true);
      const onClose = (): void => end(false);
      const deadline = new Deadline(this.#clock, onClose);
      deadline.set(this.#clock.steady() + this.#timeoutMs);
      stream.on("drain", onDrain);
      stream.on("close", onClose);
    });
  }
}
