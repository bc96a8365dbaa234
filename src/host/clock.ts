/**
 * Time as a parameter: tests move it, the service takes the machine's. Nothing in `src` calls Date.now or setTimeout beside
 * this. Dates and what is shared or stored go by `now`. How long somebody has waited goes by `steady`: when the machine's
 * date is set, or a sleeping machine wakes, no connection and no wait for a lock may end because of it.
 */

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds since a moment of this process's own, never set by anybody. */
  steady(): number;
  /** Calls `callback` once after `delayMs`; disposing cancels. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): Disposable;
}

export const SECOND = 1000;
export const MINUTE: number = 60 * SECOND;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;

export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after: (delayMs, callback) => setTimeout(callback, delayMs).unref(),
};

/** Fulfils after `delayMs` of `clock`. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** Fulfils after `delayMs` of `clock`, or when the signal aborts. */
export function pauseOrAbort(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      timer[Symbol.dispose]();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = clock.after(delayMs, end);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
  });
}

/** Keeps the process alive until disposed: around a pause that must end before a command may. */
export function stayAlive(): Disposable {
  return setInterval(() => {}, DAY);
}
