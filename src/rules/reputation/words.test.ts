import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
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

test("words are the same whether their letters are Latin or stand beside others", () => {
  const sign = fc.constantFrom(...Array.from("ab9$€%'.@- ,\n\u00e5\u00f6\u00aa\u0301\u2019\u0436\u514d\u{1f600}"));
  const words = fc.array(sign, { maxLength: 60 }).map((signs) => signs.join(""));
  fc.assert(
    fc.property(words, (body) => {
      const matches = Array.from(body.matchAll(/[\p{L}\p{N}$€£%][\p{L}\p{M}\p{N}$€£%'’.@-]*/gu), ([one]) => one);
      const expected = matches.flatMap((one) => {
        if (/\p{Script=Han}/u.test(one)) {
          const letters = Array.from(one);
          return letters.length < 2 ? letters : letters.slice(1).map((letter, at) => `${letters[at]}${letter}`);
        }
        const word = one.replace(/['’.@-]+$/, "");
        return word.length < 3 ? [] : [word];
      });
      const kept = expected.filter(
        (one) => Buffer.byteLength(one) <= 32 && (one.length >= 3 || /\p{Script=Han}/u.test(one)),
      );
      assert.deepEqual(wordsOf({ subject: "", from: "", text: body }), [...new Set(kept)]);
    }),
    { numRuns: 2000 },
  );
});

test("hostile text is read in linear time", () => {
  const start = performance.now();
  for (const body of [
    "a".repeat(1e6),
    "a.".repeat(5e5),
    "'".repeat(1e6),
    "免".repeat(1e6),
    "a'".repeat(5e5),
    `я${"'".repeat(1e6)}a`,
  ])
    text(body);
  assert.ok(performance.now() - start < 5000);
});
