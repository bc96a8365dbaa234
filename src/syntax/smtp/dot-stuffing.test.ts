import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { DataDecoder } from "./data.ts";
import { DotStuffing, LineEnds } from "./dot-stuffing.ts";

const numRuns = Number(process.env["ALTMAIL_FUZZ_RUNS"] ?? 500);

function cut(text: string, cuts: readonly number[]): readonly Buffer[] {
  const octets = Buffer.from(text, "latin1");
  const places = [0, ...cuts.map((at) => Math.min(at, octets.length)).toSorted((a, b) => a - b), octets.length];
  return places.slice(1).map((end, n) => octets.subarray(places[n], end));
}

function stuff(chunks: readonly Buffer[]): string {
  const stuffing = new DotStuffing();
  const parts = chunks.map((chunk) => stuffing.write(chunk));
  return Buffer.concat([...parts, stuffing.end()]).toString("latin1");
}

test("a dot before each line that begins with one, and the end on a line of its own", () => {
  const cases = [
    ["", ".\r\n"],
    [".", "..\r\n.\r\n"],
    ["a\r\n", "a\r\n.\r\n"],
    ["a", "a\r\n.\r\n"],
    [".\r\n", "..\r\n.\r\n"],
    [".a\r\n..b\r\nc.d\r\n.", "..a\r\n...b\r\nc.d\r\n..\r\n.\r\n"],
  ] as const;
  for (const [text, wire] of cases) assert.equal(stuff(cut(text, [])), wire, JSON.stringify(text));
});

const lines = fc.array(fc.constantFrom("\r\n", "\r\n.", ".", "..", "a", "bcd", "\xe9"), { maxLength: 30 });

test("what DataDecoder undoes, however it was cut", () => {
  fc.assert(
    fc.property(lines, fc.array(fc.nat(60), { maxLength: 8 }), (list, cuts) => {
      const text = list.join("");
      const decoder = new DataDecoder();
      const wire = stuff(cut(text, cuts));
      const decoded = Buffer.from(decoder.write(Buffer.from(wire, "latin1"))).toString("latin1");
      assert.ok(decoder.isEnded && !decoder.isBroken && decoder.consumed === wire.length);
      assert.equal(decoded, text === "" || text.endsWith("\r\n") ? text : `${text}\r\n`);
    }),
    { numRuns: numRuns * 2 },
  );
});

test("a message of nothing but dots is written in one piece, and one without is not copied", () => {
  const lines = 80_000;
  const dots = Buffer.from(".\r\n".repeat(lines));
  assert.equal(Buffer.from(new DotStuffing().write(dots)).toString("latin1"), "..\r\n".repeat(lines));
  const long = `.${"x".repeat(100)}\r\n`;
  assert.equal(stuff(cut(long.repeat(3), [5])), `${`.${long}`.repeat(3)}.\r\n`);
  const plain = Buffer.from("a.b\r\nc.\r\n");
  assert.equal(new DotStuffing().write(plain), plain);
});

test("bare line ends are found, however they were cut", () => {
  const octets = fc.array(fc.constantFrom("\r", "\n", "\r\n", "a", "."), { maxLength: 12 });
  fc.assert(
    fc.property(octets, fc.array(fc.nat(15), { maxLength: 6 }), (list, cuts) => {
      const text = list.join("");
      const ends = new LineEnds();
      for (const chunk of cut(text, cuts)) ends.write(chunk);
      assert.equal(ends.endsBare, /\r(?!\n)|(?<!\r)\n/.test(text));
      assert.equal(ends.hasBare, /\r(?!\n|$)|(?<!\r)\n/.test(text));
      const stuffing = new DotStuffing();
      for (const chunk of cut(text, cuts)) stuffing.write(chunk);
      assert.deepEqual([stuffing.hasBare, stuffing.endsBare], [ends.hasBare, ends.endsBare]);
    }),
    { numRuns: numRuns * 4 },
  );
});
