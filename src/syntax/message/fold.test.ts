import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as assertProperty, property, string } from "fast-check";
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

test("every character folds to what folds to itself", () => {
  for (let code = 0; code < 0x20000; code++) {
    const sign = String.fromCodePoint(code);
    assert.equal(fold(fold(sign)), fold(sign), code.toString(16));
  }
});
