import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { MINUTE, SECOND } from "../clock.ts";
import type { Answer, Resolver } from "./answer.ts";
import { keepAnswers, keptAnswersLimits } from "./kept-answers.ts";

const records = (text: string, ttlS: number): Answer<"TXT"> => ({
  kind: "records",
  records: [text],
  name: "a.test",
  secure: false,
  ttlS,
});

function world(limits = keptAnswersLimits) {
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const asked: string[] = [];
  const state: { answer: Answer<"TXT"> } = { answer: records("one", 3600) };
  const inner: Resolver = {
    resolve: async (name, type) => {
      asked.push(`${type} ${name}`);
      return state.answer as Answer<typeof type>;
    },
  };
  return { clock, asked, state, resolver: keepAnswers(inner, clock, limits) };
}

test("an answer is at hand once it is there, the same each time, and as long as it is kept", async () => {
  const { clock, asked, resolver } = world();
  const asking = resolver.resolve("a.test", "TXT");
  assert.equal(resolver.atHand?.("a.test", "TXT"), undefined);
  const answer = await asking;
  assert.equal(resolver.atHand?.("a.test", "TXT"), answer);
  assert.equal(resolver.atHand?.("a.test", "A"), undefined);
  await clock.advance(MINUTE);
  assert.equal(resolver.atHand?.("a.test", "TXT"), undefined);
  assert.equal(asked.length, 1);
});

test("an answer is kept as long as its TTL says, and a minute at most; types and names are told apart", async () => {
  const { clock, asked, state, resolver } = world();
  assert.deepEqual(await resolver.resolve("a.test", "TXT"), records("one", 3600));
  state.answer = records("two", 5);
  assert.deepEqual(await resolver.resolve("a.test", "TXT"), records("one", 3600));
  await resolver.resolve("a.test", "A");
  await resolver.resolve("b.test", "TXT");
  assert.deepEqual(asked, ["TXT a.test", "A a.test", "TXT b.test"]);
  await clock.advance(5 * SECOND);
  await resolver.resolve("b.test", "TXT");
  assert.equal(asked.length, 4);
  await clock.advance(MINUTE);
  assert.deepEqual(await resolver.resolve("a.test", "TXT"), records("two", 5));
});

test("that there is nothing is kept for seconds; that nobody answered is not kept, nor what is too large or has no time", async () => {
  const { clock, asked, state, resolver } = world();
  const ask = async (answer: Answer<"TXT">): Promise<number> => {
    state.answer = answer;
    asked.length = 0;
    await clock.advance(2 * MINUTE);
    for (let n = 0; n < 3; n++) await resolver.resolve("a.test", "TXT");
    return asked.length;
  };
  assert.equal(await ask({ kind: "nxdomain", secure: false }), 1);
  await clock.advance(10 * SECOND);
  await resolver.resolve("a.test", "TXT");
  assert.equal(asked.length, 2);
  assert.equal(await ask({ kind: "servfail" }), 3);
  assert.equal(await ask({ kind: "timeout" }), 3);
  assert.equal(await ask(records("x".repeat(5000), 3600)), 3);
  assert.equal(await ask(records("x", 0)), 3);
});

test("a question that is under way is asked once, and no more answers are kept than there may be", async () => {
  const { asked, resolver } = world({ ...keptAnswersLimits, answers: 2 });
  await Promise.all([1, 2, 3].map(() => resolver.resolve("a.test", "TXT")));
  assert.equal(asked.length, 1);
  for (const name of ["b.test", "c.test", "b.test", "c.test"]) await resolver.resolve(name, "TXT");
  assert.equal(asked.length, 3);
  await resolver.resolve("a.test", "TXT");
  assert.equal(asked.length, 4, "the oldest gave way");
});
