import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  difference,
  EMPTY,
  fromNumbers,
  fromRanges,
  has,
  intersection,
  max,
  min,
  type NumberSet,
  numbers,
  range,
  ranges,
  SetBuilder,
  union,
} from "./number-set.ts";

const someNumbers = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 });
const someRanges = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 })), {
  maxLength: 12,
});

/** Asserts that a set has these members and the one form that they have. */
function assertSet(set: NumberSet, members: Iterable<number>): void {
  const expected = [...new Set(members)].toSorted((a, b) => a - b);
  assert.deepEqual([...numbers(set)], expected);
  assert.equal(set.size, expected.length);
  assert.equal(min(set), expected[0]);
  assert.equal(max(set), expected.at(-1));
  let last = -1;
  for (const [low, high] of ranges(set)) {
    assert.ok(low > last + 1 && high >= low, "ranges ascend and do not touch");
    last = high;
  }
  for (let n = 0; n <= 62; n++) assert.equal(has(set, n), expected.includes(n), `has ${n}`);
}

test("a set has the numbers that it was made of", () => {
  fc.assert(fc.property(someNumbers, (list) => assertSet(fromNumbers(list), list)));
  fc.assert(
    fc.property(someRanges, (list) => {
      const members = list.flatMap(([low, high]) =>
        Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i),
      );
      assertSet(fromRanges(list), members);
    }),
  );
});

test("union, intersection and difference are those of sets", () => {
  fc.assert(
    fc.property(someNumbers, someNumbers, (a, b) => {
      const [left, right] = [fromNumbers(a), fromNumbers(b)];
      assertSet(union(left, right), [...a, ...b]);
      assertSet(
        intersection(left, right),
        a.filter((n) => b.includes(n)),
      );
      assertSet(
        difference(left, right),
        a.filter((n) => !b.includes(n)),
      );
    }),
  );
});

test("a range may be empty, a builder may get nothing", () => {
  assertSet(range(3, 5), [3, 4, 5]);
  assertSet(range(5, 4), []);
  assertSet(range(7, 7), [7]);
  assertSet(new SetBuilder().done(), []);
  assertSet(union(EMPTY, EMPTY), []);
  assertSet(difference(range(1, 3), EMPTY), [1, 2, 3]);
});

test("touching and overlapping ranges melt together", () => {
  assert.deepEqual(
    fromRanges([
      [4, 6],
      [1, 3],
      [5, 5],
      [9, 9],
    ]).ends,
    [1, 6, 9, 9],
  );
  assert.deepEqual(union(range(1, 2), range(3, 4)).ends, [1, 4]);
});

test("the members of a large set cost its ranges only", () => {
  const set = difference(range(1, 4294967295), fromNumbers([7, 4294967294]));
  assert.equal(set.size, 4294967293);
  assert.equal(set.ends.length, 6);
  assert.equal(has(set, 4294967295), true);
});
