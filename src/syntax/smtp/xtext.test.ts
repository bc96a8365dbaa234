import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeXtext, encodeXtext } from "./xtext.ts";

test("RFC 3461 section 4: encoding and decoding xtext are inverse for all octets", () => {
  const octets = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("latin1"));
  fc.assert(fc.property(octets, (text) => assert.equal(decodeXtext(encodeXtext(text)), text)));
  assert.equal(encodeXtext("a+b=c d"), "a+2Bb+3Dc+20d");
});

test("what is not xtext is refused", () => {
  for (const text of ["+", "+2", "+2b", "a=b", "a b", "ü"]) assert.equal(decodeXtext(text), undefined, text);
});
