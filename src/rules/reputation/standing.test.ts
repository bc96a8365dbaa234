import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lessons } from "./bayes.ts";
import { verifiedFrom } from "./origin.fixture.ts";
import type { Origin } from "./origin.ts";
import { identitiesOf, type Standing, standingOf } from "./standing.ts";

const origin: Origin = { ...verifiedFrom("author.test"), signers: ["author.test", "bulk.test"] };
const unverified: Origin = { ...origin, isAuthorVerified: false, isDmarcPass: false };
const none: Lessons = { wanted: 0, unwanted: 0 };

test("the name that says most about the author stands first; one that nobody verified is tied to its network", () => {
  assert.deepEqual(
    identitiesOf(origin, "eve@author.test").map(({ name }) => name),
    ["author eve@author.test", "domain author.test", "signer bulk.test", "network 192.0.2"],
  );
  assert.deepEqual(
    identitiesOf(unverified, "eve@author.test").map(({ name }) => name),
    ["unverified author.test 192.0.2", "signer bulk.test", "network 192.0.2"],
  );
  assert.deepEqual(identitiesOf({ ...unverified, author: undefined, network: undefined, signers: [] }, undefined), []);
});

test("who signs much is not asked for much", () => {
  const signers = Array.from({ length: 50 }, (_, n) => `s${n}.test`);
  assert.ok(identitiesOf({ ...origin, signers }, "eve@author.test").length <= 6);
});

const cases: readonly (readonly [string, readonly Lessons[], Standing])[] = [
  ["nothing is known", [none, none, none, none], "unknown"],
  ["one lesson about a verified author is enough", [{ wanted: 0, unwanted: 1 }, none, none, none], "bad"],
  ["and one to take it back", [{ wanted: 1, unwanted: 1 }, none, none, none], "unknown"],
  [
    "a wanted author of an unwanted domain",
    [{ wanted: 1, unwanted: 0 }, { wanted: 0, unwanted: 9 }, none, none],
    "good",
  ],
  ["a domain of which all is unwanted", [none, { wanted: 0, unwanted: 3 }, none, none], "bad"],
  ["a domain of which some is wanted", [none, { wanted: 1, unwanted: 3 }, none, none], "unknown"],
  ["a domain that was wanted twice", [none, { wanted: 2, unwanted: 0 }, none, none], "good"],
  ["a network only leans", [none, none, none, { wanted: 0, unwanted: 99 }], "leans-bad"],
  ["a signer with good customers too", [none, none, { wanted: 2, unwanted: 4 }, none], "unknown"],
  ["no lessons came at all", [], "unknown"],
];

for (const [name, lessons, standing] of cases) {
  test(`standing: ${name}`, () => {
    assert.equal(standingOf(identitiesOf(origin, "eve@author.test"), lessons), standing);
  });
}

test("a forger of a wanted domain has no good standing, whatever was learned", () => {
  const identities = identitiesOf(unverified, "eve@author.test");
  assert.equal(
    standingOf(
      identities,
      identities.map(() => ({ wanted: 99, unwanted: 0 })),
    ),
    "unknown",
  );
});
