import assert from "node:assert/strict";
import test from "node:test";
import { assert as always, property, uint8Array } from "fast-check";
import { formatRoot, parseRoot } from "./root-text.ts";

test("a root comes back from either form, however it is spaced", () => {
  always(
    property(uint8Array({ minLength: 32, maxLength: 32 }), (root) => {
      assert.deepEqual(parseRoot(formatRoot(root)), root);
      assert.deepEqual(parseRoot(formatRoot(root).toLowerCase().replaceAll(" ", "-")), root);
      assert.deepEqual(parseRoot(`${Buffer.from(root).toString("hex")}\n`), root);
    }),
    { numRuns: 50 },
  );
});

test("what is not 32 octets is no root", () => {
  for (const text of ["", "abc", "f".repeat(63), "A".repeat(51), `${"A".repeat(51)}B`, "1".repeat(52)])
    assert.equal(parseRoot(text), undefined);
});
