/**
 * What the operator and the system say by signals: SIGTERM and SIGINT stop in order, a second one at once, SIGHUP
 * reloads. npm passes Ctrl-C on to a process that had it from the terminal already, so what comes twice within a moment
 * counts once.
 */
import { type Clock, SECOND } from "../clock.ts";

const MOMENT_MS = SECOND;

export type Signals = Disposable & {
  /** Aborted by the first SIGTERM or SIGINT. */
  readonly stop: AbortSignal;
  /** Aborted by the second. */
  readonly force: AbortSignal;
  /** Calls `listener` at each SIGHUP. */
  onReload(listener: () => void): void;
};

/** @param hangUp what SIGHUP means: a service reloads, a lab in a terminal that was closed stops. */
export function listenToSignals(clock: Clock, hangUp: "reload" | "stop"): Signals {
  const reloads = new Set<() => void>();
  const reload = (): void => {
    for (const listener of reloads) listener();
  };
  const stop = new AbortController();
  const force = new AbortController();
  let first: number | undefined;
  const onStop = (): void => {
    first ??= clock.steady();
    if (stop.signal.aborted && clock.steady() - first > MOMENT_MS) force.abort();
    stop.abort();
  };
  const onHangUp = hangUp === "stop" ? onStop : reload;
  process.on("SIGTERM", onStop).on("SIGINT", onStop).on("SIGHUP", onHangUp);
  return {
    stop: stop.signal,
    force: force.signal,
    onReload: (listener) => void reloads.add(listener),
    [Symbol.dispose]() {
      process.off("SIGTERM", onStop).off("SIGINT", onStop).off("SIGHUP", onHangUp);
    },
  };
}
