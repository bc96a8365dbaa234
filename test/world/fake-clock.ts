/** A clock that a test moves by hand: timers run in the order of their time, and only when time passes. */
import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../src/host/clock.ts";

type Timer = { readonly at: number; readonly order: number; readonly callback: () => void };

export class FakeClock implements Clock {
  #now: number;
  #setMs = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  now(): number {
    return this.#now + this.#setMs;
  }

  steady(): number {
    return this.#now;
  }

  /** Somebody sets the machine's date, so much later; nobody has waited for it. */
  setLater(ms: number): void {
    this.#setMs += ms;
  }

  after(delayMs: number, callback: () => void): Disposable {
    const timer = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** Lets `ms` pass; what a timer starts gets some turns of the event loop before the next timer runs. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#timers]
        .filter((timer) => timer.at <= end)
        .toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.callback();
      await turns(3);
    }
    this.#now = end;
    await turns(3);
  }

  /** Lets `ms` pass at once, as on a machine that slept: what came due meanwhile runs late, in order, each once. */
  async leap(ms: number): Promise<void> {
    this.#now += ms;
    const due = [...this.#timers].filter((timer) => timer.at <= this.#now);
    for (const timer of due.toSorted((a, b) => a.at - b.at || a.order - b.order)) {
      // An earlier one may have taken it away.
      if (!this.#timers.delete(timer)) continue;
      timer.callback();
      await turns(3);
    }
  }
}

/** Gives way to the event loop `count` times. */
export async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}
