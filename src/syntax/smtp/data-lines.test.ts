import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { DataDecoder } from "./data.ts";
import type { TextLines } from "./data-lines.ts";
import { DotStuffing, LineEnds } from "./dot-stuffing.ts";

const numRuns = Number(process.env["ALTMAIL_FUZZ_RUNS"] ?? 500);
const MOST = 20;

type Known = { readonly ended: number; readonly tooLong: number | undefined; readonly hasNul: boolean };
const known = ({ ended, tooLong, hasNul }: TextLines): Known => ({ ended, tooLong, hasNul });

/** The same, by the simplest way there is. */
function counted(text: string): Known {
  const lines = text.split("\r\n");
  lines.pop();
  const first = lines.findIndex((line) => line.length > MOST);
  return { ended: lines.length, tooLong: first < 0 ? undefined : first + 1, hasNul: text.includes("\0") };
}

function pieces(text: string, cuts: readonly number[]): readonly Buffer[] {
  const octets = Buffer.from(text, "latin1");
  const places = [0, ...cuts.map((at) => Math.min(at, octets.length)).toSorted((a, b) => a - b), octets.length];
  return places.slice(1).map((end, n) => octets.subarray(places[n], end));
}

test("RFC 5321 section 4.5.3.1.6: lines are counted and measured, and a NUL is found, wherever the text is cut", () => {
  const words = fc.constantFrom(".", "a", "\t", "x".repeat(15), "y".repeat(MOST), "z".repeat(MOST + 1), "\x0b", "\xe9");
  const rare = fc.oneof({ weight: 12, arbitrary: words }, { weight: 1, arbitrary: fc.constant("\0") });
  const line = fc.array(rare, { maxLength: 3 }).map((list) => list.join(""));
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 8 }),
      fc.boolean(),
      fc.array(fc.nat(120), { maxLength: 6 }),
      (list, isWhole, cuts) => {
        const text = list.join("\r\n") + (isWhole ? "\r\n" : "");
        const ends = new LineEnds(MOST);
        for (const piece of pieces(text, cuts)) ends.write(piece);
        assert.deepEqual(known(ends.lines), counted(text));
        assert.equal(ends.lines.tooLongAtEnd, counted(`${text}\r\n`).tooLong);

        const whole = list.map((each) => `${each}\r\n`).join("");
        const stuffing = new DotStuffing();
        const wire = Buffer.concat([stuffing.write(Buffer.from(whole, "latin1")), stuffing.end()]).toString("latin1");
        const decoder = new DataDecoder(MOST);
        for (const piece of pieces(wire, cuts)) decoder.write(piece);
        assert.deepEqual(
          known(decoder.lines),
          counted(whole),
          "the dot that stands for transparency is no octet of the line",
        );
      },
    ),
    { numRuns: numRuns * 4 },
  );
});

test("a decoder that begins inside a chunk measures from there", () => {
  const decoder = new DataDecoder(MOST);
  decoder.write(Buffer.from(`${"x".repeat(9)}${"y".repeat(MOST)}`), 9);
  decoder.write(Buffer.from("\r\n.\r\n"));
  assert.deepEqual(known(decoder.lines), { ended: 1, tooLong: undefined, hasNul: false });
});
