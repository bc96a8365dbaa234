import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { editedFields, encodeHeader, HeaderSplitter, newField } from "./header-edit.ts";

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

function split(
  text: string,
  cuts: readonly number[],
  maxBytes = 1000,
): { header: string; body: string; large: boolean } {
  const splitter = new HeaderSplitter(maxBytes);
  let body = "";
  const at = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  for (let n = 1; n < at.length; n++) {
    // Reused by the caller, as a socket's buffer is.
    const piece = Buffer.from(text.slice(at[n - 1], at[n]), "latin1");
    const rest = splitter.write(piece);
    if (rest !== undefined) body += textOf(rest);
    piece.fill(0);
  }
  return { header: textOf(splitter.end()), body, large: splitter.isTooLarge };
}

test("the header ends at the empty line, wherever the octets are cut, and the body passes untouched", () => {
  for (const [header, body] of [
    ["A: b\r\nC: d\r\n\r\n", "body\r\n\r\nmore"],
    ["A: b\r\n\r\n", ""],
    ["\r\n", "body"],
    ["A: b\n\n", "body"],
    ["A: b\r\nC", ""],
    ["A: b\r\n \r\n\tx\r\n\r\n", "\r\n"],
    ["", ""],
  ] as const)
    fc.assert(
      fc.property(fc.array(fc.nat()), (cuts) => {
        assert.deepEqual(split(header + body, cuts), { header, body, large: false });
      }),
      { numRuns: 30 },
    );
});

test("a header beyond its bound is not gathered", () => {
  assert.equal(split(`A: ${"x".repeat(95)}\r\n\r\n`, [], 102).large, false);
  for (const cuts of [[], [50], [50, 101]]) {
    const { header, body, large } = split(`A: ${"x".repeat(96)}\r\n\r\nbody`, cuts, 102);
    assert.deepEqual([header, body, large], ["", "", true]);
  }
});

test("fields that nobody changed keep their octets; all end with CRLF", () => {
  const header = "Subject:  \xe9\t x\r\n  folded \r\nX-A : b\r\n";
  assert.equal(textOf(encodeHeader(editedFields(octets(`${header}\r\n`)))), `${header}\r\n`);
  assert.equal(textOf(encodeHeader(editedFields(octets("A: b")))), "A: b\r\n\r\n");
  assert.equal(textOf(encodeHeader([newField("Date", "today")])), "Date: today\r\n\r\n");
  assert.deepEqual(newField("X", "a\r\n b"), { name: "x", value: "a b", raw: "X: a\r\n b\r\n" });
});
