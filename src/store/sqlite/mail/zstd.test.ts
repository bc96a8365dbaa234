import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { StoreError } from "../../store-error.ts";
import { compress, decompress, decompressBriefly, reusesContexts } from "./zstd.ts";

const text = Buffer.from("a line of text that repeats itself\r\n".repeat(20_000));

test("the pinned Node has the private part of node:zlib that is used here", () => {
  assert.equal(reusesContexts(), true);
});

test("what was compressed comes back, and other tools read it", () => {
  for (const source of [text, randomBytes(300_000)]) {
    for (const size of [0, 1, 100, 43_000, 262_144, source.length]) {
      const octets = source.subarray(0, size);
      const frame = compress(octets);
      assert.ok(zstdDecompressSync(frame).equals(octets));
      assert.deepEqual(Buffer.from(decompress(frame, octets.length)), Buffer.from(octets));
    }
  }
  assert.equal(Buffer.from(decompress(zstdCompressSync("one"), 3)).toString(), "one");
});

test("frames in a row inflate in one call", () => {
  const frames = Buffer.concat([compress(Buffer.from("one")), compress(Buffer.from("")), compress(Buffer.from("two"))]);
  assert.equal(Buffer.from(decompress(frames, 6)).toString(), "onetwo");
});

test("a brief look sees the same octets, large ones too", () => {
  for (const size of [1, 100_000, text.length, 3_000_000]) {
    const octets = Buffer.alloc(size, text);
    assert.ok(octets.equals(decompressBriefly(compress(octets), size)));
  }
  assert.throws(() => decompressBriefly(compress(text), text.length - 1));
});

test("damage is told, and does not spoil what comes after", () => {
  const isDamage = (error: unknown): boolean => error instanceof StoreError && error.code === "io";
  const good = compress(text);
  const bad = Buffer.from(good);
  bad.fill(0xee, 0, 12);
  for (let n = 0; n < 3; n++) {
    assert.throws(() => decompress(bad, text.length), isDamage);
    assert.throws(() => decompress(good.subarray(0, good.length / 2), text.length), isDamage);
    assert.throws(() => decompress(good, text.length - 1), isDamage);
    assert.throws(() => decompress(good, text.length + 1), isDamage);
    assert.equal(decompress(good, text.length).length, text.length);
    assert.equal(Buffer.from(decompress(compress(Buffer.from("fine")), 4)).toString(), "fine");
  }
});
