import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOctets } from "./ip-address.ts";
import { networkName, networkOctets } from "./network.ts";

const cases: readonly (readonly [string, string, string])[] = [
  ["192.0.2.7", "192.0.2", "192.0.2"],
  ["255.255.255.255", "255.255.255", "255.255.255"],
  ["2001:db8:1:2::1", "32.1.13.184.0.1", "2001:db8:1"],
  ["2001:0DB8:00a0:ffff:1:2:3:4", "32.1.13.184.0.160", "2001:db8:a0"],
  ["::1", "0.0.0.0.0.0", "0:0:0"],
  ["64:ff9b::192.0.2.1", "0.100.255.155.0.0", "64:ff9b:0"],
  ["ffff:ffff:ffff:ffff::", "255.255.255.255.255.255", "ffff:ffff:ffff"],
];

for (const [address, octets, name] of cases)
  test(`the network of ${address} is ${name}`, () => {
    const whole = addressOctets(address) ?? assert.fail();
    assert.deepEqual([networkOctets(whole).join("."), networkName(whole)], [octets, name]);
  });
