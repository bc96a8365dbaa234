import assert from "node:assert/strict";
import { test } from "node:test";
import { trustedPeers } from "./trusted-peers.ts";

test("a peer is our own when its address is in one of the networks, however it is written", () => {
  const isOurs = trustedPeers([
    { address: "127.0.0.0", bits: 8 },
    { address: "192.0.2.25", bits: 32 },
    { address: "2001:db8::", bits: 32 },
  ]);
  for (const address of ["127.0.1.9", "::ffff:127.0.0.1", "192.0.2.25", "2001:db8:1::7"])
    assert.ok(isOurs(address), address);
  for (const address of ["192.0.2.26", "2001:db9::1", "::1", "", "nobody"]) assert.ok(!isOurs(address), address);
  assert.ok(!trustedPeers([])("127.0.0.1"));
});
