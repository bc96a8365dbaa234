/**
 * What comes from the peer, as lines or as octets. Reading stops while nobody asks for more, so a connection holds one
 * line and what one read of the socket brings, and a slow disk slows the peer down. Only CRLF ends a line
 * (RFC 5321 section 2.3.8).
 */
import type { Duplex } from "node:stream";
import type { Clock } from "../../host/clock.ts";
import { Deadline } from "./deadline.ts";

/** What a wait ended with; all but `octets` end the session. */
export type Arrival = "octets" | "gone" | "timeout" | "shutdown";

const CR = 13;
const LF = 10;
const NOTHING = new Uint8Array(0);

export class Input {
  readonly #stream: Duplex;
  readonly #signal: AbortSignal;
  readonly #maxLineBytes: number;
  readonly #deadline: Deadline;
  readonly #queue: Uint8Array[] = [];
  #rest: Uint8Array = NOTHING;
  #skipping = false;
  #ended: boolean;
  #wake: ((arrival: Arrival) => void) | undefined;
  /** Waiting without reading. */
  #isResting = false;

  constructor(stream: Duplex, clock: Clock, signal: AbortSignal, maxLineBytes: number) {
    this.#stream = stream;
    this.#signal = signal;
    this.#maxLineBytes = maxLineBytes;
    this.#ended = stream.readableEnded || stream.destroyed;
    this.#deadline = new Deadline(clock, () => this.#arrive("timeout"));
    stream.on("data", this.#onData);
    stream.on("end", this.#onEnd);
    stream.on("close", this.#onEnd);
    // A peer that resets its connection is gone like any other.
    stream.on("error", this.#onEnd);
    signal.addEventListener("abort", this.#onAbort);
  }

  /** True when everything that has come was taken. */
  get isEmpty(): boolean {
    return this.#rest.length === 0 && this.#queue.length === 0;
  }

  /**
   * The next line without its CRLF; `undefined` until it is whole; `too-long` once for a line beyond the limit, whose
   * octets are gone.
   */
  takeLine(): Uint8Array | "too-long" | undefined {
    const rest = this.#rest;
    const end = lineEnd(rest);
    if (end < 0) {
      if (rest.length > this.#maxLineBytes + 1) {
        this.#skipping = true;
        this.#rest = rest.subarray(rest[rest.length - 1] === CR ? rest.length - 1 : rest.length);
      }
      return undefined;
    }
    this.#rest = rest.subarray(end + 1);
    if (this.#skipping || end - 1 > this.#maxLineBytes) {
      this.#skipping = false;
      return "too-long";
    }
    return rest.subarray(0, end - 1);
  }

  /** All octets at hand, at most `most`. */
  take(most: number = Number.POSITIVE_INFINITY): Uint8Array {
    const rest = this.#rest;
    if (rest.length <= most) {
      this.#rest = NOTHING;
      return rest;
    }
    this.#rest = rest.subarray(most);
    return rest.subarray(0, most);
  }

  /** Puts octets back that `take` gave. */
  giveBack(octets: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? octets : Buffer.concat([octets, this.#rest]);
  }

  /** Adds the next octets to those at hand, waiting for them `until` then (epoch milliseconds) at the latest. */
  more(until: number): Arrival | Promise<Arrival> {
    if (this.#signal.aborted) return "shutdown";
    const next = this.#queue.shift();
    if (next !== undefined) {
      this.#add(next);
      return "octets";
    }
    if (this.#ended) return "gone";
    this.#deadline.set(until);
    if (this.#stream.isPaused()) this.#stream.resume();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /**
   * Waits without reading, until then (epoch milliseconds), or until the peer is gone or the service stops. One that
   * has sent all that it will send, and closed its side, is gone when there is nothing left to answer.
   */
  rest(until: number): Promise<"over" | "gone" | "shutdown"> {
    if (this.#signal.aborted) return Promise.resolve("shutdown");
    if (this.#isDeserted) return Promise.resolve("gone");
    this.#deadline.set(until);
    this.#isResting = true;
    return new Promise((resolve) => {
      this.#wake = (arrival) => {
        this.#isResting = false;
        resolve(arrival === "gone" || arrival === "shutdown" ? arrival : "over");
      };
    });
  }

  get #isDeserted(): boolean {
    return this.#stream.destroyed || (this.#ended && this.isEmpty);
  }

  /** Lets go of the stream; what has come and was not taken is gone. */
  [Symbol.dispose](): void {
    this.#stream.off("data", this.#onData);
    this.#stream.off("end", this.#onEnd);
    this.#stream.off("close", this.#onEnd);
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#deadline[Symbol.dispose]();
    this.#stream.pause();
    this.#queue.length = 0;
    this.#rest = NOTHING;
  }

  readonly #onData = (octets: Uint8Array): void => {
    if (this.#wake === undefined || this.#isResting) {
      this.#queue.push(octets);
      this.#stream.pause();
      return;
    }
    this.#add(octets);
    this.#arrive("octets");
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    if (!this.#isResting || this.#isDeserted) this.#arrive("gone");
  };

  readonly #onAbort = (): void => this.#arrive("shutdown");

  #arrive(arrival: Arrival): void {
    const wake = this.#wake;
    this.#wake = undefined;
    this.#deadline.clear();
    wake?.(arrival);
  }

  #add(octets: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? octets : Buffer.concat([this.#rest, octets]);
  }
}

/** Where the LF of the first CRLF stands; -1 when there is none. */
function lineEnd(octets: Uint8Array): number {
  let end = octets.indexOf(LF);
  while (end >= 0 && octets[end - 1] !== CR) end = octets.indexOf(LF, end + 1);
  return end;
}
