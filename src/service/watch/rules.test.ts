import assert from "node:assert/strict";
import { test } from "node:test";
import { agree, RULES } from "./rules.ts";
import { watchLimits } from "./watch-limits.ts";

test("A6: only rules of different kind agree, and where somebody comes from is never the heavier half", () => {
  const pauses = (...names: string[]): boolean => agree(names, watchLimits);
  assert.ok(pauses("guessed", "places"));
  assert.ok(pauses("guessed", "surge"));
  assert.ok(!pauses("guessed", "app-passwords"), "a stranger can bring about both");
  assert.ok(!pauses("places", "surge"), "a new client over Tor is both");
  assert.ok(!pauses("places", "app-passwords"));
  assert.ok(!pauses("a rule of another version", "guessed"));
  for (const { name } of RULES) {
    assert.ok(!pauses(name, name));
    assert.ok(!agree([name], { ...watchLimits, pauseWeight: 1 }), "one kind alone never pauses, however heavy");
  }
});

test("rules have names of their own, and a sentence for who reads a flag", () => {
  assert.equal(new Set(RULES.map(({ name }) => name)).size, RULES.length);
  for (const { meaning, weight } of RULES) {
    assert.ok(meaning.split(" ").length > 8);
    assert.ok(weight < watchLimits.pauseWeight);
  }
});
