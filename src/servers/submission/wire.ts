/**
 * Both directions of a connection: lines and octets of the client, and replies, which gather and leave in one write before
 * we wait for more (RFC 2920 section 3.2). Reading stops while nobody asks for more, so a slow disk slows the client down.
 * Only CRLF ends a line (RFC 5321 section 2.3.8).
 */
import type { Duplex } from "node:stream";
import type { Clock } from "../../host/clock.ts";
import type { SubmissionLimits } from "./limits.ts";

/** What a wait ended with; all but `octets` end the session. */
export type Arrival = "octets" | "gone" | "timeout" | "shutdown" | "revoked";

const CR = 13;
const LF = 10;
const NOTHING = new Uint8Array(0);

export class Wire implements Disposable {
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #limits: SubmissionLimits;
  readonly #queue: Uint8Array[] = [];
  #rest: Uint8Array = NOTHING;
  #skipping = false;
  #end: Exclude<Arrival, "octets" | "timeout"> | undefined;
  #wake: ((arrival: Arrival) => void) | undefined;
  #text = "";
  #said = 0;

  constructor(stream: Duplex, clock: Clock, signal: AbortSignal, limits: SubmissionLimits) {
    this.#stream = stream;
    this.#clock = clock;
    this.#signal = signal;
    this.#limits = limits;
    if (stream.readableEnded || stream.destroyed) this.#end = "gone";
    if (signal.aborted) this.#end = "shutdown";
    stream.on("data", this.#onData);
    stream.on("end", this.#onGone);
    stream.on("close", this.#onGone);
    // A client that resets its connection is gone like any other.
    stream.on("error", this.#onGone);
    signal.addEventListener("abort", this.#onAbort);
  }

  /** Octets that were written. */
  get said(): number {
    return this.#said;
  }

  /** The next wait ends at once, and every later one. */
  revoke(): void {
    this.#finish("revoked");
  }

  /** The next line without its CRLF; `undefined` until it is whole; `too-long` once for one whose octets are gone. */
  takeLine(): Uint8Array | "too-long" | undefined {
    const rest = this.#rest;
    let end = rest.indexOf(LF);
    while (end >= 0 && rest[end - 1] !== CR) end = rest.indexOf(LF, end + 1);
    if (end < 0) {
      if (rest.length > this.#limits.maxLineBytes + 1) {
        this.#skipping = true;
        this.#rest = rest.subarray(rest[rest.length - 1] === CR ? rest.length - 1 : rest.length);
      }
      return undefined;
    }
    this.#rest = rest.subarray(end + 1);
    if (this.#skipping || end - 1 > this.#limits.maxLineBytes) {
      this.#skipping = false;
      return "too-long";
    }
    return rest.subarray(0, end - 1);
  }

  /** All octets at hand, at most `most`. */
  take(most: number = Number.POSITIVE_INFINITY): Uint8Array {
    const taken = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** Puts octets back that `take` gave. */
  giveBack(octets: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? octets : Buffer.concat([octets, this.#rest]);
  }

  say(text: string): void {
    this.#text += text;
  }

  /** Writes what was said; false when the client cannot hear it any more. Waits only for a client that does not read. */
  async flush(): Promise<boolean> {
    if (this.#text === "") return true;
    const stream = this.#stream;
    if (stream.destroyed || stream.writableEnded) return false;
    const text = this.#text;
    this.#text = "";
    this.#said += text.length;
    if (stream.write(text, "latin1")) return true;
    return new Promise((resolve) => {
      const end = (heard: boolean): void => {
        timer[Symbol.dispose]();
        stream.off("drain", onDrain);
        stream.off("close", onClose);
        resolve(heard);
      };
      const onDrain = (): void => end(true);
      const onClose = (): void => end(false);
      const timer = this.#clock.after(this.#limits.writeTimeoutMs, onClose);
      stream.on("drain", onDrain);
      stream.on("close", onClose);
    });
  }

  /** Says what is to be said and adds the next octets, waiting for them `until` then (epoch milliseconds) at the latest. */
  async more(until: number): Promise<Arrival> {
    if (!(await this.flush())) return "gone";
    if (this.#end === "shutdown" || this.#end === "revoked") return this.#end;
    const next = this.#queue.shift();
    if (next !== undefined) {
      this.#add(next);
      return "octets";
    }
    if (this.#end !== undefined) return this.#end;
    if (this.#stream.isPaused()) this.#stream.resume();
    return new Promise((resolve) => {
      const timer = this.#clock.after(Math.max(0, until - this.#clock.steady()), () => this.#wake?.("timeout"));
      this.#wake = (arrival) => {
        this.#wake = undefined;
        timer[Symbol.dispose]();
        resolve(arrival);
      };
    });
  }

  /** Lets go of the stream; what has come and was not taken is gone. */
  [Symbol.dispose](): void {
    this.#stream.off("data", this.#onData);
    this.#stream.off("end", this.#onGone);
    this.#stream.off("close", this.#onGone);
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#stream.pause();
    this.#queue.length = 0;
    this.#rest = NOTHING;
  }

  readonly #onData = (octets: Uint8Array): void => {
    if (this.#wake === undefined) {
      this.#queue.push(octets);
      this.#stream.pause();
      return;
    }
    this.#add(octets);
    this.#wake("octets");
  };

  readonly #onGone = (): void => this.#finish("gone");
  readonly #onAbort = (): void => this.#finish("shutdown");

  #finish(end: "gone" | "shutdown" | "revoked"): void {
    this.#end ??= end;
    this.#wake?.(end);
  }

  #add(octets: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? octets : Buffer.concat([this.#rest, octets]);
  }
}
