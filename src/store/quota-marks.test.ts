import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { fullFrom, NO_MARKS, type QuotaMarks, quotaMarks } from "./quota-marks.ts";

const QUOTA = 1000;

/** The marks after each of these amounts, a second apart. */
function along(...octets: readonly number[]): readonly string[] {
  let marks: QuotaMarks = NO_MARKS;
  return octets.map((now, n) => {
    marks = quotaMarks(marks, now, QUOTA, n + 1);
    return `${marks.line} crossed ${marks.crossedAt ?? "-"} full ${marks.fullSince ?? "-"}`;
  });
}

test("full is less room than an ordinary mail takes: 1 MiB, of a small quota a hundredth", () => {
  assert.equal(fullFrom(1000), 990);
  assert.equal(fullFrom(10 * 1024 ** 3), 10 * 1024 ** 3 - 1024 ** 2);
  assert.equal(quotaMarks(NO_MARKS, 0, 0, 1), NO_MARKS, "who has nothing is not told to delete it");
  assert.equal(quotaMarks(NO_MARKS, 1, 0, 1).fullSince, 1);
});

test("a line counts once until it was left: 90 below 80, 100 below 90", () => {
  assert.deepEqual(along(899, 900, 850, 901, 799, 900), [
    "0 crossed - full -",
    "90 crossed 2 full -",
    "90 crossed 2 full -",
    "90 crossed 2 full -",
    "0 crossed - full -",
    "90 crossed 6 full -",
  ]);
  assert.deepEqual(along(900, 990, 989, 995, 899, 990, 100), [
    "90 crossed 1 full -",
    "100 crossed 2 full 2",
    "100 crossed 2 full -",
    "100 crossed 2 full 4",
    "90 crossed - full -",
    "100 crossed 6 full 6",
    "0 crossed - full -",
  ]);
  assert.deepEqual(along(1200), ["100 crossed 1 full 1"], "both lines at once are one crossing");
});

test("a crossing never has the mark of the one before it, whatever the clock says", () => {
  const first = quotaMarks(NO_MARKS, 900, QUOTA, 5000);
  assert.equal(quotaMarks(first, 1000, QUOTA, 4000).crossedAt, 5001);
});

test("marks that hold stay the same value, so that an ordinary mail writes nothing", () => {
  const amount = fc.nat({ max: 1300 });
  fc.assert(
    fc.property(fc.array(amount, { maxLength: 12 }), amount, (before, last) => {
      let marks: QuotaMarks = NO_MARKS;
      for (const [n, octets] of [...before, last].entries()) marks = quotaMarks(marks, octets, QUOTA, n + 1);
      assert.equal(quotaMarks(marks, last, QUOTA, 99), marks);
      assert.equal(marks.fullSince !== undefined, last >= fullFrom(QUOTA));
    }),
  );
});
