/**
 * How much the busiest of many contributes at most, in bounded memory: the summary of Misra and Gries (1982) with
 * weights, which can be united. What it says of anyone is never too little, and too much by a thirty-third of the total
 * at most; with up to 32 contributors it is exact.
 */

export type Frequent = {
  readonly kept: Map<string, number>;
  /** What was taken off every counter so far: how much anyone who is not kept may have had. */
  shaved: number;
  total: number;
};

const KEPT = 32;
/** Counters that make a summary be cut back to those it keeps: seldom, for that costs more than counting. */
const MOST = 96;

export const noneFrequent = (): Frequent => ({ kept: new Map(), shaved: 0, total: 0 });

/** Adds `weight` (0 or more) for `who`. */
export function addFrequent(summary: Frequent, who: string, weight: number): void {
  if (weight <= 0) return;
  const { kept } = summary;
  summary.total += weight;
  kept.set(who, (kept.get(who) ?? 0) + weight);
  if (kept.size > MOST) shave(summary);
}

/** Adds what `other` counted to `summary`. */
export function uniteFrequent(summary: Frequent, other: Frequent): void {
  summary.total += other.total;
  summary.shaved += other.shaved;
  for (const [who, weight] of other.kept) summary.kept.set(who, (summary.kept.get(who) ?? 0) + weight);
  if (summary.kept.size > MOST) shave(summary);
}

/** No single contributor has more than this. */
export function largestAtMost({ kept, shaved }: Frequent): number {
  return Math.max(0, ...kept.values()) + shaved;
}

/** Takes as much off every counter as leaves the largest alone: each cut is paid for by 33 of them. */
function shave(summary: Frequent): void {
  const cut =
    Float64Array.from(summary.kept.values())
      .toSorted()
      .at(-1 - KEPT) ?? 0;
  summary.shaved += cut;
  for (const [who, weight] of summary.kept) {
    if (weight > cut) summary.kept.set(who, weight - cut);
    else summary.kept.delete(who);
  }
}
