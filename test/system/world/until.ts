/** Waits for a state by looking again and again: the one way in which tests of the whole service wait. */
import { setTimeout as pause } from "node:timers/promises";

const LOOK_EVERY_MS = 50;

/**
 * Fulfils with what `look` gives, once it gives something.
 * @throws Error when there is still nothing after `patienceMs`; `what` says what was waited for
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  patienceMs = 30_000,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`after ${patienceMs / 1000} s still not so: ${what}`);
    await pause(LOOK_EVERY_MS);
  }
}
