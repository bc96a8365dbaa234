import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  canonicalAddress,
  formatAddress,
  isAddressLiteral,
  isDomain,
  needsUtf8,
  parseAddress,
  splitSubaddress,
} from "./address.ts";

test("RFC 5321 section 4.1.2: dot-strings, quoted local parts, domains and literals are addresses", () => {
  const valid: readonly (readonly [string, string, string])[] = [
    ["jones@foo.com", "jones", "foo.com"],
    ["a.b+c=d@x-1.y", "a.b+c=d", "x-1.y"],
    ['"joe bloggs"@example.net', "joe bloggs", "example.net"],
    ['"a\\"b\\\\c"@example.net', 'a"b\\c', "example.net"],
    ['"@"@example.net', "@", "example.net"],
    ["u@[192.0.2.1]", "u", "[192.0.2.1]"],
    ["u@[IPv6:2001:db8::1]", "u", "[IPv6:2001:db8::1]"],
    ["u@localhost", "u", "localhost"],
    ["пример@пример.рф", "пример", "пример.рф"],
    ["x@_dmarc.example.net", "x", "_dmarc.example.net"],
  ];
  for (const [text, local, domain] of valid) assert.deepEqual(parseAddress(text), { local, domain }, text);
});

test("what is no address is refused", () => {
  const invalid = [
    "",
    "a",
    "@b",
    "a@",
    "a@@b",
    ".a@b",
    "a.@b",
    "a..b@c",
    "a b@c",
    '"a@b',
    '""@b',
    '"a"b@c',
    "a@b.",
    "a@.b",
    "a@-b",
    "a@b-",
    "a@b..c",
    "a@b c",
    "a@[256.0.0.1]",
    "a@[1.2.3]",
    "a@[IPv6:::1::2]",
    "a@[IPv6:12345::]",
    "a@[",
    "a@b>",
    "a@b\r\n",
    "a\u0000@b",
    "a@b\u0085c",
    "a@\ud800",
    `${"a".repeat(257)}@b`,
    `a@${"b".repeat(64)}`,
    `a@${"b.".repeat(128)}c`,
    "a<b@c",
    "a@b,c",
    '"a\\',
  ];
  for (const text of invalid) assert.equal(parseAddress(text), undefined, JSON.stringify(text));
});

test("the canonical form loses needless quotes and capitals of ASCII, nothing else", () => {
  const canonical = (text: string): string => canonicalAddress(parseAddress(text) ?? assert.fail(text));
  assert.equal(canonical('"Joe"@Example.NET'), "joe@example.net");
  assert.equal(canonical('"J oe"@Example.NET'), '"j oe"@example.net');
  assert.equal(canonical("İK@x"), "İk@x");
});

test("formatting and reading an address are inverse", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }), (local) => {
      fc.pre(!/[\p{Cc}\p{Cs}]/u.test(local));
      const address = { local, domain: "example.test" };
      assert.deepEqual(parseAddress(formatAddress(address)), address);
    }),
  );
});

test("a subaddress is what follows the first plus", () => {
  assert.deepEqual(splitSubaddress("u+a+b"), { name: "u", tag: "a+b" });
  assert.deepEqual(splitSubaddress("u+"), { name: "u", tag: "" });
  assert.deepEqual(splitSubaddress("+u"), { name: "+u", tag: undefined });
  assert.deepEqual(splitSubaddress("u"), { name: "u", tag: undefined });
});

test("literals, domains and letters beyond ASCII are told apart", () => {
  for (const yes of ["[IPv6:::]", "[IPv6:1:2:3:4:5:6:7:8]", "[IPv6:::ffff:192.0.2.1]", "[tag:content]"])
    assert.ok(isAddressLiteral(yes), yes);
  for (const no of ["[]", "[x]", "192.0.2.1", "[IPv6:1:2:3:4:5:6:7]", "[IPv6:1:2:3:4:5:6:7:8:9]", "[IPv6:192.0.2.1::]"])
    assert.ok(!isAddressLiteral(no), no);
  assert.ok(!isDomain("a b"));
  assert.ok(needsUtf8("ü@x") && !needsUtf8("u@x"));
});
