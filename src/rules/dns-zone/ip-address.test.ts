import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOctets, isSameAddress, isWithin, reverseName } from "./ip-address.ts";

test("an address is the same however it is written", () => {
  assert.ok(isSameAddress("2001:DB8::1", "2001:db8:0:0:0:0:0:1"));
  assert.ok(isSameAddress("::ffff:192.0.2.1", "::ffff:c000:201"));
  assert.ok(!isSameAddress("192.0.2.1", "192.0.2.10"));
  assert.ok(!isSameAddress("192.0.2.1", "::c000:201"));
});

test("what is no address has no octets", () => {
  for (const text of [
    "",
    "192.0.2",
    "192.0.2.256",
    "1:2:3:4:5:6:7",
    "1::2::3",
    "::g",
    "1:2:3:4:5:6:7:8::",
    "mail.test",
    "0:".repeat(100_000),
  ])
    assert.equal(addressOctets(text), undefined, text);
  assert.equal(addressOctets("0000:0000:0000:0000:0000:ffff:192.168.100.200")?.length, 16);
  assert.ok(!isSameAddress("", ""));
});

test("a network holds the addresses that begin like it", () => {
  assert.ok(isWithin("192.0.2.77", "192.0.2.64", 26));
  assert.ok(!isWithin("192.0.2.128", "192.0.2.64", 26));
  assert.ok(isWithin("192.0.2.1", "10.0.0.0", 0));
  assert.ok(isWithin("2001:db8:1::5", "2001:db8::", 32));
  assert.ok(!isWithin("2001:db9::", "2001:db8::", 32));
  assert.ok(!isWithin("192.0.2.1", "2001:db8::", 0));
});

test("RFC 1035 section 3.5: the reverse name of an address", () => {
  assert.equal(reverseName("192.0.2.1"), "1.2.0.192.in-addr.arpa");
  assert.equal(reverseName("2001:db8::12"), "2.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  assert.equal(reverseName("nowhere"), undefined);
});
