import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { passwordProblem, preparePassword } from "./password-text.ts";

test("RFC 4013 section 3: the examples that a password may be", () => {
  assert.equal(preparePassword("I\u00adX"), "IX", "soft hyphen is mapped to nothing");
  assert.equal(preparePassword("user"), "user", "nothing changes");
  assert.equal(preparePassword("USER"), "USER", "case stays");
  assert.equal(preparePassword("\u00aa"), "a", "compatibility forms are one");
  assert.equal(preparePassword("\u2168"), "IX", "Roman numeral nine");
  assert.equal(preparePassword("\u0007"), undefined, "control characters are prohibited");
});

test("however a client composes and spaces, the password is one", () => {
  assert.equal(preparePassword("pass\u00a0w\u00f6rd"), preparePassword("pass wo\u0308rd"));
});

test("preparing twice is preparing once", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (typed) => {
      const once = preparePassword(typed);
      if (once !== undefined) assert.equal(preparePassword(once), once);
    }),
  );
});

test("what is too long to be a password is not normalized, and what composes to one that fits still is", () => {
  const tooLong = "a\u0301".repeat(2000);
  assert.equal(preparePassword(tooLong), tooLong);
  assert.equal(preparePassword("u\u0308\u0301".repeat(512)), "\u01d8".repeat(512));
});

test("what may not be chosen is said in a sentence", () => {
  assert.match(passwordProblem("1234567") ?? "", /too short/);
  assert.match(passwordProblem("x".repeat(1025)) ?? "", /too long/);
  assert.match(passwordProblem("\u0f73\u0301".repeat(30_000)) ?? "", /too long/);
  assert.match(passwordProblem("with\ttabulator") ?? "", /control/);
  assert.match(passwordProblem("lone \ud800 surrogate") ?? "", /Unicode/);
  for (const fine of ["12345678", "x".repeat(1024), "ein Satz mit Umläuten äöü", "🐎🔋📎✅ horse"]) {
    assert.equal(passwordProblem(fine), undefined);
  }
});
