import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { OTHER } from "../../host/metrics/closed-sets.ts";
import type { Figure } from "../../store/figures.ts";
import { type Crowd, emptyCrowd, join, type RuleLimits, ruleLimits } from "./crowd.ts";
import { type Cell, release } from "./rule.ts";

type Happening = { readonly hour: number; readonly values: readonly string[]; readonly who: string };

const shape = { measure: "m", labels: ["a", "b"], unit: 1 } as const;
const WITHOUT_SHARE: RuleLimits = { ...ruleLimits, share: 1 };

/** Bursts of people, so that some cells are large enough and some are one short of it. */
const bursts = fc.array(
  fc.record({
    hour: fc.constantFrom(0, 1, 2, 5, 6, 13, 23),
    a: fc.constantFrom("x", "y", "z", OTHER),
    b: fc.constantFrom("k", "l", OTHER),
    first: fc.nat(30),
    people: fc.constantFrom(1, 2, 5, 9, 10, 11, 25),
    each: fc.constantFrom(1, 1, 2, 40),
  }),
  { maxLength: 14 },
);
const day = bursts.map((some): readonly Happening[] =>
  some.flatMap(({ hour, a, b, first, people, each }) =>
    Array.from({ length: people }, (_, n) => n).flatMap((n) =>
      // The first of a burst is the busy one.
      Array.from({ length: n === 0 ? each : 1 }, () => ({ hour, values: [a, b], who: `p${first + n}` })),
    ),
  ),
);

function cellsOf(happenings: readonly Happening[], limits: RuleLimits): readonly Cell[] {
  const found = new Map<string, { hour: number; values: readonly string[]; crowd: Crowd }>();
  for (const { hour, values, who } of happenings) {
    const key = `${hour} ${values.join(" ")}`;
    const cell = found.get(key) ?? { hour, values, crowd: emptyCrowd() };
    found.set(key, cell);
    join(cell.crowd, who, 3, limits);
  }
  return [...found.values()];
}

const released = (happenings: readonly Happening[], limits = ruleLimits): readonly Figure[] =>
  release(shape, cellsOf(happenings, limits), limits);

const nameOf = (hours: number, hour: number, values: readonly string[]): string =>
  `${hours} ${hour} ${values.join(" ")}`;
const nameOfFigure = ({ hours, hour, labels }: Figure): string => nameOf(hours, hour, Object.values(labels));

/** The figures that may hold an event, from the most to the least exact. Written apart from the rule, for the adversary. */
function places({ hour, values }: Happening): readonly string[] {
  const [a = OTHER, b = OTHER] = values;
  const byLabels = [nameOf(24, 0, [a, OTHER]), nameOf(24, 0, [OTHER, OTHER])];
  if (a === OTHER) return byLabels.slice(1);
  if (b === OTHER) return byLabels;
  return [nameOf(1, hour, values), nameOf(6, hour - (hour % 6), values), nameOf(24, 0, values), ...byLabels];
}

const busiest = (some: readonly Happening[]): number =>
  Math.max(
    0,
    ...Map.groupBy(some, ({ who }) => who)
      .values()
      .map((own) => own.length),
  );

/** All that rule L4 asks of what is published; throws where it is broken. */
function assertRule(happenings: readonly Happening[], figures: readonly Figure[]): void {
  const names = new Set(figures.map(nameOfFigure));
  assert.equal(names.size, figures.length, "two figures say the same");
  const held = Map.groupBy(happenings, (one) => places(one).find((place) => names.has(place)));
  for (const figure of figures) {
    const inside = held.get(nameOfFigure(figure)) ?? [];
    // Each figure is the rounded number of its own events: figures overlap nowhere, so nothing can be subtracted.
    assert.equal(figure.count, Math.round(inside.length / 10) * 10);
    assert.ok(new Set(inside.map(({ who }) => who)).size >= 10, "fewer than 10 people");
    assert.ok(busiest(inside) <= inside.length / 2, "one person makes up more than half");
    const exact = Map.groupBy(inside, (one) => places(one)[0]);
    // A pool of a single hidden cell would be that cell.
    if (!exact.has(nameOfFigure(figure))) assert.ok(exact.size >= 2 || labelsArePooled(figure), "a pool of one");
    // Whoever knows every figure knows of a hidden cell in it: between nothing and all of the pool, at least 10 apart.
    assert.ok(figure.count + 4 >= 10);
  }
}

