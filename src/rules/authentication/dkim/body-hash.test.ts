import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { BodyDigests } from "./body-hash.ts";
import type { Canonicalization } from "./signed-header.ts";

const base64 = (text: string): string => hash("sha256", Buffer.from(text, "latin1"), "base64");

function digestOf(body: string, form: Canonicalization, length?: number, step = body.length + 1): string {
  const digests = new BodyDigests(4);
  digests.need(form, length);
  const octets = Buffer.from(body, "latin1");
  for (let at = 0; at < octets.length; at += step) digests.write(octets.subarray(at, at + step));
  digests.end();
  const digest = digests.digest(form, length);
  return `${digest?.hash} ${digest?.isWhole} ${digest?.isLongEnough}`;
}

test("RFC 6376 section 3.4.3: simple keeps all but empty lines at the end", () => {
  for (const [body, canonical] of [
    ["", "\r\n"],
    ["\r\n\r\n", "\r\n"],
    ["a", "a\r\n"],
    ["a \t b\r\n \r\n\r\n\r\n", "a \t b\r\n \r\n"],
    ["\r\na\r\n", "\r\na\r\n"],
    ["a\rb\nc\r", "a\rb\nc\r\r\n"],
    [`${"\r\n".repeat(20_001)}x`, `${"\r\n".repeat(20_001)}x\r\n`],
    ["a b ".repeat(20_001), `${"a b ".repeat(20_001)}\r\n`],
  ] as const)
    assert.equal(digestOf(body, "simple"), `${base64(canonical)} true true`, JSON.stringify(body.slice(0, 50)));
});

test("RFC 6376 section 3.4.4: relaxed, up to a length too", () => {
  for (const [body, length, canonical, whole, enough] of [
    ["a  b \r\n\r\nc\t\r\n\r\n", undefined, "a b\r\n\r\nc\r\n", true, true],
    ["a  b \r\n\r\nc\t\r\n\r\n", 10, "a b\r\n\r\nc\r\n", true, true],
    ["a  b \r\n\r\nc\t\r\nadded\r\n", 10, "a b\r\n\r\nc\r\n", false, true],
    ["a  b \r\n", 3, "a b", false, true],
    ["a  b \r\n", 99, "a b\r\n", true, false],
    ["\r\n \r\n", 0, "", true, true],
    ["a\r\n", 0, "", false, true],
  ] as const)
    assert.equal(digestOf(body, "relaxed", length), `${base64(canonical)} ${whole} ${enough}`, JSON.stringify(body));
});

test("where the body is cut makes no difference, and a length that covers all is none", () => {
  const body = fc
    .array(fc.constantFrom("a", " ", "\t", "\r\n", "\r", "\n", "bc "), { maxLength: 30 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(body, fc.constantFrom("simple", "relaxed"), fc.integer({ min: 1, max: 5 }), (text, form, step) => {
      assert.equal(digestOf(text, form, undefined, step), digestOf(text, form));
      assert.equal(digestOf(text, form, 10, step), digestOf(text, form, 10));
      assert.equal(digestOf(text, form, 9999, step).split(" ")[0], digestOf(text, form).split(" ")[0]);
    }),
  );
});

test("no more forms are reckoned than may be", () => {
  const digests = new BodyDigests(2);
  assert.deepEqual(
    [1, 2, 3, 2].map((length) => digests.need("simple", length)),
    [true, true, false, true],
  );
  digests.end();
  assert.equal(digests.digest("simple", 3), undefined);
});
