import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { WriteQueue } from "./write-queue.ts";

type Step =
  | { readonly kind: "text" | "octets"; readonly length: number }
  | { readonly kind: "cut"; readonly size: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("text", "octets"),
    length: fc.constantFrom(0, 1, 30, 2000, 2001, 63_999, 150_000),
  }),
  fc.record({ kind: fc.constant("cut" as const), size: fc.constantFrom(1, 8192, 16_000, 64_000) }),
);

/** Like no stretch of the same length elsewhere. */
const sample = (length: number, salt: number): string =>
  Array.from({ length }, (_, n) => String.fromCharCode((n * 7 + salt * 31 + (n >> 8)) % 256)).join("");

for (const isReusing of [true, false])
  test(`what is cut off is what was added, in order${isReusing ? ", though buffers are used again" : ""}`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const queue = new WriteQueue(isReusing);
        let added = "";
        let taken = "";
        const cut = (size: number): void => {
          const { octets, release } = queue.cut(size);
          assert.ok(octets.length <= Math.max(size, 2000));
          taken += Buffer.from(octets).toString("latin1");
          release();
        };
        for (const [salt, one] of steps.entries()) {
          if (one.kind === "cut") {
            if (queue.length > 0) cut(one.size);
            continue;
          }
          const text = sample(one.length, salt);
          added += text;
          if (one.kind === "text") queue.addText(text);
          else queue.addOctets(Buffer.from(text, "latin1"));
          assert.equal(queue.length, added.length - taken.length);
        }
        while (queue.length > 0) cut(16_000);
        assert.ok(taken === added);
      }),
      { numRuns: 60 },
    );
  });

test("octets are copied: their owner may change them at once", () => {
  const queue = new WriteQueue(true);
  const octets = Uint8Array.of(1, 2, 3);
  queue.addOctets(octets);
  octets.fill(9);
  assert.deepEqual([...queue.cut(10).octets], [1, 2, 3]);
});
