import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readSpf, spfTexts } from "./spf-record.ts";

test("RFC 7208 section 4.5: what is an SPF record", () => {
  const texts = ["v=spf1 -all", "v=spf10 -all", "v=spf1", "V=SPF1 mx", "spf1", "google-site-verification=x"];
  assert.deepEqual(spfTexts(texts), ["v=spf1 -all", "v=spf1", "V=SPF1 mx"]);
});

test("terms in their order, a redirect behind them all", () => {
  const text =
    "v=spf1 redirect=_spf.example.org IP4:192.0.2.0/24  ip6:2001:db8::1/128 ip6:2001:db8:: +a a:mail.example.org/28//64 mx//56 ?include:example.net exists:%{i}.example.org ptr exp=why.example.org ~all";
  assert.deepEqual(readSpf(text), [
    { kind: "network", qualifier: "+", network: "192.0.2.0", bits: 24 },
    { kind: "network", qualifier: "+", network: "2001:db8::1", bits: 128 },
    { kind: "network", qualifier: "+", network: "2001:db8::", bits: 128 },
    { kind: "a", qualifier: "+", domain: undefined, ipv4Bits: 32, ipv6Bits: 128 },
    { kind: "a", qualifier: "+", domain: "mail.example.org", ipv4Bits: 28, ipv6Bits: 64 },
    { kind: "mx", qualifier: "+", domain: undefined, ipv4Bits: 32, ipv6Bits: 56 },
    { kind: "include", qualifier: "?", domain: "example.net" },
    { kind: "macro", qualifier: "+" },
    { kind: "macro", qualifier: "+" },
    { kind: "all", qualifier: "~" },
    { kind: "redirect", domain: "_spf.example.org" },
  ]);
});

test("RFC 7208 section 4.6: one bad term, and the record is none", () => {
  for (const term of ["ip4:192.0.2", "ip4:192.0.2.0/33", "ip4:2001:db8::", "ip6:192.0.2.1", "all:x", "include", "a/33"])
    assert.equal(readSpf(`v=spf1 ${term} -all`), undefined, term);
  assert.equal(readSpf("v=spf1 ipv4:192.0.2.1 -all"), undefined);
});

test("no text makes the reader throw", () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void readSpf(`v=spf1 ${text}`)));
});
