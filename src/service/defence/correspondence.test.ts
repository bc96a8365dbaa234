import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import type { Written } from "../../store/defence-memory.ts";
import { accountId } from "../../store/ids.ts";
import { type CorrespondenceLimits, correspondenceLimits, gatherCorrespondence } from "./correspondence.ts";

const ann = accountId("a".repeat(32));
const ben = accountId("b".repeat(32));
const limits: CorrespondenceLimits = { gatheringMs: 1000, enough: 5, addresses: 8, addressesOfAccount: 4 };

/** Commits end when they are told to, or at once. */
function stage({ isSlow = false } = {}) {
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const noted: (readonly Written[])[] = [];
  const ends: (() => void)[] = [];
  const note = (written: readonly Written[]): Promise<void> => {
    noted.push(written);
    return isSlow ? new Promise((resolve) => ends.push(resolve)) : Promise.resolve();
  };
  return { clock, noted, ends, ...gatherCorrespondence(clock, note, limits) };
}

test("what comes within a second is noted at once for all accounts, each pair once", async () => {
  const { clock, noted, add } = stage();
  assert.equal(add(ann, ["x@y.test"]), true);
  await clock.advance(999);
  add(ben, ["x@y.test"]);
  add(ann, ["x@y.test", "z@y.test"]);
  assert.deepEqual(noted, []);
  await clock.advance(1);
  const first = [
    { account: ann, addresses: ["x@y.test", "z@y.test"] },
    { account: ben, addresses: ["x@y.test"] },
  ];
  assert.deepEqual(noted, [first]);
  await clock.advance(5000);
  add(ben, ["z@y.test"]);
  await clock.advance(1000);
  assert.deepEqual(noted, [first, [{ account: ben, addresses: ["z@y.test"] }]]);
});

test("when there is much of it, it is noted sooner", async () => {
  const { clock, noted, add } = stage();
  add(ann, ["1", "2", "3", "4"]);
  assert.equal(noted.length, 0);
  add(ben, ["1"]);
  assert.equal(noted.length, 1);
  await turns(5);
  await clock.advance(5000);
  assert.equal(noted.length, 1);
});

test("memory is bounded while a commit takes long, and one account leaves room for others", async () => {
  const { clock, noted, ends, add, settle } = stage({ isSlow: true });
  add(ann, ["1", "2", "3", "4", "5"]);
  const taken = [add(ann, ["1", "2", "3", "4"]), add(ann, ["5"]), add(ben, ["1", "2", "3", "4"]), add(ben, ["5"])];
  assert.deepEqual(taken, [true, false, true, false]);
  await clock.advance(5000);
  assert.equal(noted.length, 1, "one commit after the other");
  ends[0]?.();
  await turns(5);
  assert.deepEqual(
    noted[1]?.map(({ addresses }) => addresses.length),
    [4, 4],
  );
  assert.equal(add(ann, ["6"]), true);
  const settled = settle();
  for (let n = 1; n < 3; n++) {
    ends[n]?.();
    await turns(5);
  }
  await settled;
  assert.deepEqual(noted[2], [{ account: ann, addresses: ["6"] }]);
});

test("what is gathered is noted when it is asked for, and nothing where nothing is", async () => {
  const { noted, add, settle } = stage();
  await settle();
  assert.equal(noted.length, 0);
  add(ann, ["1"]);
  await settle();
  await settle();
  assert.equal(noted.length, 1);
});

test("the limits are a table that nobody changes", () => {
  assert.ok(Object.isFrozen(correspondenceLimits) && correspondenceLimits.gatheringMs <= 1000);
});
