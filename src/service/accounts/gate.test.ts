import assert from "node:assert/strict";
import { test } from "node:test";
import { createGate } from "./gate.ts";

test("so many run, so many wait in turn, the rest is turned away", async () => {
  const gate = createGate({ atOnce: 2, waiting: 2 }).lane();
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
  const gate = createGate({ atOnce: 1, waiting: 0 }).lane();
  await assert.rejects(
    gate.run(async () => {
      throw new Error("no");
    }),
    /no/,
  );
  assert.equal(await gate.run(async () => 1), 1);
});

test("lanes take turns, and one that is full turns nobody of another away", async () => {
  const gate = createGate({ atOnce: 1, waiting: 3 });
  const [checks, makes] = [gate.lane(), gate.lane()];
  const order: string[] = [];
  const step = (label: string) => async (): Promise<void> => {
    order.push(label);
    await new Promise(setImmediate);
  };
  const all = [
    ...[1, 2, 3, 4, 5].map((n) => makes.run(step(`make ${n}`))),
    ...[1, 2].map((n) => checks.run(step(`check ${n}`))),
  ];
  await Promise.all(all);
  assert.deepEqual(order, ["make 1", "check 1", "make 2", "check 2", "make 3", "make 4"]);
});
