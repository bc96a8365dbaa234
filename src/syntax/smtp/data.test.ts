import assert from "node:assert/strict";
import { test } from "node:test";
import { DataDecoder } from "./data.ts";

type Outcome = { readonly octets: string; readonly ended: boolean; readonly broken: boolean; readonly rest: string };

/** Decodes `wire`, cut at the places given. */
function decode(wire: string, ...cuts: readonly number[]): Outcome {
  const decoder = new DataDecoder();
  let octets = "";
  const places = [0, ...cuts, wire.length];
  for (let n = 1; n < places.length; n++) {
    const chunk = Buffer.from(wire.slice(places[n - 1], places[n]), "latin1");
    octets += Buffer.from(decoder.write(chunk)).toString("latin1");
    if (decoder.isEnded)
      return {
        octets,
        ended: true,
        broken: decoder.isBroken,
        rest: wire.slice((places[n - 1] ?? 0) + decoder.consumed),
      };
  }
  return { octets, ended: decoder.isEnded, broken: decoder.isBroken, rest: "" };
}

const wires: readonly (readonly [wire: string, octets: string])[] = [
  [".\r\n", ""],
  ["\r\n.\r\n", "\r\n"],
  ["a\r\n.\r\n", "a\r\n"],
  ["..\r\n.\r\n", ".\r\n"],
  ["...a\r\n.\r\n", "..a\r\n"],
  [".a\r\n.b\r\n.\r\n", "a\r\nb\r\n"],
  ["a.\r\n.\r\n", "a.\r\n"],
  [
    "Subject: x\r\n\r\n..leading\r\nplain text that is long enough for words\r\n...\r\n.\r\n",
    "Subject: x\r\n\r\n.leading\r\nplain text that is long enough for words\r\n..\r\n",
  ],
  ["tab\tand \x0b\x0c\x00\xff octets below sixteen\r\n.\r\n", "tab\tand \x0b\x0c\x00\xff octets below sixteen\r\n"],
];

test("RFC 5321 section 4.5.2: dots are undone and the end is found, cut at every octet and in two places", () => {
  for (const [wire, octets] of wires) {
    const whole = `${wire}QUIT\r\n`;
    const expected = { octets, ended: true, broken: false, rest: "QUIT\r\n" };
    for (let cut = 0; cut <= whole.length; cut++) {
      assert.deepEqual(decode(whole, cut), expected, `${JSON.stringify(wire)} cut at ${cut}`);
      for (let second = cut; second <= whole.length; second += 3)
        assert.deepEqual(decode(whole, cut, second), expected, `${JSON.stringify(wire)} cut at ${cut}, ${second}`);
    }
    assert.deepEqual(decode(whole, ...whole.split("").keys()), expected);
  }
});

test("smuggling: no bare CR or LF ends a line or the message, and each is noticed, however it is cut", () => {
  const ends = [
    "\n.\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\r",
    "\r.\r\n",
    "\r\n.\r",
    "\r\n.\r\r\n",
    "\r\r\n.\r\r\n",
    "\n\r.\r\n",
    "\r\n\x00.\n",
  ];
  for (const end of ends) {
    const wire = `Subject: x\r\n\r\nbody${end}MAIL FROM:<evil@example.net>\r\nRCPT TO:<u1>\r\n.\r\nRSET\r\n`;
    for (let cut = 0; cut <= wire.length; cut++) {
      const { ended, broken, rest } = decode(wire, cut);
      assert.deepEqual({ ended, broken, rest }, { ended: true, broken: true, rest: "RSET\r\n" }, JSON.stringify(end));
    }
  }
});

test("a message without dots at line starts is not copied", () => {
  const chunk = new Uint8Array(Buffer.from(`${"x".repeat(70)}\r\n`.repeat(100), "latin1"));
  const piece = new DataDecoder().write(chunk, 5);
  assert.equal(piece.buffer, chunk.buffer);
  assert.equal(piece.length, chunk.length - 5);
});

test("words are found wherever a chunk lies in its memory", () => {
  const wire = `${"y".repeat(31)}\r\n${"z".repeat(33)}\n${"z".repeat(9)}\r\n.\r\n`;
  for (let offset = 0; offset < 8; offset++)
    for (let pad = 0; pad < 8; pad++) {
      const memory = new Uint8Array(offset + pad + wire.length);
      memory.set(Buffer.from("x".repeat(pad) + wire, "latin1"), offset);
      const decoder = new DataDecoder();
      decoder.write(memory.subarray(offset));
      assert.ok(decoder.isEnded && decoder.isBroken);
    }
});
