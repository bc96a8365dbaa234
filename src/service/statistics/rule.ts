/**
 * Rule L4: which sums may be kept for years, as a pure function from the cells of one measure and one UTC day.
 *
 * A cell may be shown when at least 10 distinct people are behind it and none of them makes up more than half; its count
 * is rounded to 10. What may not be shown by the hour is pooled for the part of the day (six hours), then for the day,
 * then with the other values of its labels as `other`, last value first. What even then is not enough is dropped.
 *
 * Every event lies in one figure or in none: figures are disjoint, and no total is published beside them. So there is
 * nothing to subtract from: a hidden cell lies in a pool with cells that are hidden as well, or in no number at all.
 */
import { OTHER } from "../../host/metrics/closed-sets.ts";
import type { Figure } from "../../store/figures.ts";
import { type Crowd, hides, isShared, rounded, type RuleLimits, ruleLimits, unite } from "./crowd.ts";

export type Cell = {
  /** Hour of the day, 0 to 23, UTC. */
  readonly hour: number;
  /** In the order of the measure's labels; OTHER where the value is none of its closed set. */
  readonly values: readonly string[];
  readonly crowd: Crowd;
};

export type Shape = {
  readonly measure: string;
  readonly labels: readonly string[];
  /** Octets, or whatever is summed, in one unit of the published sum; `undefined`: nothing is summed. */
  readonly unit: number | undefined;
};

const PART_HOURS = 6;
const DAY_HOURS = 24;

type Place = Pick<Figure, "hour" | "hours"> & { readonly values: readonly string[] };
type Released = { readonly shown: readonly Figure[]; readonly rest: readonly Crowd[] };

/** @returns what may be stored; the order is that of labels and time. */
export function release(shape: Shape, cells: readonly Cell[], limits: RuleLimits = ruleLimits): readonly Figure[] {
  const figure = ({ hour, hours, values }: Place, { events, amount }: Crowd): Figure => ({
    measure: shape.measure,
    hour,
    hours,
    labels: Object.fromEntries(shape.labels.map((label, at) => [label, values[at] ?? OTHER])),
    count: rounded(events.total, limits),
    sum: shape.unit !== undefined && isShared(amount, limits) ? rounded(amount.total / shape.unit, limits) : undefined,
  });

  /** Shows the pool of what the parts could not show, or passes it up. */
  const pool = (place: Place, parts: readonly Released[]): Released => {
    const shown = parts.flatMap((part) => part.shown);
    const rest = parts.flatMap((part) => part.rest);
    if (rest.length === 0) return { shown, rest };
    const all = unite(rest, limits);
    return hides(all, limits) ? { shown: [...shown, figure(place, all)], rest: [] } : { shown, rest: [all] };
  };

  const byHour = (values: readonly string[], some: readonly Cell[], hour: number): Released =>
    pool(
      { hour, hours: 1, values },
      some.map(({ crowd }) => ({ shown: [], rest: [crowd] })),
    );

  const byPart = (values: readonly string[], some: readonly Cell[], hour: number): Released =>
    pool(
      { hour, hours: PART_HOURS, values },
      groups(some, (cell) => cell.hour).map(([at, inside]) => byHour(values, inside, at)),
    );

  const byDay = (values: readonly string[], some: readonly Cell[]): Released =>
    pool(
      { hour: 0, hours: DAY_HOURS, values },
      groups(some, (cell) => Math.floor(cell.hour / PART_HOURS) * PART_HOURS).map(([at, inside]) =>
        byPart(values, inside, at),
      ),
    );

  const byLabels = (values: readonly string[], some: readonly Cell[]): Released => {
    const depth = values.length;
    if (depth === shape.labels.length) return byDay(values, some);
    const parts = groups(some, (cell) => cell.values[depth] ?? OTHER).map(([value, inside]) =>
      // What is no value of the closed set goes into the pool of that name, and is not shown twice.
      value === OTHER ? { shown: [], rest: inside.map(({ crowd }) => crowd) } : byLabels([...values, value], inside),
    );
    return pool({ hour: 0, hours: DAY_HOURS, values }, parts);
  };

  return byLabels([], cells).shown;
}

function groups<K extends string | number>(
  cells: readonly Cell[],
  keyOf: (cell: Cell) => K,
): readonly (readonly [K, readonly Cell[]])[] {
  const found = new Map<K, Cell[]>();
  for (const cell of cells) {
    const key = keyOf(cell);
    const group = found.get(key);
    if (group === undefined) found.set(key, [cell]);
    else group.push(cell);
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
