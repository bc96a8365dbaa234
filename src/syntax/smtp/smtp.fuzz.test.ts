import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseAddress } from "./address.ts";
import { parseChunk, parseClientName, parseCommandLine } from "./command-line.ts";
import { DataDecoder } from "./data.ts";
import { HopCount } from "./hop-count.ts";
import { parseMail, parseRcpt } from "./path.ts";

const numRuns = Number(process.env["ALTMAIL_FUZZ_RUNS"] ?? 500);

const words = fc.constantFrom(
  "MAIL ",
  "RCPT ",
  "FROM:",
  "TO:",
  "<",
  ">",
  "<>",
  "@",
  ",",
  ":",
  '"',
  "\\",
  "a",
  "example.test",
  "[IPv6:",
  "[",
  "]",
  "::",
  " ",
  "SIZE=",
  "BODY=",
  "ORCPT=",
  "rfc822;",
  "NOTIFY=NEVER",
  "=",
  "+2B",
  "+",
  ".",
  "..",
  "ü",
  "\u0000",
  "\r",
  "\n",
  "9",
);
const lines = fc.oneof(
  fc.array(words, { maxLength: 25 }).map((list) => list.join("")),
  fc.string({ unit: "binary" }),
);

test("no line makes a parser throw", () => {
  fc.assert(
    fc.property(lines, (text) => {
      const parsed = parseCommandLine(Buffer.from(text));
      const argument = "argument" in parsed ? parsed.argument : text;
      for (const parse of [parseMail, parseRcpt, parseChunk, parseClientName, parseAddress]) {
        parse(argument);
        parse(text);
      }
      parseMail(`FROM:${text}`);
      parseRcpt(`TO:${text}`);
    }),
    { numRuns },
  );
});

test("long lines take linear time", () => {
  for (const piece of ["a.", '"', '"\\', "@", "@a,", "[", "::", "+2", " ", "a", "A=", "ü.", "<"]) {
    const text = piece.repeat(100_000);
    const start = performance.now();
    parseCommandLine(Buffer.from(text));
    parseMail(`FROM:<${text}`);
    parseMail(`FROM:<a@b> ${text}`);
    parseRcpt(`TO:<a@b> ORCPT=${text}`);
    assert.ok(performance.now() - start < 2000, JSON.stringify(piece));
  }
});

/** Octet by octet, the slow and plain way. */
function plainDecode(wire: string): { readonly octets: string; readonly ended: boolean; readonly broken: boolean } {
  const end = wire.startsWith(".\r\n") ? 0 : wire.indexOf("\r\n.\r\n") + 2;
  const ended = end !== 1;
  const body = ended ? wire.slice(0, end) : wire;
  return {
    octets: body.replace(/(^|\r\n)\./g, "$1"),
    ended,
    broken: /\r(?!\n)|(?<!\r)\n/.test(ended ? wire.slice(0, end + 3) : wire),
  };
}

test("decoding in pieces equals decoding as the RFC tells it", () => {
  const octet = fc.constantFrom("\r\n", "\r\n", "\r\n.", "\r\n.\r\n", ".", "\r", "\n", "a", "bcdefgh", "\t", "\xff");
  const clean = fc.constantFrom(
    "\r\n",
    "\r\n.",
    "..",
    ".",
    "a",
    "bcdefgh",
    "some words that fill more than a word",
    "\t",
  );
  const wires = fc
    .oneof(fc.array(octet, { maxLength: 40 }), fc.array(clean, { maxLength: 40 }))
    .map((list) => list.join(""));
  fc.assert(
    fc.property(wires, fc.array(fc.nat(200), { maxLength: 6 }), (wire, cuts) => {
      const decoder = new DataDecoder();
      let octets = "";
      const places = [0, ...cuts.map((cut) => Math.min(cut, wire.length)).toSorted((a, b) => a - b), wire.length];
      for (let n = 1; n < places.length && !decoder.isEnded; n++)
        octets += Buffer.from(decoder.write(Buffer.from(wire.slice(places[n - 1], places[n]), "latin1"))).toString(
          "latin1",
        );
      const plain = plainDecode(wire);
      assert.equal(decoder.isEnded, plain.ended);
      // A CR at the very end may still become a CRLF.
      if (plain.ended || !wire.endsWith("\r")) assert.equal(decoder.isBroken, plain.broken);
      if (plain.ended && !plain.broken) assert.equal(octets, plain.octets);
    }),
    { numRuns: numRuns * 4 },
  );
});

test("counting hops takes any octets", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (chunks) => {
      const count = new HopCount();
      for (const chunk of chunks) count.write(chunk);
    }),
    { numRuns },
  );
});
