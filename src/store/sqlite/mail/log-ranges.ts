/** UID ranges as the log keeps them: the ends of the ranges in decimal, parted by commas. */
import type { NumberSet } from "../../../syntax/bytes/number-set.ts";

export function encodeRanges(set: NumberSet): string {
  return set.ends.join(",");
}

/** Yields the `[low, high]` ranges. */
export function* decodeRanges(text: string): Generator<readonly [number, number]> {
  const ends = text.split(",");
  for (let at = 0; at + 1 < ends.length; at += 2) yield [Number(ends[at]), Number(ends[at + 1])];
}
