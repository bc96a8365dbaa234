import assert from "node:assert/strict";
import { test } from "node:test";
import { domainToASCII } from "node:url";
import * as fc from "fast-check";
import { asciiDomain, unicodeLabel } from "./address-forms.ts";

test("a domain is looked up in A-labels and lower case; what has none stays what nobody has", () => {
  assert.equal(asciiDomain({ local: "a", domain: "B\u00fccher.Example" }).domain, "xn--bcher-kva.example");
  assert.equal(asciiDomain({ local: "a", domain: "[IPv6:2001:DB8::1]" }).domain, "[ipv6:2001:db8::1]");
  assert.equal(asciiDomain({ local: "a", domain: "0x7F.1" }).domain, "0x7f.1");
  assert.equal(asciiDomain({ local: "a", domain: "\u{1f600}\ud800.Example" }).domain, "\u{1f600}\ud800.example");
});

test("labels of many scripts come back from A-labels", () => {
  for (const label of ["bücher", "räksmörgås", "münchen-ost", "例え", "παράδειγμα", "пример", "ليهمابتكلموشعربي", "💩"])
    assert.equal(unicodeLabel(domainToASCII(label)), label);
});

test("what is no A-label stays as it is, and nothing fails", () => {
  for (const label of ["", "example", "123", "xn--", "xn--ü", "xn--zzzzzz999", "xn--99999999", "xn--a.b"])
    assert.equal(unicodeLabel(label), label);
  const text = fc.stringMatching(/^[a-z0-9ü-]{0,63}$/);
  fc.assert(fc.property(text, (rest) => unicodeLabel(`xn--${rest}`).length > 0));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (rest) => unicodeLabel(`xn--${rest}`).length > 0));
});
