import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { addFrequent, type Frequent, largestAtMost, noneFrequent, uniteFrequent } from "./frequent.ts";

/** Some are busy, most are not. */
const given = fc.array(fc.tuple(fc.oneof(fc.nat(3), fc.nat(200)).map(String), fc.nat(50)), { maxLength: 400 });

function summaryOf(pairs: readonly (readonly [string, number])[]): Frequent {
  const summary = noneFrequent();
  for (const [who, weight] of pairs) addFrequent(summary, who, weight);
  return summary;
}

function largest(pairs: readonly (readonly [string, number])[]): number {
  const sums = new Map<string, number>();
  for (const [who, weight] of pairs) sums.set(who, (sums.get(who) ?? 0) + weight);
  return Math.max(0, ...sums.values());
}

test("the busiest is never made smaller, and larger by a thirty-third of the total at most", () => {
  fc.assert(
    fc.property(given, given, (one, two) => {
      const united = summaryOf(one);
      uniteFrequent(united, summaryOf(two));
      const truth = largest([...one, ...two]);
      assert.ok(largestAtMost(united) >= truth);
      assert.ok(largestAtMost(united) <= truth + united.total / 33);
      assert.ok(united.kept.size <= 96);
    }),
  );
});

test("few contributors are counted exactly", () => {
  const pairs = Array.from({ length: 320 }, (_, n) => [String(n % 32), n] as const);
  assert.equal(largestAtMost(summaryOf(pairs)), largest(pairs));
});
