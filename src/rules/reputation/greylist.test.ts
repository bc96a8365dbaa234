import assert from "node:assert/strict";
import { test } from "node:test";
import {
  contactOf,
  contactState,
  type Doubt,
  doubtsOf,
  type FirstContact,
  greylistRule,
  isDoubtful,
} from "./greylist.ts";
import { doubtfulFrom } from "./origin.fixture.ts";

const origin = doubtfulFrom("author.test");
const now = 1_800_000_000_000;
const { leastMs, mostMs } = greylistRule;
const since = (ageMs: number): FirstContact => ({ firstAt: now - ageMs, isPassed: false });

test("who comes again after some minutes passes, for good", () => {
  for (const [contact, state] of [
    [{ firstAt: undefined, isPassed: false }, "new"],
    [since(0), "early"],
    [since(leastMs - 1), "early"],
    [since(leastMs), "again"],
    [since(mostMs), "again"],
    [since(mostMs + 1), "new"],
    [{ firstAt: undefined, isPassed: true }, "passed"],
    [{ firstAt: now, isPassed: true }, "passed"],
  ] as const)
    assert.equal(contactState(contact, true, now), state);
});

test("nothing is asked to come again when that could not be remembered; who waits already is not new", () => {
  assert.equal(contactState({ firstAt: undefined, isPassed: false }, false, now), "no-room");
  assert.equal(contactState(since(leastMs), false, now), "again");
});

test("a first contact is doubtful for two reasons, never with DMARC, never while the DNS does not answer", () => {
  const doubts = doubtsOf(origin);
  assert.deepEqual(doubts, ["no-name", "unverified"] satisfies readonly Doubt[]);
  assert.ok(isDoubtful(origin, doubts));
  assert.ok(!isDoubtful(origin, ["no-name", "no-name"]));
  assert.ok(!isDoubtful({ ...origin, isDmarcPass: true }, ["no-name", "unverified", "listed"]));
  assert.ok(!isDoubtful({ ...origin, isOpen: true }, doubts));
  assert.deepEqual(doubtsOf({ ...origin, isNamed: true, signers: ["a.test"] }), []);
});

test("who is verified may come again from elsewhere; the writing of a sender's address does not matter", () => {
  const verified = { ...origin, spfDomain: "author.test" };
  assert.deepEqual(
    contactOf(verified, "Eve@Author.test"),
    contactOf({ ...verified, network: "198.51.100" }, "eve@author.test"),
  );
  assert.notDeepEqual(contactOf(origin, "a@b.test"), contactOf({ ...origin, network: "198.51.100" }, "a@b.test"));
  assert.notEqual(contactOf(origin, "").first, contactOf(origin, "").origin);
});
