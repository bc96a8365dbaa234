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

/** Rows of "matched so far", one for each sign of the pattern. */
function slowly(pattern: string, name: string): boolean {
  let row = Array.from({ length: name.length + 1 }, (_, at) => at === 0);
  for (const sign of pattern) {
    const before = row;
    row = [];
    for (let at = 0; at <= name.length; at++) {
      const isWild = sign === "*" || (sign === "%" && name[at - 1] !== "/");
      if (sign === "*" || sign === "%") row.push(before[at] === true || (isWild && at > 0 && row[at - 1] === true));
      else row.push(at > 0 && before[at - 1] === true && name[at - 1] === sign);
    }
  }
  return row[name.length] === true;
}

test("patterns of any length agree with the slow way, across the words of their bits", () => {
  const piece = fc.constantFrom("a", "aa", "b", "/", "%", "*", "a".repeat(15));
  const pattern = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(""));
  const stands = fc.constantFrom("", "a", "ab", "a/b", "a".repeat(40));
  fc.assert(
    fc.property(pattern, fc.infiniteStream(stands), (p, fillings) => {
      const name = p.replace(/[*%]/g, () => fillings.next().value ?? "");
      assert.equal(matches(p, name), slowly(p, name));
    }),
    { numRuns: 1000 },
  );
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

test("no pattern takes long", { timeout: 20_000 }, () => {
  const names = ["a".repeat(2000), "a/".repeat(1000)];
  for (const piece of ["*a", "%a", "*a%a", "%", "*", "%aaaaaaaa", "*a/%", "%a/", "a"]) {
    const matcher = listMatcher(`${piece.repeat(512 / piece.length)}b`, "/");
    for (let times = 0; times < 200; times++) for (const name of names) assert.equal(matcher(name), false);
  }
});
