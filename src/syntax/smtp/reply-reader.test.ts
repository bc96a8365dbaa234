import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ReplyReader, replyLimits, type SmtpReply, wordsOf } from "./reply-reader.ts";

const numRuns = Number(process.env["ALTMAIL_FUZZ_RUNS"] ?? 500);

/** Reads `wire` cut at these places. */
function read(wire: string, cuts: readonly number[] = []): { readonly replies: SmtpReply[]; readonly broken: boolean } {
  const reader = new ReplyReader();
  const octets = Buffer.from(wire, "latin1");
  const places = [0, ...cuts.map((cut) => Math.min(cut, octets.length)).toSorted((a, b) => a - b), octets.length];
  const replies = places.slice(1).flatMap((end, n) => reader.write(octets.subarray(places[n], end)));
  return { replies, broken: reader.isBroken };
}

test("replies of one line and of several, with and without enhanced codes", () => {
  const cases: readonly [wire: string, code: number, enhanced: string | undefined, lines: readonly string[]][] = [
    ["250 ok\r\n", 250, undefined, ["ok"]],
    ["250\r\n", 250, undefined, [""]],
    ["250 \r\n", 250, undefined, [""]],
    ["250 2.1.0 ok\r\n", 250, "2.1.0", ["ok"]],
    ["550-5.7.1 one\r\n550 5.7.1 two\r\n", 550, "5.7.1", ["one", "two"]],
    ["550-5.7.1 one\r\n550 two\r\n", 550, "5.7.1", ["5.7.1 one", "two"]],
    // The dash alone tells that there is more (RFC 5321 section 4.2.1).
    ["250-\r\n250\r\n", 250, undefined, ["", ""]],
    ["550 2.0.0 contradicts itself\r\n", 550, undefined, ["2.0.0 contradicts itself"]],
    ["250 2.1.0.1 is none\r\n", 250, undefined, ["2.1.0.1 is none"]],
    ["421 bye\n", 421, undefined, ["bye"]],
    ["450 4.2.1 caf\xc3\xa9\x07\ttab\r\n", 450, "4.2.1", ["caf??? tab"]],
  ];
  for (const [wire, code, enhanced, lines] of cases)
    assert.deepEqual(read(wire), { replies: [{ code, enhanced, lines }], broken: false }, wire);
});

test("what is no reply ends the reading", () => {
  for (const wire of ["hello\r\n", "\r\n", "150 no\r\n", "650 no\r\n", "25 no\r\n", "2500 no\r\n", "250+no\r\n"])
    assert.deepEqual(read(wire), { replies: [], broken: true }, wire);
  assert.equal(read("250-a\r\n251 b\r\n").broken, true);
  assert.equal(read("250 a\r\nnonsense\r\n250 b\r\n").replies.length, 1);
});

test("what is kept and what is borne with is bounded", () => {
  const long = `250 ${"x".repeat(10_000)}\r\n`;
  const [reply] = read(long).replies;
  assert.equal(reply?.lines[0]?.length, replyLimits.maxLineBytes - 4);
  assert.ok(reply);
  assert.equal(wordsOf(reply, 10), "xxxxxxx...");
  assert.equal(read("2".repeat(replyLimits.maxEndlessBytes + 1)).broken, true);
  assert.equal(read("250-x\r\n".repeat(replyLimits.maxLines - 1)).broken, false);
  assert.equal(read("250-x\r\n".repeat(replyLimits.maxLines)).broken, true);
});

test("words are the lines with one space between", () => {
  const [reply] = read("550-5.1.1  no \r\n550-5.1.1\r\n550 5.1.1 such user\r\n").replies;
  assert.ok(reply);
  assert.equal(wordsOf(reply, 100), "no such user");
});

test("a reply begun is not whole", () => {
  const reader = new ReplyReader();
  assert.equal(reader.isWithin, false);
  for (const [chunk, within] of [
    ["2", true],
    ["50-x\r\n", true],
    ["250 y\r\n", false],
  ] as const) {
    reader.write(Buffer.from(chunk));
    assert.equal(reader.isWithin, within);
  }
});

const pieces = fc.constantFrom(
  "2",
  "5",
  "0",
  "250",
  "250-",
  "250 ",
  "550 5.7.1",
  " ",
  "-",
  "\r",
  "\n",
  "\r\n",
  "x",
  "\xff",
);
const wires = fc.oneof(
  fc.array(pieces, { maxLength: 40 }).map((list) => list.join("")),
  fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets).toString("latin1")),
);

test("no octets make it throw, and cuts change nothing", () => {
  fc.assert(
    fc.property(wires, fc.array(fc.nat(300), { maxLength: 8 }), (wire, cuts) => {
      const whole = read(wire);
      assert.deepEqual(read(wire, cuts), whole);
      assert.deepEqual(
        read(
          wire,
          Array.from({ length: wire.length }, (_, n) => n),
        ),
        whole,
      );
      for (const { code, lines } of whole.replies) {
        assert.ok(code >= 200 && code < 600);
        for (const line of lines) assert.match(line, /^[\x20-\x7e]*$/);
      }
    }),
    { numRuns: numRuns * 4 },
  );
});

test("a flood takes linear time, also octet by octet", () => {
  const start = performance.now();
  const reader = new ReplyReader();
  const octet = Buffer.from("2");
  for (let n = 0; n < replyLimits.maxEndlessBytes; n++) reader.write(octet);
  read("250 ok\r\n".repeat(50_000));
  assert.ok(performance.now() - start < 2000);
});
