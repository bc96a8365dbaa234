import assert from "node:assert/strict";
import { test } from "node:test";
import { createGate } from "./gate.ts";

test("so many run, so many wait in turn, the rest is turned away", async () => {
  const gate = createGate({ atOnce: 2, waiting: 2 });
  const began: number[] = [];
  const ends: (() => void)[] = [];
  const step = (n: number) => async (): Promise<number> => {
    began.push(n);
    await new Promise<void>((resolve) => {
      ends.push(resolve);
    });
    return n;
  };
  const all = [0, 1, 2, 3, 4].map((n) => gate.run(step(n)));
  assert.equal(await all[4], undefined);
  assert.deepEqual(began, [0, 1]);
  ends[1]?.();
  assert.equal(await all[1], 1);
  assert.deepEqual(began, [0, 1, 2]);
  for (let at = 0; at < 4; at++) {
    ends[at]?.();
    await Promise.resolve();
    await new Promise(setImmediate);
  }
  assert.deepEqual(await Promise.all(all), [0, 1, 2, 3, undefined]);
});

test("a step that throws gives its place back", async () => {
  const gate = createGate({ atOnce: 1, waiting: 0 });
  await assert.rejects(
    gate.run(async () => {
      throw new Error("no");
    }),
    /no/,
  );
  assert.equal(await gate.run(async () => 1), 1);
});
