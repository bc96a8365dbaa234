import assert from "node:assert/strict";
import { test } from "node:test";
import { readResponse } from "./session-command.ts";

test("RFC 9051 section 6.2.2: answers to a challenge", () => {
  assert.deepEqual(readResponse(Buffer.from("AHRlc3QAdGVzdA==")), new Uint8Array(Buffer.from("\0test\0test")));
  assert.deepEqual(readResponse(new Uint8Array()), new Uint8Array());
  assert.equal(readResponse(Buffer.from("*")), "cancel");
  for (const line of ["AAA", "A A=", "a-_b", "AAAA=", "=", "AB=="])
    assert.equal(readResponse(Buffer.from(line)), undefined, line);
});
