import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, MINUTE } from "../../host/clock.ts";
import { CounterTable } from "./counter-table.ts";

const rate = { most: 10, windowMs: HOUR };
const start = 1_000_000 * HOUR;
/** Numbers that look random, the same in every run. */
function prints(seed: number): () => { readonly high: number; readonly low: number } {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.imul(state ^ (state >>> 15), 2_246_822_519) >>> 0;
  };
  return () => ({ high: next(), low: next() });
}

test("counts leave the window little by little, and are gone after twice its length", () => {
  const table = new CounterTable([rate], 8);
  const row = table.take({ high: 1, low: 2 }, start);
  table.add(row, 0, 10, start);
  assert.equal(table.used(row, 0, start + 59 * MINUTE), 10);
  assert.equal(table.used(row, 0, start + 90 * MINUTE), 5);
  assert.equal(table.used(row, 0, start + 120 * MINUTE), 0);
  table.add(row, 0, 1, start + 90 * MINUTE);
  assert.equal(table.used(row, 0, start + 90 * MINUTE), 6);
});

test("the wait that is told is the shortest after which there is room for one more", () => {
  const table = new CounterTable([rate], 8);
  const row = table.take({ high: 1, low: 2 }, start);
  table.add(row, 0, 14, start + 10 * MINUTE);
  for (const at of [start + 20 * MINUTE, start + 70 * MINUTE]) {
    const wait = table.waitMs(row, 0, 10, at);
    assert.ok(table.used(row, 0, at + wait) <= 9, "then there is room");
    assert.ok(table.used(row, 0, at + wait - MINUTE) > 9, "not a minute sooner");
  }
});

test("a clock that goes back neither throws nor forgets", () => {
  const table = new CounterTable([rate], 8);
  const row = table.take({ high: 1, low: 2 }, start);
  table.add(row, 0, 3, start);
  table.add(row, 0, 3, start - 2 * HOUR);
  assert.equal(table.used(row, 0, start), 6);
});

test("a million networks take no more memory, and do not drive out one that is near its bound", () => {
  const table = new CounterTable([rate], 4096);
  const before = table.bytes;
  const bad = { high: 7, low: 7 };
  table.add(table.take(bad, start), 0, 10, start);
  const next = prints(1);
  for (let n = 0; n < 1_000_000; n++) {
    const at = start + Math.floor(n / 1000);
    table.add(table.take(next(), at), 0, 1, at);
  }
  assert.equal(table.bytes, before);
  const row = table.find(bad) ?? assert.fail("the bad network was forgotten");
  assert.equal(table.used(row, 0, start + 1000), 10);
});

test("of those that are equally far from every bound, the one that was idle for longest gives way", () => {
  const table = new CounterTable([rate], 8);
  for (let n = 0; n < 8; n++) table.take({ high: n, low: 0 }, start + n * MINUTE);
  table.take({ high: 0, low: 0 }, start + 9 * MINUTE);
  table.take({ high: 99, low: 0 }, start + 10 * MINUTE);
  assert.equal(table.find({ high: 1, low: 0 }), undefined);
  assert.notEqual(table.find({ high: 0, low: 0 }), undefined);
});
