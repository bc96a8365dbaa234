/** What a metric is: a row of data, from which processes count and Prometheus is answered (table.ts). */
import type { EventName } from "../events/events.ts";
import type { ClosedSet } from "./closed-sets.ts";

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export type EventLabel = {
  readonly name: string;
  readonly values: ClosedSet;
  readonly of: (fields: Fields, event: EventName) => unknown;
};

/** Counts events; with `by` what they carry. */
export type CounterRow = {
  readonly name: string;
  readonly help: string;
  readonly events: readonly EventName[];
  readonly labels?: readonly EventLabel[];
  readonly by?: (fields: Fields) => unknown;
};

export type HistogramRow = {
  readonly name: string;
  readonly help: string;
  readonly event: EventName;
  readonly buckets: readonly number[];
  /** `undefined`: not observed. */
  readonly value: (fields: Fields) => unknown;
};

/** `aggregate`: how the readings of several processes become one. */
export type GaugeRow = {
  readonly name: string;
  readonly help: string;
  readonly aggregate: "sum" | "max";
  readonly label?: string;
};

/** A label that is the event itself, under a shorter name. */
export function kind(names: Partial<Record<EventName, string>>): EventLabel {
  return { name: "kind", values: Object.values(names), of: (_fields, event) => names[event] };
}
