import assert from "node:assert/strict";
import { test } from "node:test";
import { domainToASCII } from "node:url";
import * as fc from "fast-check";
import { unicodeLabel } from "./unicode-domain.ts";

test("labels of many scripts come back from A-labels", () => {
  for (const label of ["bücher", "räksmörgås", "münchen-ost", "例え", "παράδειγμα", "пример", "ليهمابتكلموشعربي", "💩"])
    assert.equal(unicodeLabel(domainToASCII(label)), label);
});

test("what is no A-label stays as it is, and nothing fails", () => {
  for (const label of ["", "example", "xn--", "xn--zzzzzz999", "xn--99999999", "xn--a.b"])
    assert.equal(unicodeLabel(label), label);
  const text = fc.stringMatching(/^[a-z0-9ü-]{0,63}$/);
  fc.assert(fc.property(text, (rest) => unicodeLabel(`xn--${rest}`).length > 0));
});
