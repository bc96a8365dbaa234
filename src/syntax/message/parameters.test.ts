import assert from "node:assert/strict";
import { test } from "node:test";
import { parameterValue, readParameterized } from "./parameters.ts";

function parameters(text: string): [string, string][] {
  return readParameterized(`x;${text}`).parameters.map(({ name, value }) => [name, value]);
}

test("RFC 2045 section 5.1: the three ways to write the same", () => {
  for (const text of [
    "text/plain; charset=us-ascii (Plain text)",
    'Text/Plain; CHARSET="us-ascii"',
    "text / plain ;charset = us-ascii",
  ]) {
    assert.deepEqual(readParameterized(text), {
      value: "text/plain",
      parameters: [{ name: "charset", value: "us-ascii" }],
    });
  }
});

test("RFC 2231 section 3, RFC 2231 section 4 and RFC 2231 section 6: continuations are joined, the charset stays", () => {
  assert.deepEqual(parameters('URL*0="ftp://"; URL*1="cs.utk.edu/pub"'), [["url", "ftp://cs.utk.edu/pub"]]);
  assert.deepEqual(parameters("title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A"), [
    ["title*", "us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A"],
  ]);
  const all = parameters("a=b; t*2=\"isn't it!\"; t*0*=us-ascii'en'This%20is%20; t*1*=%2A%2A%20");
  assert.deepEqual(all, [
    ["a", "b"],
    ["t*", "us-ascii'en'This%20is%20%2A%2A%20isn%27t%20it!"],
  ]);
  assert.equal(parameterValue([{ name: "t*", value: all[1]?.[1] ?? "" }], "t"), "This is ** isn't it!");
  assert.deepEqual(parameters("a*0=x; a*2=z"), [["a", "x"]]);
  assert.deepEqual(parameters("a*0=x y; a*1*=%41"), [["a*", "''x%20y%41"]]);
});

test("what senders get wrong: no quotes, no semicolons, too many, quotes that do not end", () => {
  assert.deepEqual(parameters("name=my file (1).txt; a=b"), [
    ["name", "my file"],
    ["a", "b"],
  ]);
  assert.deepEqual(parameters('a=b c=d "e" f="g" h=i'), [
    ["a", "b"],
    ["c", 'd "e"'],
    ["f", "g"],
    ["h", "i"],
  ]);
  assert.deepEqual(parameters(';; a = b ;; c; =d; e="f'), [
    ["a", "b"],
    ["e", "f"],
  ]);
  assert.deepEqual(parameters('a="b\\"c\\\\"; a=d'), [
    ["a", 'b"c\\'],
    ["a", "d"],
  ]);
  assert.deepEqual(readParameterized("attachment filename=a.txt"), {
    value: "attachment",
    parameters: [{ name: "filename", value: "a.txt" }],
  });
});

test("so many parameters are read, and no more", () => {
  const many = parameters(Array.from({ length: 1000 }, (_, n) => `a${n}=b`).join(";"));
  assert.deepEqual(many.at(-1), ["a499", "b"]);
  assert.equal(many.length, 500);
  const pieces = Array.from({ length: 499 }, (_, n) => `t*${n}=x`).join(";");
  assert.deepEqual(parameters(`${pieces}; u=v; w=x`), [
    ["t", "x".repeat(499)],
    ["u", "v"],
  ]);
});
