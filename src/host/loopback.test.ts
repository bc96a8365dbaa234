import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback, isMixed } from "./loopback.ts";

test("RFC 4035 section 4.9.3: only loopback is believed", () => {
  for (const address of ["127.0.0.1", "127.9.8.7", "::1"]) assert.ok(isLoopback(address), address);
  for (const address of ["192.0.2.1", "1.2.7.0", "::ffff:192.0.2.1", "::2", "127.evil.test", ""])
    assert.equal(isLoopback(address), false, address);
});

test("resolvers are mixed when one is of this machine and another is not", () => {
  for (const alike of [[], ["127.0.0.1"], ["127.0.0.1", "::1"], ["192.0.2.1", "192.0.2.2"]])
    assert.equal(isMixed(alike), false, alike.join(" "));
  assert.equal(isMixed(["127.0.0.1", "192.0.2.1"]), true);
});
