import assert from "node:assert/strict";
import { test } from "node:test";
import { domainToASCII } from "node:url";
import * as fc from "fast-check";
import { isDomain } from "../../syntax/smtp/address.ts";
import { aLabels } from "./a-labels.ts";

test("RFC 5891 section 4.4: letters become A-labels, in lower case, whatever sign stands for a dot", () => {
  for (const [typed, expected] of [
    ["M\u00fcller.Example", "xn--mller-kva.example"],
    ["m\u00fcller.example.", "xn--mller-kva.example."],
    ["\u4f8b\u3048\u3002\u30c6\u30b9\u30c8", "xn--r8jz45g.xn--zckzah"],
    ["mu\u0308ller.example", "xn--mller-kva.example"],
    ["_dmarc.m\u00fcller.example", "_dmarc.xn--mller-kva.example"],
  ] as const)
    assert.equal(aLabels(typed), expected, typed);
});

test("what is ASCII stays but for its case; a number is no address", () => {
  for (const [typed, expected] of [
    ["Example.ORG", "example.org"],
    ["0x7f.1", "0x7f.1"],
    ["1.2", "1.2"],
    ["XN--mller-KVA.example", "xn--mller-kva.example"],
    ["[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1]"],
    ["a/b?c#d", "a/b?c#d"],
    ["", ""],
  ] as const)
    assert.equal(aLabels(typed), expected, typed);
});

test("letters that are no domain have no A-labels; nothing is cut off or decoded", () => {
  for (const typed of [
    "m\u00fcller.example/x",
    "m\u00fcller@x.example",
    "m\u00fc ller.example",
    "%6d\u00fc.example",
    "\ud800.example",
  ])
    assert.equal(aLabels(typed), undefined, typed);
  assert.equal(aLabels(`${"\u00fc".repeat(2000)}.example`), undefined);
});

test("of letters it is what the table says", () => {
  const sign = fc.constantFrom("a", "B", "x", "0x", "255", ".", "-", "--", "xn--", "_", "\u00fc", "\u4f8b", "COM");
  fc.assert(
    fc.property(fc.array(sign, { minLength: 1, maxLength: 12 }), (list) => {
      const domain = `\u00e9${list.join("")}`;
      if (isDomain(domain)) assert.equal(aLabels(domain) ?? "", domainToASCII(domain));
      else assert.ok(domain.endsWith(".") || aLabels(domain) === undefined);
    }),
    { numRuns: 3000 },
  );
});
