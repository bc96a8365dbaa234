import assert from "node:assert/strict";
import { test } from "node:test";
import { queueLimits, shareOf } from "./queue-limits.ts";

test("several processes together keep to the limits of one; each may do one thing at least", () => {
  assert.deepEqual(shareOf(queueLimits, 1), queueLimits);
  const half = shareOf(queueLimits, 2);
  assert.deepEqual([half.quick, half.places, half.perHost], [25, { well: 100, new: 150, troubled: 100 }, 5]);
  assert.equal(half.leaseMs, queueLimits.leaseMs);
  const { perHost, perDestination } = shareOf(queueLimits, 64);
  assert.deepEqual([perHost, perDestination], [1, 1]);
});
