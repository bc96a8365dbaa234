import assert from "node:assert/strict";
import { test } from "node:test";
import type { Batch, Standing } from "../../store/outbound-queue.ts";
import { Attempts } from "./attempts.ts";

const limits = { places: { well: 4, new: 3, troubled: 2 }, quick: 2, perDestination: 2 };
const batch = (destination: string, standing: Standing = "well"): Batch => ({
  destination,
  standing,
  failures: 0,
  works: [],
});

test("so many at once of each standing, and of these so many that are not waiting", () => {
  const attempts = new Attempts(limits);
  const [first] = [attempts.begin(batch("a")), attempts.begin(batch("b"))];
  assert.equal(attempts.mayBegin("well"), false, "two are quick");
  assert.equal(attempts.mayBegin("new"), true);
  first.waits(true);
  first.waits(true);
  assert.equal(attempts.mayBegin("well"), true);
  first.waits(false);
  assert.equal(attempts.mayBegin("well"), false);
  first.waits(true);
  first.end();
  assert.equal(attempts.mayBegin("well"), true, "one that ends waits no longer");
  for (const name of ["c", "d", "e"]) attempts.begin(batch(name)).waits(true);
  assert.equal(attempts.mayBegin("well"), false, "four in all");
  attempts.begin(batch("x", "troubled"));
  assert.equal(attempts.mayBegin("troubled"), true);
  attempts.begin(batch("y", "troubled"));
  assert.equal(attempts.mayBegin("troubled"), false);
  assert.equal(attempts.count, 6);
});

test("destinations are known while something is under way for them, and full with as many as they may have", () => {
  const attempts = new Attempts(limits);
  const [one, two] = [attempts.begin(batch("a")), attempts.begin(batch("a"))];
  const other = attempts.begin(batch("b", "new"));
  assert.deepEqual([...attempts.destinations], ["a", "b"]);
  assert.deepEqual([...attempts.full], ["a"]);
  one.end();
  assert.deepEqual([...attempts.full], []);
  two.end();
  other.end();
  assert.deepEqual([attempts.count, attempts.destinations.size], [0, 0]);
});
