import assert from "node:assert/strict";
import { test } from "node:test";
import { domainToASCII } from "node:url";
import * as fc from "fast-check";
import { lowerAscii } from "../../syntax/smtp/address.ts";
import { asciiDomain } from "./address-forms.ts";

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
