import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { estimate, LEAST_LESSONS, type Lessons } from "./bayes.ts";

const lessons: Lessons = { unwanted: 50, wanted: 50 };
const times = (count: number, word: Lessons): readonly Lessons[] => Array.from({ length: count }, () => word);
const bad: Lessons = { unwanted: 20, wanted: 0 };
const good: Lessons = { unwanted: 0, wanted: 20 };
function probability(words: readonly Lessons[], of: Lessons = lessons): number {
  const opinion = estimate(words, of);
  return opinion.kind === "estimate" ? opinion.probability : assert.fail("no opinion");
}

test("words of one kind decide, words of both kinds do not", () => {
  assert.ok(probability(times(10, bad)) > 0.99);
  assert.ok(probability(times(10, good)) < 0.01);
  const both = probability([...times(10, bad), ...times(10, good)]);
  assert.ok(both > 0.4 && both < 0.6, String(both));
});

test("a single bad word among good ones changes nothing", () => {
  assert.ok(probability([...times(20, good), bad]) < 0.05);
});

test("nothing is said before enough was learned of both kinds, nor of too few telling words", () => {
  const few = { unwanted: LEAST_LESSONS - 1, wanted: 500 };
  assert.deepEqual(estimate(times(10, bad), few), { kind: "unknown" });
  assert.deepEqual(estimate(times(10, bad), { unwanted: few.wanted, wanted: few.unwanted }), { kind: "unknown" });
  assert.deepEqual(estimate(times(4, bad), lessons), { kind: "unknown" });
  assert.deepEqual(estimate(times(400, { unwanted: 5, wanted: 5 }), lessons), { kind: "unknown" });
});

test("many more lessons of one kind do not make every word one of it", () => {
  const common = { unwanted: 400, wanted: 8 };
  assert.deepEqual(estimate(times(50, common), { unwanted: 500, wanted: 10 }), { kind: "unknown" });
});

test("whatever the counts are, an estimate is a number from 0 to 1", () => {
  const count = fc.nat({ max: 1_000_000 });
  const word = fc.record({ unwanted: count, wanted: count });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 500 }), word, (words, of) => {
      const opinion = estimate(words, of);
      assert.ok(opinion.kind === "unknown" || (opinion.probability >= 0 && opinion.probability <= 1));
    }),
  );
});
