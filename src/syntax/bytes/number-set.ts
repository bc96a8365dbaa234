/**
 * A set of positive whole numbers kept as sorted ranges: UIDs, sequence numbers, mod-sequences.
 *
 * IMAP speaks in such sets and mailboxes are mostly contiguous, so a mailbox of 100,000 messages costs a handful of
 * ranges. Values are immutable: sessions share one map and each change makes a new one. Every operation is linear in
 * the number of ranges, look-ups are logarithmic.
 */

/** The ranges, both ends inside, ascending, neither overlapping nor touching. */
export type NumberSet = {
  /** `[low, high]` pairs in one flat list: half the memory of pairs. */
  readonly ends: readonly number[];
  /** How many numbers the set holds. */
  readonly size: number;
};

export const EMPTY: NumberSet = { ends: [], size: 0 };

/** Makes a set of one range; empty when `high < low`. */
export function range(low: number, high: number): NumberSet {
  return high < low ? EMPTY : { ends: [low, high], size: high - low + 1 };
}

/** Makes a set of numbers in any order, repetitions allowed. */
export function fromNumbers(numbers: Iterable<number>): NumberSet {
  const sorted = [...numbers].toSorted((a, b) => a - b);
  const builder = new SetBuilder();
  for (const n of sorted) builder.add(n, n);
  return builder.done();
}

/** Makes a set of `[low, high]` ranges in any order that may overlap. */
export function fromRanges(ranges: Iterable<readonly [number, number]>): NumberSet {
  const builder = new SetBuilder();
  for (const [low, high] of [...ranges].toSorted((a, b) => a[0] - b[0])) builder.add(low, high);
  return builder.done();
}

/** Collects ranges whose low ends ascend; touching ones melt together. */
export class SetBuilder {
  readonly #ends: number[] = [];
  #size = 0;

  /** Adds `low` to `high`; `low` must not be below any earlier `low`. */
  add(low: number, high: number): void {
    if (high < low) return;
    const last = this.#ends.length - 1;
    const end = this.#ends[last];
    if (end !== undefined && low <= end + 1) {
      if (high > end) {
        this.#ends[last] = high;
        this.#size += high - end;
      }
      return;
    }
    this.#ends.push(low, high);
    this.#size += high - low + 1;
  }

  /** Ends the collecting; the builder must not be used again. */
  done(): NumberSet {
    return this.#size === 0 ? EMPTY : { ends: this.#ends, size: this.#size };
  }
}

/** Yields the ranges in ascending order. */
export function* ranges(set: NumberSet): Generator<readonly [number, number]> {
  for (let i = 0; i < set.ends.length; i += 2) yield [set.ends[i] as number, set.ends[i + 1] as number];
}

/** Yields the numbers in ascending order. */
export function* numbers(set: NumberSet): Generator<number> {
  for (const [low, high] of ranges(set)) for (let n = low; n <= high; n++) yield n;
}

/** The index in `ends` of the first range whose high end is at least `n`. */
function rangeAt(set: NumberSet, n: number): number {
  let low = 0;
  let high = set.ends.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set.ends[middle * 2 + 1] as number) < n) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

export function has(set: NumberSet, n: number): boolean {
  const low = set.ends[rangeAt(set, n)];
  return low !== undefined && low <= n;
}

export function min(set: NumberSet): number | undefined {
  return set.ends[0];
}

export function max(set: NumberSet): number | undefined {
  return set.ends.at(-1);
}

export function union(a: NumberSet, b: NumberSet): NumberSet {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const builder = new SetBuilder();
  let i = 0;
  let j = 0;
  while (i < a.ends.length || j < b.ends.length) {
    const fromA = j >= b.ends.length || (i < a.ends.length && (a.ends[i] as number) <= (b.ends[j] as number));
    const [set, at] = fromA ? [a, i] : [b, j];
    builder.add(set.ends[at] as number, set.ends[at + 1] as number);
    if (fromA) i += 2;
    else j += 2;
  }
  return builder.done();
}

export function intersection(a: NumberSet, b: NumberSet): NumberSet {
  const builder = new SetBuilder();
  let i = 0;
  let j = 0;
  while (i < a.ends.length && j < b.ends.length) {
    const aHigh = a.ends[i + 1] as number;
    const bHigh = b.ends[j + 1] as number;
    builder.add(Math.max(a.ends[i] as number, b.ends[j] as number), Math.min(aHigh, bHigh));
    if (aHigh < bHigh) i += 2;
    else j += 2;
  }
  return builder.done();
}

/** What is in `a` and not in `b`. */
export function difference(a: NumberSet, b: NumberSet): NumberSet {
  if (a.size === 0 || b.size === 0) return a;
  const builder = new SetBuilder();
  let j = 0;
  for (const [low, high] of ranges(a)) {
    let from = low;
    while (j < b.ends.length && (b.ends[j + 1] as number) < from) j += 2;
    for (let k = j; k < b.ends.length && (b.ends[k] as number) <= high; k += 2) {
      builder.add(from, (b.ends[k] as number) - 1);
      from = (b.ends[k + 1] as number) + 1;
    }
    builder.add(from, high);
  }
  return builder.done();
}
