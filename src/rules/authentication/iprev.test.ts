import assert from "node:assert/strict";
import { test } from "node:test";
import { checkIprev } from "./iprev.ts";
import { type Zone, zoneLookup } from "./zone.fixture.ts";

const zone: Zone = {
  "1.2.0.192.in-addr.arpa": [{ PTR: "other.example" }, { PTR: "host.example" }],
  "2.2.0.192.in-addr.arpa": [{ PTR: "other.example" }, { PTR: "not..a name" }],
  "3.2.0.192.in-addr.arpa": ["TIMEOUT"],
  "4.2.0.192.in-addr.arpa": [{ PTR: "silent.example" }],
  "other.example": [{ A: "192.0.2.99" }],
  "silent.example": ["TIMEOUT"],
  "host.example": [{ A: "192.0.2.1" }, { AAAA: "2001:db8:0:0::1" }],
  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa": [{ PTR: "host.example" }],
};

test("RFC 8601 section 2.7.3: a name that leads back, or why there is none", async () => {
  const lookup = zoneLookup(zone);
  assert.deepEqual(await checkIprev("192.0.2.1", lookup), { result: "pass", name: "host.example" });
  assert.deepEqual(await checkIprev("2001:DB8::1", lookup), { result: "pass", name: "host.example" });
  for (const [address, result] of [
    ["192.0.2.2", "fail"],
    ["192.0.2.3", "temperror"],
    ["192.0.2.4", "temperror"],
    ["192.0.2.5", "permerror"],
    ["nonsense", "permerror"],
  ] as const)
    assert.deepEqual(await checkIprev(address, lookup), { result, name: undefined }, address);
});

test("of a name that has thousands of addresses so many are looked at", async () => {
  const leading = (before: number): Zone => ({
    "1.2.0.192.in-addr.arpa": [{ PTR: "host.example" }],
    "host.example": [...Array.from({ length: before }, (_, n) => ({ A: `10.0.0.${n}` })), { A: "192.0.2.1" }],
  });
  assert.equal((await checkIprev("192.0.2.1", zoneLookup(leading(199)))).result, "pass");
  assert.equal((await checkIprev("192.0.2.1", zoneLookup(leading(200)))).result, "fail");
});
