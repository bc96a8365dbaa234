/**
 * Notices of the last moment, kept for subscriptions that were on their way when they were published. A ring: the newest
 * overwrites the oldest, so memory is bounded whatever is published.
 */
import type { Notice } from "../bus.ts";
import { type Clock, SECOND } from "../clock.ts";

/** How long a subscription may be on its way: far above any delay of an event loop that works. */
const REMEMBER_MS = 5 * SECOND;
/** At 2,000 notices a second this is two seconds. */
const REMEMBER_NOTICES = 4096;

type Past<By> = { readonly at: number; readonly by: By; readonly topic: string; readonly notice: Notice };

export class PastNotices<By> {
  readonly #clock: Clock;
  readonly #ring: Past<By>[] = [];
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(by: By, topic: string, notice: Notice): void {
    this.#ring[this.#count % REMEMBER_NOTICES] = { at: this.#clock.steady(), by, topic, notice };
    this.#count += 1;
  }

  /** Those of a topic that are still remembered, oldest first. */
  of(topic: string): readonly { readonly by: By; readonly notice: Notice }[] {
    const since = this.#clock.steady() - REMEMBER_MS;
    const start = this.#count % REMEMBER_NOTICES;
    return [...this.#ring.slice(start), ...this.#ring.slice(0, start)].filter(
      (past) => past.topic === topic && past.at >= since,
    );
  }
}
