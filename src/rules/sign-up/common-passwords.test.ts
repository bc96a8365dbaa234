/** Passwords that are among the first to be tried, and those that are not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { COMMON_PASSWORD_PRINTS } from "./common-password-prints.ts";
import { packPrints, unpackPrints, weaknessOf } from "./common-passwords.ts";

const CONTEXT = { address: "anna.svensson@altmail.example", ownNames: ["Altmail", "altmail.example"] };
const why = (password: string): string => weaknessOf(password, CONTEXT) ?? "fine";

test("the commonest passwords are known, in whichever case they are typed", () => {
  for (const password of ["password", "Password1", "SUNSHINE", "trustno1", "1qaz2wsx", "qwertyuiop", "football"])
    assert.equal(why(password), "common", password);
});

test("rows of signs are known however long they are", () => {
  const rows = [
    "aaaaaaaa",
    "abcabcabc",
    "12341234",
    "12345678901234567890",
    "987654321098",
    "abcdefghijkl",
    "åäåäåäåä",
  ];
  for (const password of [...rows, "🙂🙂🙂🙂🙂"]) assert.equal(why(password), "pattern", password);
});

test("the address and the service's name make no password, with a few signs beside them neither", () => {
  for (const password of ["anna.svensson", "Svensson1", "svensson-2026", "2026!anna", "annaanna1"])
    assert.equal(why(password), "address", password);
  for (const password of ["altmail1", "Altmail-2026!", "altmail.example"]) assert.equal(why(password), "service");
});

test("what is long and nobody's is fine, and so is a part of the address within much else", () => {
  for (const password of ["correct horse battery staple", "anna likes 14 grey geese", "k7#vQ2pz!m", "x".repeat(129)])
    assert.equal(why(password), "fine", password);
});

test("the list is whole: ten thousand prints in ascending order", () => {
  const prints = unpackPrints(COMMON_PASSWORD_PRINTS);
  assert.equal(prints.length, 10_000);
  assert.ok(prints.every((print, at) => at === 0 || print > (prints[at - 1] ?? Infinity)));
});

test("a list is read as it was written, and random passwords are not on ours", () => {
  const words = Array.from({ length: 500 }, (_, n) => `word ${n * n}`);
  const packed = packPrints(words);
  assert.equal(unpackPrints(packed).length, 500);
  assert.deepEqual(packPrints(words.toReversed()), packed);
  let found = 0;
  for (let n = 0; n < 20_000; n++) if (why(`zz ${n * 7919} q${n}`) !== "fine") found++;
  assert.ok(found <= 2, `${found} of 20,000`);
});

test("whatever is typed, there is an answer, soon", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.string({ maxLength: 50 }), (password, address) => {
      weaknessOf(password, { ...CONTEXT, address });
    }),
  );
  const before = performance.now();
  assert.equal(why("a".repeat(1e6)), "fine");
  assert.ok(performance.now() - before < 500);
});
