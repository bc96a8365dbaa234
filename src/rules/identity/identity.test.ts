import assert from "node:assert/strict";
import { test } from "node:test";
import { allowedLines, isPseudonymous, ownAddress } from "./identity.ts";

const identity = { primary: "u1@example.test", aliases: ["pen@example.test", "a+b@other.test"] };

test("A3: the account's own are primary, aliases, and both with a tag; nothing else is", () => {
  for (const [address, own] of [
    ["u1@example.test", "u1@example.test"],
    ["pen@example.test", "pen@example.test"],
    ["pen+shop@example.test", "pen@example.test"],
    ["u1+a+b@example.test", "u1@example.test"],
    ["a+b@other.test", "a+b@other.test"],
    ["u1@other.test", undefined],
    ["u2@example.test", undefined],
    ["+u1@example.test", undefined],
    ["u1+u2@other.test", undefined],
    ["xu1@example.test", undefined],
    ["u1@example.test.evil.test", undefined],
    ["", undefined],
  ] as const)
    assert.equal(ownAddress(identity, address), own, address);
});

test("who writes under the primary address, alone or among others, is not pseudonymous", () => {
  assert.equal(isPseudonymous(identity, ["pen@example.test"]), true);
  assert.equal(isPseudonymous(identity, ["u1@example.test"]), false);
  assert.equal(isPseudonymous(identity, ["pen@example.test", "u1@example.test"]), false);
});

test("a refusal names all addresses in lines that fit into a reply", () => {
  const aliases = Array.from({ length: 100 }, (_, n) => `alias-number-${n}@example.test`);
  const lines = allowedLines({ primary: "u1@example.test", aliases }, "The sender is not yours.");
  assert.match(lines[0], /^The sender is not yours\. It must be one of these/);
  assert.deepEqual(lines.slice(1).join(", ").split(", "), ["u1@example.test", ...aliases]);
  for (const line of lines) assert.ok(line.length < 490);
});
