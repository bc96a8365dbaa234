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

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Runs one conversation. `work` ends soon after its signal is aborted; a failure is what it fulfils with. */
  async converse<T extends object>(work: (signal: AbortSignal) => Promise<T | ScanFailure>): Promise<T | Unavailable> {
    const { clock, limits, signal } = this.#options;
    const deadline = new AbortController();
    using _timer = clock.after(limits.timeoutMs, () => deadline.abort());
    const ends = signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal]);
    const refused = await this.#place(ends);
    if (refused !== undefined) return unavailable(signal?.aborted === true ? "shutdown" : refused);
    try {
      const result = ends.aborted ? "timeout" : await work(ends);
      if (typeof result !== "string") return result;
      if (signal?.aborted === true) return unavailable("shutdown");
      return unavailable(deadline.signal.aborted ? "timeout" : result);
    } catch (error) {
      if (error instanceof UnreadableMessage) return unavailable("unreadable");
      throw error;
    } finally {
      this.#leave();
    }
  }

  async #place(signal: AbortSignal): Promise<ScanFailure | undefined> {
    const { maxAtOnce, maxWaiting } = this.#options.limits;
    if (signal.aborted) return "timeout";
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
