/**
 * The metrics of all processes as one. Counters of workers that are gone stay in the sums, so that none ever goes
 * backwards while the supervisor lives; their gauges end with them. What a worker counted since its last snapshot is
 * lost when it dies.
 */
import type { Snapshot } from "./process-metrics.ts";

export interface MetricSums {
  /** Replaces what process `pid` said before. */
  take(pid: number, snapshot: Snapshot): void;
  /** Process `pid` is gone. */
  bury(pid: number): void;
  total(): Snapshot;
}

export function createMetricSums(): MetricSums {
  const living = new Map<number, Snapshot>();
  let gone: Snapshot = [];
  return {
    take: (pid, snapshot) => void living.set(pid, snapshot),
    bury(pid) {
      const last = living.get(pid);
      if (last === undefined) return;
      living.delete(pid);
      gone = sum([gone, last.filter(({ type }) => String(type) !== "gauge")]);
    },
    total: () => sum([gone, ...living.values()]),
  };
}

type Metric = Snapshot[number];
type Value = Metric["values"][number] & { readonly metricName?: string };

function sum(snapshots: readonly Snapshot[]): Snapshot {
  const byName = Map.groupBy(snapshots.flat(), ({ name }) => name);
  return [...byName.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [{ ...first, values: added(same, first.aggregator === "max") }];
  });
}

function added(same: readonly Metric[], isLargest: boolean): Value[] {
  const values = new Map<string, Value>();
  // All processes run one program: their labels come in one order.
  for (const value of same.flatMap((metric) => metric.values as readonly Value[])) {
    const key = `${value.metricName ?? ""} ${JSON.stringify(value.labels)}`;
    const before = values.get(key);
    const together =
      before === undefined ? value.value : isLargest ? Math.max(before.value, value.value) : before.value + value.value;
    values.set(key, { ...value, value: together });
  }
  return [...values.values()];
}
