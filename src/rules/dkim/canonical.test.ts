import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { RelaxedBodyHash, relaxedField } from "./canonical.ts";

const octets = (text: string): Uint8Array => Buffer.from(text, "latin1");
const sha256 = (text: string): string => createHash("sha256").update(text, "latin1").digest("base64");

function hashOf(text: string, cut = text.length): string {
  const body = new RelaxedBodyHash();
  for (let at = 0; at < text.length; at += cut) body.write(octets(text.slice(at, at + cut)));
  return body.end();
}

/** RFC 6376 section 3.4.4 word by word, over the whole body at once. */
function relaxed(text: string): string {
  const lines = text.split("\r\n").map((line) => line.replace(/[ \t]+/g, " ").replace(/ $/, ""));
  while (lines.at(-1) === "") lines.pop();
  return lines.map((line) => `${line}\r\n`).join("");
}

test("RFC 6376 section 3.4.5: the example of relaxed canonicalization", () => {
  assert.equal(relaxedField("A: X\r\n"), "a:X");
  assert.equal(relaxedField("B : Y\t\r\n\tZ  \r\n"), "b:Y Z");
  assert.equal(relaxedField("SUBJect: AbC\r\n"), "subject:AbC");
  assert.equal(relaxedField("X:\r\n"), "x:");
  assert.equal(relaxedField("X \t:\r\n"), "x:");
  // A run of spaces inside what stands before the colon, which some expressions would go through again and again.
  assert.equal(relaxedField(`X${" ".repeat(500_000)}x:\r\n`).length, 500_003);
  assert.equal(hashOf(" C \r\nD \t E\r\n\r\n\r\n"), sha256(" C\r\nD E\r\n"));
});

test("RFC 6376 section 3.4.4: an empty body is nothing", () => {
  for (const body of ["", "\r\n", "\r\n\r\n", " \t\r\n"])
    assert.equal(hashOf(body), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
});

test("the hash of a body that comes in pieces is that of the whole, in relaxed form", () => {
  const piece = fc.constantFrom("\r\n", "\r", "\n", " ", "\t", "a", "bc", "\r\n\r\n", "\xff", ".");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (pieces, cut) => {
      const text = pieces.join("");
      assert.equal(hashOf(text, cut), sha256(relaxed(text)));
    }),
    { numRuns: 2000 },
  );
  const dense = `${"a\tb  c \r\n".repeat(900)}${"ab cd\tef".repeat(900)}${"x".repeat(300)}\ty `;
  for (const cut of [2, 4095, dense.length]) assert.equal(hashOf(dense, cut), sha256(relaxed(dense)));
  const long = ` ${"words in a line\r\n".repeat(300)}\r\n\tb`;
  for (const cut of [1, 7, 1000, 9000]) assert.equal(hashOf(long, cut), sha256(relaxed(long)));
  for (const cut of [1, 3000])
    assert.equal(hashOf(`a${"\r\n".repeat(5000)}\r`, cut), sha256(`a${"\r\n".repeat(5000)}\r\r\n`));
  assert.equal(hashOf(`a${"\r\n".repeat(5000)}b`), sha256(`a${"\r\n".repeat(5000)}b\r\n`));
});

test("octets are told apart sixteen at a time as one by one, wherever a chunk is cut and lies in memory", () => {
  const piece = fc.constantFrom(
    "\r\n",
    "\r\n\r\n",
    " ",
    "  ",
    "\t",
    "\r",
    "\n",
    "\0",
    "!",
    "\x80\xa0\xff",
    "word",
    "longer-words",
  );
  const rare = fc.oneof({ arbitrary: fc.constant("abcdefg hij"), weight: 6 }, piece);
  fc.assert(
    fc.property(
      fc.array(rare, { maxLength: 60 }),
      fc.array(fc.nat(400), { maxLength: 4 }),
      fc.nat(7),
      (list, cuts, offset) => {
        const text = list.join("");
        const body = new RelaxedBodyHash();
        const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b), text.length];
        for (let n = 1; n < places.length; n++) {
          const chunk = text.slice(places[n - 1], places[n]);
          // What lies beside the chunk is blank, and must not be looked at.
          const memory = new Uint8Array(offset + chunk.length + 32).fill(32);
          memory.set(octets(chunk), offset);
          body.write(memory.subarray(offset, offset + chunk.length));
        }
        assert.equal(body.end(), sha256(relaxed(text)));
      },
    ),
    { numRuns: 3000 },
  );
});

test("any two white octets are found at any place", () => {
  for (let at = 0; at < 40; at++)
    for (const found of [" \r\n", "  ", "\t", "\r\n ", "\r\n\r\n", " \t", "\r\r\n", "\x00 ", " \x1f", "\n\n"])
      for (const fill of ["!", "\xa0", "\x7f"]) {
        const text = `${fill.repeat(at)}${found}${fill.repeat(40 - at)}`;
        assert.equal(hashOf(text), sha256(relaxed(text)), JSON.stringify(text));
      }
});