/** What is no value of a closed set has no cell of its own: it is always shown in a pool. */
const labelsArePooled = ({ labels }: Figure): boolean => Object.values(labels).includes(OTHER);

test("L4: 10 people a figure, none with more than half, rounded to 10, and no two figures overlap", () => {
  fc.assert(
    fc.property(day, (happenings) => assertRule(happenings, released(happenings))),
    { numRuns: 500 },
  );
});

test("L4: the property sees a rule that is broken", () => {
  const ten = Array.from({ length: 10 }, (_, n) => ({ hour: 1, values: ["x", "k"], who: `p${n}` }));
  const nine = Array.from({ length: 9 }, (_, n) => ({ hour: 2, values: ["y", "k"], who: `p${n}` }));
  const all = [...ten, ...nine];
  const right = released(all);
  assertRule(all, right);
  const total: Figure = { measure: "m", hour: 0, hours: 24, labels: { a: OTHER, b: OTHER }, count: 20, sum: undefined };
  assert.throws(() => assertRule(all, [...right, total]), "a total beside its parts");
  const hidden: Figure = { measure: "m", hour: 2, hours: 1, labels: { a: "y", b: "k" }, count: 10, sum: undefined };
  assert.throws(() => assertRule(all, [...right, hidden]), "nine people");
  assert.throws(() => assertRule(all, [{ ...(right[0] as Figure), count: 20 }]), "a number that is not its events'");
});

test("L4: what is hidden leaves no trace: ten times as much of it changes no figure", () => {
  fc.assert(
    fc.property(day, (happenings) => {
      const figures = released(happenings, WITHOUT_SHARE);
      const names = new Set(figures.map(nameOfFigure));
      const isHidden = (one: Happening): boolean => !places(one).some((place) => names.has(place));
      const more = happenings.flatMap((one) => (isHidden(one) ? Array.from({ length: 10 }, () => one) : [one]));
      assert.deepEqual(released(more, WITHOUT_SHARE), figures);
    }),
    { numRuns: 500 },
  );
});

const crowd = (count: number, hour: number, values: readonly string[], from = 0): readonly Happening[] =>
  Array.from({ length: count }, (_, n) => ({ hour, values, who: `p${from + n}` }));

const shown = (figures: readonly Figure[]): readonly string[] =>
  figures.map((figure) => `${nameOfFigure(figure)}: ${figure.count}`);

test("L4: small hours are pooled for their part of the day, then the day, then with other values", () => {
  const xk = ["x", "k"];
  assert.deepEqual(shown(released([...crowd(12, 0, xk), ...crowd(9, 1, xk), ...crowd(9, 2, xk, 5)])), [
    "1 0 x k: 10",
    "6 0 x k: 20",
  ]);
  assert.deepEqual(shown(released([...crowd(9, 1, xk), ...crowd(9, 13, xk, 5)])), ["24 0 x k: 20"]);
  assert.deepEqual(shown(released([...crowd(9, 1, xk), ...crowd(9, 1, ["x", "l"], 5)])), ["24 0 x other: 20"]);
  assert.deepEqual(shown(released([...crowd(9, 1, xk), ...crowd(9, 1, ["y", "l"], 5)])), ["24 0 other other: 20"]);
  assert.deepEqual(shown(released(crowd(9, 1, xk))), []);
});

test("L4: what one person makes up most of is not shown, nor is a sum that he makes up most of", () => {
  const busy = Array.from({ length: 100 }, () => ({ hour: 1, values: ["x", "k"], who: "p0" }));
  assert.deepEqual(shown(released([...crowd(60, 1, ["x", "k"]), ...busy])), []);
  assert.deepEqual(shown(released([...crowd(110, 1, ["x", "k"]), ...busy])), ["1 1 x k: 210"]);
  const one = emptyCrowd();
  for (let n = 0; n < 20; n++) join(one, `p${n}`, n === 0 ? 1000 : 3);
  const [figure] = release(shape, [{ hour: 1, values: ["x", "k"], crowd: one }]);
  assert.equal(figure?.count, 20);
  assert.equal(figure.sum, undefined);
});
