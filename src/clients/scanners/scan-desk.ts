/**
 * The way to one scanner: at most so many conversations at a time, each with a deadline that also covers the wait for its
 * turn. Whatever a scanner does, a value comes out.
 */
import type { Clock } from "../../host/clock.ts";
import { type ScanFailure, type Unavailable, unavailable } from "../../rules/scan-verdict.ts";
import type { ScannerLimits } from "./limits.ts";
import { UnreadableMessage } from "./message-pieces.ts";

export type DeskOptions = {
  readonly clock: Clock;
  readonly limits: ScannerLimits;
  /** Ends every conversation, when the service ends. */
  readonly signal?: AbortSignal;
};

export class ScanDesk {
  readonly #options: DeskOptions;
  #atOnce = 0;
  /** Those who wait for a place, first come first served. */
  readonly #waiting = new Set<() => void>();

  /** Of those who wait and those who have a place. */
  readonly #deadlines = new Set<AbortController>();

  constructor(options: DeskOptions) {
    this.#options = options;
    options.signal?.addEventListener("abort", () => {
      for (const deadline of this.#deadlines) deadline.abort();
    });
  }

  /** Runs one conversation. `work` ends soon after its signal is aborted; a failure is what it fulfils with. */
  async converse<T extends object>(work: (signal: AbortSignal) => Promise<T | ScanFailure>): Promise<T | Unavailable> {
    const { clock, limits } = this.#options;
    if (this.#isEnding) return unavailable("shutdown");
    const deadline = new AbortController();
    this.#deadlines.add(deadline);
    using _timer = clock.after(limits.timeoutMs, () => deadline.abort());
    try {
      const refused = await this.#place(deadline.signal);
      if (refused !== undefined) return unavailable(this.#isEnding ? "shutdown" : refused);
      return await this.#hold(work, deadline.signal);
    } finally {
      this.#deadlines.delete(deadline);
    }
  }

  get #isEnding(): boolean {
    return this.#options.signal?.aborted === true;
  }

  /** Runs the conversation in its place. */
  async #hold<T extends object>(
    work: (signal: AbortSignal) => Promise<T | ScanFailure>,
    signal: AbortSignal,
  ): Promise<T | Unavailable> {
    try {
      const result = signal.aborted ? "timeout" : await work(signal);
      if (typeof result !== "string") return result;
      if (this.#isEnding) return unavailable("shutdown");
      return unavailable(signal.aborted ? "timeout" : result);
    } catch (error) {
      if (error instanceof UnreadableMessage) return unavailable("unreadable");
      throw error;
    } finally {
      this.#leave();
    }
  }

  async #place(signal: AbortSignal): Promise<ScanFailure | undefined> {
    const { maxAtOnce, maxWaiting } = this.#options.limits;
    if (this.#atOnce < maxAtOnce) {
      this.#atOnce++;
      return undefined;
    }
    if (this.#waiting.size >= maxWaiting) return "busy";
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.delete(enter);
        resolve("busy");
      };
      // Who leaves hands on the place, so that nobody gets in between.
      const enter = (): void => {
        this.#waiting.delete(enter);
        signal.removeEventListener("abort", leave);
        resolve(undefined);
      };
      this.#waiting.add(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#atOnce--;
    else next();
  }
}
