import assert from "node:assert/strict";
import { test } from "node:test";
import { spamVerdict } from "./scan-verdict.ts";

test("a score is held against the marks, and a rule of the operator weighs like the highest that is set", () => {
  const scored = { score: 6, symbols: [] };
  const kindOf = (junk: number, refuse: number | undefined, isForced = false): string => {
    const verdict = spamVerdict(scored, { junk, refuse }, isForced);
    return verdict.kind === "spam" ? verdict.mark : verdict.kind;
  };
  assert.equal(kindOf(6.1, 15), "clean");
  assert.equal(kindOf(6, 15), "junk");
  assert.equal(kindOf(6, 6), "refuse");
  assert.equal(kindOf(6, undefined), "junk");
  assert.equal(kindOf(10, 15, true), "refuse");
  assert.equal(kindOf(10, undefined, true), "junk");
});
