import assert from "node:assert/strict";
import { test } from "node:test";
import { networkOf } from "./network-of.ts";

test("a network is written as it rests in the list of log-ins", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["192.0.2.7", "192.0.2.0/24"],
    ["::FFFF:192.0.2.9", "192.0.2.0/24"],
    ["2001:0DB8:0001:ffff:1:2:3:4", "2001:db8:1::/48"],
    ["2001:db8::", "2001:db8:0::/48"],
    ["::1", "0:0:0::/48"],
    ["fe80::1%eth0", "fe80:0:0::/48"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0::/48"],
    ["300.1.1.1", ""],
    ["1::2::3", ""],
  ];
  for (const [address, network] of cases) assert.equal(networkOf(address), network);
});
