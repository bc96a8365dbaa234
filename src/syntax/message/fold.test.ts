import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as assertProperty, constantFrom, nat, oneof, property, string, tuple } from "fast-check";
import { fold } from "./fold.ts";

test("case, compatibility forms and white space make no difference; accents do", () => {
  const same: [string, string][] = [
    ["HELLO", "hello"],
    ["STRASSE", "Straße"],
    ["GRÜSSE", "gru\u0308ße"],
    ["ΟΔΟΣ", "οδος"],
    ["ﬁnance", "FINANCE"],
    ["ＡＢＣ", "abc"],
    ["a \t b\r\n c\u00a0d", "a b c d"],
    ["line one\nline two", "line one line two"],
    ["Привет", "привет"],
  ];
  for (const [left, right] of same) assert.equal(fold(left), fold(right), `${left} ${right}`);
  assert.notEqual(fold("resume"), fold("résumé"));
  assert.ok(fold("ΟΔΟΣΑ").includes(fold("ΟΔΟΣ")), "the sigma at a word's end");
});

test("folding twice is folding once", () => {
  assertProperty(
    property(string({ unit: "binary", maxLength: 40 }), (text) => assert.equal(fold(fold(text)), fold(text))),
    { numRuns: 2000 },
  );
});

test("every character folds to what folds to itself, and needs no more rounds for it", () => {
  for (let code = 0; code < 0x20000; code++) {
    const sign = String.fromCodePoint(code);
    const folded = fold(sign);
    assert.equal(fold(folded), folded, code.toString(16));
    if (!/\s/u.test(folded)) assert.equal(folded.normalize("NFKC").toLowerCase(), folded, code.toString(16));
  }
});

/** Marks of many classes, signs that become marks or bring some, and letters that join with what follows. */
const marks = constantFrom(...Array.from("\u0301\u0323\u0344\u0345\u0f73\u0f71\u0bd7\u09be\u3099\uff9e\uff9f\u0e33"));
const letters = constantFrom(...Array.from("a\u1f82\u0130\u00a8\u09c7\u1100\u1161\u11a8\u03a3 "));

test("of marks on one letter 32 count, in whatever order and form they come", () => {
  const few = fold(`a${"\u0323\u0301".repeat(16)}`);
  assert.equal(fold(`a${"\u0323\u0301".repeat(16)}${"\u0301\uff9e\u0344".repeat(20_000)}b`), `${few}b`);
  const row = tuple(nat(80), array(marks, { minLength: 1, maxLength: 4 })).map(([times, some]) =>
    some.join("").repeat(times),
  );
  assertProperty(
    property(array(oneof(letters, row), { maxLength: 8 }), (pieces) => {
      const folded = fold(pieces.join(""));
      assert.equal(fold(folded), folded);
      assert.doesNotMatch(folded, /[\p{M}\uff9e\uff9f]{33}/u);
    }),
    { numRuns: 500 },
  );
});
