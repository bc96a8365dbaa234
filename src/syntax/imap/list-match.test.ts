import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { listMatcher } from "./list-match.ts";

const matches = (pattern: string, name: string): boolean => listMatcher(pattern, "/")(name);

test("`*` stands for anything, `%` for anything within a level", () => {
  for (const [pattern, name] of [
    ["*", "a/b/c"],
    ["%", "a"],
    ["a/%", "a/b"],
    ["a/%/c", "a/b/c"],
    ["*c", "a/b/c"],
    ["a*", "a"],
    ["%a%", "a"],
    ["a%/b*", "ax/bcd/e"],
    ["*%", "a/b"],
    ["%*", "a/b"],
    ["%/a*b/%", "x/a/a/b/z"],
    ["", ""],
  ] as const)
    assert.equal(matches(pattern, name), true, `${pattern} ${name}`);
  for (const [pattern, name] of [
    ["%", "a/b"],
    ["a/%", "a"],
    ["a/%", "a/b/c"],
    ["*/c", "c"],
    ["a", "A"],
    ["a", "ab"],
    ["", "a"],
    ["%a%", "b/a"],
  ] as const)
    assert.equal(matches(pattern, name), false, `${pattern} ${name}`);
});

test("INBOX is named in any case, other names as written", () => {
  assert.equal(matches("inbox", "INBOX"), true);
  assert.equal(matches("iNb%", "INBOX"), true);
  assert.equal(matches("inbox/%", "INBOX/a"), true);
  assert.equal(matches("inbox/A", "INBOX/a"), false);
  assert.equal(matches("inboxes", "INBOXES"), false);
  assert.equal(matches("ÄÖ*", "ÄÖÜ"), true);
});

test("it agrees with a regular expression", () => {
  const sign = fc.constantFrom("a", "b", "/");
  const name = fc.array(sign, { maxLength: 8 }).map((signs) => signs.join(""));
  const pattern = fc.array(fc.oneof(sign, fc.constantFrom("*", "%")), { maxLength: 8 }).map((signs) => signs.join(""));
  fc.assert(
    fc.property(pattern, name, (p, n) => {
      const expression = p.replace(/[*%]/g, (wildcard) => (wildcard === "*" ? ".*" : "[^/]*"));
      assert.equal(matches(p, n), new RegExp(`^${expression}$`).test(n));
    }),
    { numRuns: 2000 },
  );
});

test("no pattern takes long", () => {
  const started = performance.now();
  for (const piece of ["*a", "%a", "*a%a", "%", "*"]) matches(`${piece.repeat(500)}b`, "a".repeat(2000));
  assert.ok(performance.now() - started < 2000);
});
