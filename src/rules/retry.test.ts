import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { demandOf, pauseAfter, recovered, restAfter, retrySchedule, slowed, unslowed } from "./retry.ts";

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("pauses grow, keep within a fifth of their step, and end the growth at the last one", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 8, 100].map((n) => pauseAfter(retrySchedule, n, 0.5) / 60_000),
    [6, 15, 30, 60, 120, 180, 240, 240, 240],
  );
  assert.deepEqual(
    [0, 1, 2, 6, 7].map((n) => restAfter(retrySchedule, n, 0.5) / 60_000),
    [5, 5, 15, 180, 180],
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), chance, (n, c) => {
      const middle = pauseAfter(retrySchedule, n, 0.5);
      const pause = pauseAfter(retrySchedule, n, c);
      assert.ok(pause >= middle * 0.8 - 1 && pause <= middle * 1.2 + 1);
    }),
  );
});

test("in its life a message is tried often enough, and not too often", () => {
  for (const c of [0, 0.5, 0.999]) {
    let attempts = 1;
    for (let at = 0; at < retrySchedule.lifeMs; attempts++) at += pauseAfter(retrySchedule, attempts, c);
    assert.ok(attempts >= 25 && attempts <= 45, String(attempts));
  }
});

test("what asks for less is told from what is about one message", () => {
  const cases: readonly (readonly [number | undefined, string, string])[] = [
    [421, "4.3.2", "less"],
    [421, "4.7.1", "less"],
    [452, "4.5.3", "less"],
    [450, "4.7.28", "less"],
    [451, "4.7.650", "less"],
    [452, "4.3.1", "less"],
    [452, "4.0.0", "less"],
    [451, "4.7.1", "later"],
    [450, "4.7.1", "later"],
    [450, "4.2.0", "none"],
    [452, "4.2.2", "none"],
    [421, "4.2.1", "none"],
    [451, "4.3.0", "none"],
    [452, "4.1.0", "none"],
    [550, "5.7.28", "none"],
    [530, "4.7.0", "none"],
    [535, "4.7.8", "none"],
    [454, "4.7.0", "none"],
    [undefined, "4.4.2", "none"],
    [undefined, "4.7.5", "none"],
  ];
  for (const [code, enhanced, demand] of cases)
    assert.equal(demandOf({ code, enhanced }), demand, `${code} ${enhanced}`);
});

test("a host that asks for less gets half, later and later; what it takes brings it back, never beyond the most", () => {
  let host = slowed(unslowed(8), 0, 0.5);
  assert.deepEqual(host, { connections: 4, until: 60_000, demands: 1, taken: 0 });
  assert.equal(slowed(host, 59_999, 0.5), host, "one demand a pause");
  host = slowed(host, 60_000, 0.5);
  assert.deepEqual(host, { connections: 2, until: 180_000, demands: 2, taken: 0 });
  for (let n = 0; n < 20; n++) host = slowed(host, host.until, 0.5);
  assert.equal(host.connections, 1);
  const last = host.until;
  assert.equal(slowed(host, last, 0.5).until - last, 3_600_000);
  for (let n = 0; n < 19; n++) host = recovered(host, 8);
  assert.deepEqual([host.connections, host.demands], [1, 0]);
  for (let n = 0; n < 1000; n++) host = recovered(host, 8);
  assert.equal(host.connections, 8);
});
