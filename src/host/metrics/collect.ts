/**
 * Brings the metrics of all workers together in the supervisor, every few seconds, and tells the sum to the worker that
 * serves it. The supervisor keeps the sums because it outlives every worker, and serves nothing because it meets no
 * strangers. While a worker does not answer nothing is told, so that what hangs is seen as old figures, not as calm ones.
 */
import { type Clock, SECOND } from "../clock.ts";
import type { Snapshot } from "./process-metrics.ts";
import { createMetricSums } from "./sums.ts";

export type CollectOptions = {
  /** Asks every worker that is ready for its snapshot. */
  readonly ask: () => Promise<readonly { readonly pid: number; readonly snapshot: Snapshot }[]>;
  /** The supervisor's own. */
  readonly own: () => Promise<Snapshot>;
  readonly tell: (total: Snapshot) => void;
  readonly clock: Clock;
};

export interface MetricsCollection extends Disposable {
  /** Worker `pid` is gone. */
  bury(pid: number): void;
}

const EVERY_MS: number = 5 * SECOND;
/** No process has it: the supervisor's own place in the sums. */
const OWN = 0;

/** Collects until disposed. */
export function collectMetrics({ ask, own, tell, clock }: CollectOptions): MetricsCollection {
  const sums = createMetricSums();
  /** Those that died after they were asked: what they still answered counts as their last. */
  const died = new Set<number>();
  let isAsking = false;
  let timer: Disposable;

  const gather = async (): Promise<void> => {
    died.clear();
    const [answers, supervisor] = await Promise.all([ask(), own()]);
    sums.take(OWN, supervisor);
    for (const { pid, snapshot } of answers) if (!died.has(pid)) sums.take(pid, snapshot);
    tell(sums.total());
  };
  const look = (): void => {
    timer = clock.after(EVERY_MS, look);
    if (isAsking) return;
    isAsking = true;
    const asked = (): void => {
      isAsking = false;
    };
    gather().then(asked, asked);
  };
  look();
  return {
    bury(pid) {
      died.add(pid);
      sums.bury(pid);
    },
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  };
}
