import assert from "node:assert/strict";
import { test } from "node:test";
import { workerFlags } from "./worker-flags.ts";

const GIB = 1024 ** 3;

test("a heap may grow by a share of a small machine, and by so much of a large one", () => {
  assert.deepEqual(workerFlags(GIB), ["--initial-heap-size=64"]);
  assert.deepEqual(workerFlags(24 * GIB), ["--initial-heap-size=256"]);
});
