import assert from "node:assert/strict";
import { test } from "node:test";
import { networkOf } from "./network.ts";

const key = new Uint8Array(32).fill(7);

test("addresses of one network look alike, those of two do not, and nothing else is an address", () => {
  const alike = [
    ["192.0.2.7", "192.0.2.200", "::ffff:192.0.2.9"],
    ["192.0.3.7"],
    ["2001:db8:1::1", "2001:0db8:0001:ffff:1:2:3:4", "2001:DB8:1:2::"],
    ["2001:db8:2::1"],
    ["2001:db8::1:1"],
    ["fe80::1%eth0", "fe80::2"],
  ];
  const prints = alike.map((group) => new Set(group.map((client) => networkOf(client, key))));
  for (const group of prints) assert.equal(group.size, 1);
  const all = prints.flatMap((group) => [...group]);
  assert.equal(new Set(all).size, alike.length);
  for (const print of all) assert.match(print ?? "", /^[0-9a-f]{12}$/);
  for (const none of ["", "unknown", "192.0.2", "localhost", "1.2.3.4:25"])
    assert.equal(networkOf(none, key), undefined);
});

test("a fingerprint is what it always was: those of yesterday are compared with it", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["192.0.2.7", "506cc5cecfae"],
    ["::ffff:10.0.0.1", "eb11abc2e14c"],
    ["2001:0DB8:0001:ffff:1:2:3:4", "1df7ab65eb45"],
    ["2001:db8::", "81bf10b90ff2"],
    ["fe80::1%eth0", "1164d2563ea4"],
    ["::1", "b222fc3461d5"],
  ];
  for (const [client, print] of cases) assert.equal(networkOf(client, key), print);
});

test("D3: without the key a fingerprint says nothing", () => {
  assert.notEqual(networkOf("192.0.2.7", key), networkOf("192.0.2.7", new Uint8Array(32)));
});
