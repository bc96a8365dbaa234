/**
 * The metrics of one process: counted where events are logged, so that no code elsewhere counts; read as a snapshot, plain
 * data that travels to the supervisor and is summed there (sums.ts). Counting never throws and never waits.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EventName, Log } from "../events/events.ts";
import { within } from "./closed-sets.ts";
import type { CounterRow, Fields, GaugeRow, HistogramRow } from "./row.ts";
import { counterRows, cpuRow, type GaugeName, gaugeRows, histogramRows, processRows } from "./table.ts";

/** Metrics of one process at one moment; plain JSON. */
export type Snapshot = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** A number, or one for each value of the gauge's label; `undefined`: this process does not know. */
export type Reading = number | Readonly<Record<string, number>> | undefined;
export type Gauges = { readonly [G in GaugeName]?: () => Reading | Promise<Reading> };

export interface ProcessMetrics extends Disposable {
  /** Counts an event. */
  observe(name: EventName, fields: Fields): void;
  /** Counts what is logged, then logs it. */
  counting(log: Log): Log;
  snapshot(): Promise<Snapshot>;
}

export type ProcessMetricsOptions = {
  /** A worker is counted among those that answer; the supervisor is not. */
  readonly role: "worker" | "supervisor";
  readonly gauges: Gauges;
};

/** The monitor measures from tick to tick: without delay it finds this. */
const LOOP_RESOLUTION_MS = 10;
const NANOSECONDS_A_MS = 1e6;
const NANOSECONDS_A_SECOND = 1e9;
const MICROSECONDS_A_SECOND = 1e6;

type Taker = (fields: Fields, event: EventName) => void;

export function createProcessMetrics({ role, gauges }: ProcessMetricsOptions): ProcessMetrics {
  const registry = new Registry();
  const takers = new Map<EventName, Taker[]>();
  const take = (event: EventName, taker: Taker): void => {
    takers.set(event, [...(takers.get(event) ?? []), taker]);
  };
  for (const row of counterRows) {
    const taker = counterOf(row, registry);
    for (const event of row.events) take(event, taker);
  }
  for (const row of histogramRows) take(row.event, histogramOf(row, registry));
  for (const [name, read] of Object.entries(gauges)) gaugeOf(gaugeRows[name as GaugeName], read, registry);
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  gaugeOf(processRows.loopDelay, () => readDelay(delay), registry);
  gaugeOf(processRows.resident, () => process.memoryUsage.rss(), registry);
  if (role === "worker") gaugeOf(processRows.workers, () => 1, registry);
  cpuCounter(registry);

  const observe = (name: EventName, fields: Fields): void => {
    const some = takers.get(name);
    if (some !== undefined) for (const taker of some) taker(fields, name);
  };
  return {
    observe,
    counting: (log) => (name, fields) => {
      observe(name, fields);
      log(name, fields);
    },
    snapshot: () => registry.getMetricsAsJSON(),
    [Symbol.dispose]: () => void delay.disable(),
  };
}

function counterOf({ name, help, labels = [], by }: CounterRow, registry: Registry): Taker {
  const counter = new Counter({ name, help, labelNames: labels.map((label) => label.name), registers: [registry] });
  const sets = labels.map((label) => ({ ...label, set: new Set(label.values) }));
  const [only] = labels;
  // An alert sees an increase only where there was a number before: the first event must not be the first number.
  if (only !== undefined && labels.length === 1)
    for (const value of only.values) counter.inc({ [only.name]: value }, 0);
  return (fields, event) => {
    const amount = by === undefined ? 1 : by(fields);
    if (typeof amount !== "number" || !(amount > 0)) return;
    const given: Record<string, string> = {};
    for (const { name: label, of, set } of sets) given[label] = within(set, of(fields, event));
    counter.inc(given, amount);
  };
}

function histogramOf({ name, help, buckets, value }: HistogramRow, registry: Registry): Taker {
  const histogram = new Histogram({ name, help, buckets: [...buckets], registers: [registry] });
  return (fields) => {
    const seen = value(fields);
    if (typeof seen === "number" && Number.isFinite(seen)) histogram.observe(seen);
  };
}

/** A gauge that cannot be read has no value; the others have. */
function gaugeOf(
  { name, help, aggregate, label }: GaugeRow,
  read: () => Reading | Promise<Reading>,
  registry: Registry,
): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    aggregator: aggregate,
    labelNames: label === undefined ? [] : [label],
    registers: [registry],
    async collect() {
      gauge.reset();
      let reading: Reading;
      try {
        reading = await read();
      } catch {
        reading = undefined;
      }
      if (reading === undefined) {
        // Without labels, reset leaves a nought behind.
        if (label === undefined) gauge.remove();
      } else if (typeof reading === "number") gauge.set(reading);
      else for (const [value, count] of Object.entries(reading)) gauge.set({ [label ?? ""]: value }, count);
    },
  });
}

function readDelay(delay: ReturnType<typeof monitorEventLoopDelay>): number {
  const seconds = (delay.percentile(99) - LOOP_RESOLUTION_MS * NANOSECONDS_A_MS) / NANOSECONDS_A_SECOND;
  delay.reset();
  return Math.max(0, seconds);
}

function cpuCounter(registry: Registry): void {
  const counter = new Counter({
    ...cpuRow,
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      counter.reset();
      counter.inc((user + system) / MICROSECONDS_A_SECOND);
    },
  });
}
