import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../../syntax/message/fold.ts";
import { MAX_WORDS, wordsOf } from "./words.ts";

const text = (body: string): readonly string[] => wordsOf({ subject: "", from: "", text: fold(body) });

test("words come once each, those of the header marked as such", () => {
  assert.deepEqual(
    wordsOf({ subject: "cheap pills", from: "Shop\nshop@bad.test", text: "cheap cheap pills, at bad.test." }),
    ["s:cheap", "s:pills", "f:Shop", "f:shop@bad.test", "cheap", "pills", "bad.test"],
  );
});

test("letters of every script make words; scripts without spaces give pairs", () => {
  assert.deepEqual(text("Grüße, Köln!"), ["grüsse", "köln"]);
  assert.deepEqual(text("дешевые часы"), ["дешевые", "часы"]);
  assert.deepEqual(text("免费发票"), ["免费", "费发", "发票"]);
  assert.deepEqual(text("$100 50%"), ["$100", "50%"]);
});

test("no message gives more words than the bound, or longer ones than a fingerprint takes", () => {
  assert.equal(text(Array.from({ length: 5000 }, (_, n) => `word${n}`).join(" ")).length, MAX_WORDS);
  assert.deepEqual(text(`${"x".repeat(33)} ${"д".repeat(17)} ${"😀".repeat(9)} ok. yes`), ["yes"]);
});

test("hostile text is read in linear time", () => {
  const start = performance.now();
  for (const body of ["a".repeat(1e6), "a.".repeat(5e5), "'".repeat(1e6), "免".repeat(1e6), "a'".repeat(5e5)])
    text(body);
  assert.ok(performance.now() - start < 5000);
});
