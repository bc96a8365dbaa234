/** Waiting without blocking: turns of the event loop, and tries again while another process holds a lock. */
import { setImmediate as immediate } from "node:timers/promises";
import { type Clock, pause } from "../../../host/clock.ts";
import { StoreError } from "../../store-error.ts";
import { isBusy } from "../sqlite-error.ts";

/** Lets the event loop turn once. */
export function turn(): Promise<void> {
  return immediate();
}

/** How long to put up with locks of other processes. */
export class Patience {
  readonly #clock: Clock;
  readonly #deadline: number;
  #tries = 0;

  constructor(clock: Clock, deadlineMs: number) {
    this.#clock = clock;
    this.#deadline = clock.steady() + deadlineMs;
  }

  /**
   * Fulfils when it is worth trying again, after a pause of random and growing length.
   * @throws `error` when it is not about a lock; StoreError "busy" when the time is over.
   */
  async after(error: unknown): Promise<void> {
    if (!isBusy(error)) throw error;
    if (this.#clock.steady() >= this.#deadline) {
      throw new StoreError("busy", "Another process holds the account's lock.", { cause: error });
    }
    this.#tries += 1;
    await pause(this.#clock, Math.random() * Math.min(50, 2 ** Math.min(this.#tries, 6)));
  }
}
