import assert from "node:assert/strict";
import { test } from "node:test";
import { isPublicAddress, orderAddresses } from "./addresses.ts";

const [four, six] = [
  ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
  ["2001:db8::1", "2001:db8::2"],
];

test("the preferred family comes first, and the other one is not forgotten", () => {
  assert.deepEqual(orderAddresses(four, six, "ipv4", 9), [...four, ...six]);
  assert.deepEqual(orderAddresses(four, six, "ipv6", 9), [...six, ...four]);
  assert.deepEqual(orderAddresses(four, six, "ipv4", 3), ["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
  assert.deepEqual(orderAddresses(four, [], "ipv6", 2), ["192.0.2.1", "192.0.2.2"]);
  assert.deepEqual(orderAddresses(four, six, "ipv4-only", 9), four);
  assert.deepEqual(orderAddresses(four, six, "ipv6-only", 1), ["2001:db8::1"]);
  assert.deepEqual(orderAddresses([], [], "ipv4", 4), []);
});

for (const address of [
  "8.8.8.8",
  "172.15.0.1",
  "172.32.0.1",
  "100.128.0.1",
  "193.168.0.1",
  "198.20.0.1",
  "2a00:1450::1",
])
  test(`${address} can be on the internet`, () => assert.ok(isPublicAddress(address)));

for (const address of [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.1",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "256.1.1.1",
  "1.2.3",
  "",
  "::",
  "::1",
  "::ffff:10.0.0.1",
  "64:ff9b::a00:1",
  "fe80::1",
  "FD00::1",
  "ff02::1",
  "2002:a00:1::1",
  "2001::1",
  "2001:0:1::1",
])
  test(`${address} is not on the internet`, () => assert.equal(isPublicAddress(address), false));
