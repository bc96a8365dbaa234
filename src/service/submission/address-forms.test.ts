import assert from "node:assert/strict";
import { test } from "node:test";
import { domainToASCII } from "node:url";
import * as fc from "fast-check";
import { lowerAscii } from "../../syntax/smtp/address.ts";
import { asciiDomain, unicodeLabel } from "./address-forms.ts";

test("a domain that needs no table is in the form that the table gives it", () => {
  const sign = fc.constantFrom(
    "a",
    "B",
    "f",
    "x",
    "0x",
    "1",
    "255",
    ".",
    ".",
    "-",
    "--",
    "xn--",
    "_",
    "ü",
    "test",
    "COM",
  );
  fc.assert(
    fc.property(fc.array(sign, { minLength: 1, maxLength: 12 }), (list) => {
      const domain = list.join("");
      assert.equal(asciiDomain({ local: "a", domain }).domain, domainToASCII(domain) || lowerAscii(domain));
    }),
    { numRuns: 5000 },
  );
  assert.equal(asciiDomain({ local: "a", domain: "B\u00fccher.Example" }).domain, "xn--bcher-kva.example");
  assert.equal(asciiDomain({ local: "a", domain: "[IPv6:2001:DB8::1]" }).domain, "[ipv6:2001:db8::1]");
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
