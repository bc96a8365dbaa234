/** One timer for the many waits of a connection: moving it later costs no timer. */
import type { Clock } from "../../host/clock.ts";

export class Deadline {
  readonly #clock: Clock;
  readonly #late: () => void;
  #at: number | undefined;
  #timer: Disposable | undefined;
  #timerAt = 0;

  /** @param late called when the time set last has come; it is not set any more then. */
  constructor(clock: Clock, late: () => void) {
    this.#clock = clock;
    this.#late = late;
  }

  /** @param at epoch milliseconds; when it has passed, as after a jump of the machine's clock, it is late at once. */
  set(at: number): void {
    this.#at = at;
    if (this.#timer !== undefined && this.#timerAt <= at && at > this.#clock.steady()) return;
    this.#arm(at);
  }

  clear(): void {
    this.#at = undefined;
  }

  [Symbol.dispose](): void {
    this.#at = undefined;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #arm(at: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timerAt = at;
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.steady()), () => {
      this.#timer = undefined;
      const due = this.#at;
      if (due === undefined) return;
      if (due > this.#clock.steady()) this.#arm(due);
      else {
        this.#at = undefined;
        this.#late();
      }
    });
  }
}
