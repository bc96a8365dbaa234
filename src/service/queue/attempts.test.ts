import assert from "node:assert/strict";
import { test } from "node:test";
import { ALICE, BOB, outbound } from "../../store/contract/outbound-samples.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Batch, Standing, Work } from "../../store/outbound-queue.ts";
import { Attempts } from "./attempts.ts";

const limits = { places: { well: 4, new: 3, troubled: 2 }, quick: 2, perDestination: 2, waitingPerAccount: 2 };
const workOf = (account: AccountId | undefined): Work => ({
  item: 1,
  claim: "",
  message: { ...outbound({ account }), size: 0 },
  recipients: [],
  attempts: 0,
  deadline: 0,
  hold: undefined,
  destinationReply: undefined,
});
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

test("so many at once wait with mail of one account, by whose message is in hand", () => {
  const attempts = new Attempts(limits);
  const may = (): unknown => [ALICE, BOB, undefined].map((sender) => attempts.mayWaitFor(sender, "well"));
  const [one, two, three] = ["a", "b", "c"].map((name) =>
    attempts.begin({ ...batch(name), works: [workOf(ALICE), workOf(BOB)] }),
  );
  assert.ok(one && two && three);
  one.waits(true);
  one.waits(true);
  assert.deepEqual(may(), [true, true, true]);
  two.waits(true);
  assert.deepEqual(may(), [false, true, true]);
  assert.equal(attempts.mayWaitFor(ALICE, "troubled"), true, "of another standing");
  one.turnsTo(BOB);
  three.turnsTo(BOB);
  assert.deepEqual(may(), [true, true, true]);
  three.waits(true);
  assert.deepEqual(may(), [true, false, true]);
  one.waits(false);
  one.turnsTo(ALICE);
  assert.deepEqual(may(), [true, true, true]);
  one.waits(true);
  assert.deepEqual(may(), [false, true, true]);
  for (const attempt of [one, two, three]) attempt.end();
  assert.deepEqual(may(), [true, true, true]);
});

test("as long as half of the places are free nobody's mail is put off for those of his that wait", () => {
  const attempts = new Attempts({ ...limits, places: { well: 8, new: 3, troubled: 2 } });
  const many = ["a", "b", "c", "d"].map((name) => attempts.begin({ ...batch(name), works: [workOf(ALICE)] }));
  const may = many.map((attempt) => {
    attempt.waits(true);
    return attempts.mayWaitFor(ALICE, "well");
  });
  assert.deepEqual(may, [true, true, true, false]);
});

test("a failure is known to what goes through beside it, once, and is forgotten with the last attempt", () => {
  const attempts = new Attempts(limits);
  const [one, two] = [attempts.begin(batch("a")), attempts.begin(batch("a"))];
  assert.equal(attempts.endFailure("a"), false);
  attempts.begin(batch("b"));
  assert.deepEqual([attempts.failed("a"), attempts.failed("b")], [true, false]);
  one.end();
  assert.deepEqual(
    [attempts.endFailure("a"), attempts.endFailure("a"), attempts.endFailure("b")],
    [true, false, false],
  );
  const three = attempts.begin(batch("a"));
  attempts.failed("a");
  two.end();
  three.end();
  attempts.begin(batch("a"));
  assert.equal(attempts.endFailure("a"), false);
});
