/** What holds for any octets: nothing throws, cuts do not matter, and the tree is a tree. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { env } from "node:process";
import { array, assert as assertProperty, constantFrom, double, nat, property, record, uint8Array } from "fast-check";
import type { Derived } from "./derived.ts";
import { fold } from "./fold.ts";
import { headerFields, selectFields } from "./header-fields.ts";
import { parseLimits } from "./limits.ts";
import type { ParseLimits } from "./limits.ts";
import { MessageParser } from "./parse.ts";
import { decodeTree, encodeTree, sectionRange } from "./part.ts";
import type { Part } from "./part.ts";
import { bodyWithoutExtensions } from "./structure.ts";
import { corpusFile, corpusMails, needsCorpora } from "./testdata.test.ts";

const numRuns = Number(env["ALTMAIL_FUZZ_RUNS"] ?? 150);

/** Small limits, so that mails of a test's size meet them. */
const small: ParseLimits = {
  maxHeaderBytes: 200,
  maxPartHeaderBytes: 300,
  maxAddresses: 3,
  maxTextBytes: 50,
  maxParts: 6,
  maxDepth: 3,
  maxBoundaryLineBytes: 12,
};

function parse(octets: Uint8Array, cuts: readonly number[], limits: ParseLimits): Derived {
  const parser = new MessageParser(limits);
  let from = 0;
  for (const cut of [...cuts, octets.length]) {
    parser.write(octets.subarray(from, cut));
    from = cut;
  }
  return parser.end();
}

/** All that must be so, whatever came. */
function check(octets: Uint8Array, cuts: readonly number[], limits: ParseLimits): void {
  const derived = parse(octets, [], limits);
  assert.deepEqual(parse(octets, cuts, limits), derived);
  assert.equal(derived.size, octets.length);
  const root = decodeTree(derived.tree);
  assert.equal(encodeTree(root), derived.tree);
  assert.equal(root.headerStart, 0);
  assert.equal(root.bodyStart, derived.headerSize);
  assert.equal(root.bodyEnd, derived.size);
  const parts = checkPart(root, limits);
  // Each multipart in which no boundary came may add one empty part.
  assert.ok(parts <= limits.maxParts * 2, `${parts} parts`);
  for (const wire of [derived.envelope, derived.structure, bodyWithoutExtensions(derived.structure)]) checkWire(wire);
  for (const text of [derived.subject, derived.from, derived.text]) {
    for (const line of text.split("\n")) assert.equal(fold(line), line);
  }
  const all = sectionRange(root, derived.size, { part: [], text: "HEADER" });
  assert.deepEqual(all, { from: 0, to: derived.headerSize });
  checkHeader(octets.subarray(0, derived.headerSize));
}

function checkPart(part: Part, limits: ParseLimits, depth = 0): number {
  assert.ok(depth <= limits.maxDepth, "depth");
  assert.ok(part.headerStart <= part.bodyStart && part.bodyStart <= part.bodyEnd, "order");
  assert.equal(part.type === "multipart", part.children.length > 0);
  let at = part.bodyStart;
  let count = 1;
  for (const child of part.message === undefined ? part.children : [part.message]) {
    assert.ok(child.headerStart >= at && child.bodyEnd <= part.bodyEnd, "inside");
    at = child.bodyEnd;
    count += checkPart(child, limits, depth + 1);
  }
  return count;
}

/** Reads a parenthesized list to its end: quoted strings, literals, numbers, NIL; nothing else may stand there. */
function checkWire(wire: string): void {
  const token = /\(|\)| |NIL|\d+|"(?:[^"\\\r\n\0\x80-\uffff]|\\["\\])*"|\{(\d+)\}\r\n/y;
  let depth = 0;
  let at = 0;
  do {
    token.lastIndex = at;
    const match = token.exec(wire);
    assert.ok(match !== null, `no IMAP at ${at}`);
    at = token.lastIndex;
    if (match[0] === "(") depth++;
    if (match[0] === ")") depth--;
    if (match[1] !== undefined) {
      const literal = wire.slice(at, at + Number(match[1]));
      assert.ok(!literal.includes("\0") && Array.from(literal).every((sign) => sign <= "\xff"));
      at += Number(match[1]);
    }
  } while (depth > 0);
  assert.equal(at, wire.length);
}

function checkHeader(header: Uint8Array): void {
  let at = 0;
  for (const field of headerFields(header)) {
    assert.equal(field.start, at);
    assert.ok(field.end > at);
    at = field.end;
  }
  assert.ok(header.length - at <= 2, "what is left is the empty line");
  const both = selectFields(header, ["subject"], false).length + selectFields(header, ["subject"], true).length;
  assert.equal(both, at + 4);
}

/** Pieces that mean something to the parser, so that random rows of them reach its corners. */
const PIECES = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  "--b\r\n",
  "--b--\r\n",
  "--c\r\n",
  "\r\n--b",
  "--",
  "-",
  " ",
  "\t",
  "x",
  "ü",
  "\0",
  "\xff",
  "Content-Type: multipart/mixed; boundary=b\r\n",
  'Content-Type: multipart/digest; boundary="c"\r\n',
  "Content-Type: message/rfc822\r\n",
  "Content-Type: text/html; charset=iso-8859-1\r\n",
  "Content-Type: image/png\r\n",
  "Content-Type: message/global\r\n",
  "Content-Type: a/b; x*0*=utf-8''%41; x*1=\"b\r\n c\"; y=(z\r\n",
  "Content-Transfer-Encoding: base64\r\n",
  "Content-Transfer-Encoding: quoted-printable\r\n",
  "=C3=BC=\r\n",
  "PGI+\r\n",
  'Content-Disposition: attachment; filename="a\\"b"\r\n',
  "Content-Language: de, (x) en\r\n",
  "Content-ID: <a@b>\r\n",
  "Subject: =?utf-8?q?=C3=BC?= =?utf-8?b?w7w=?=\r\n",
  'From: "A" <a@b>, g: c@d, <@e:f@g>;\r\n',
  "To: x@(",
  "Date: 1 Jan 99\r\n",
  "<p>",
  "<style>",
  "&amp;",
  "&#",
  "İ",
  "ß",
];

const soup = array(constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join(""), "latin1"));
const cuts = array(nat(400), { maxLength: 12 }).map((list) => list.toSorted((a, b) => a - b));

test("any row of pieces, cut anywhere", () => {
  const holds = property(soup, cuts, constantFrom(small, parseLimits), (octets, at, limits) => {
    const inside = at.filter((cut) => cut < octets.length);
    check(octets, inside, limits);
    check(octets, Array.from(octets.keys()), limits);
  });
  assertProperty(holds, { numRuns });
});

/** What costs most when it comes in rows: each is cheap once. */
const COSTLY = [
  "(",
  "<",
  '"',
  "]",
  "\\",
  ";",
  ",",
  "a=",
  ";a=b",
  "@a,",
  ":",
  "=?",
  "=?x?q??=",
  "=?none?b?w?= ",
  "=?utf-8?q?=C3?= =?latin1?q?=E9?= ",
  "=\r\n",
  "\r\n ",
  "-\n",
  "--b\r\n",
  "&#1;",
  "<b",
  // U+0323 U+0301, U+0F73, U+FF9E in UTF-8: rows of marks.
  "\xcc\xa3\xcc\x81",
  "\xe0\xbd\xb3",
  "\xef\xbe\x9e",
];

test("rows of what costs, in every place", { timeout: 120_000 }, () => {
  const row = record({
    pieces: array(constantFrom(...COSTLY), { minLength: 1, maxLength: 3 }),
    times: nat(2000),
    before: constantFrom(...PIECES, "To: ", "Content-Type: a/b;", "Content-Language: ", "Subject: "),
    after: constantFrom(...PIECES),
  });
  const mails = array(row, { minLength: 1, maxLength: 3 }).map((rows) =>
    Buffer.from(rows.map((one) => one.before + one.pieces.join("").repeat(one.times) + one.after).join(""), "latin1"),
  );
  const holds = property(mails, cuts, (octets, at) => {
    const inside = at.filter((cut) => cut < octets.length);
    check(octets, inside, parseLimits);
  });
  assertProperty(holds, { numRuns: Math.ceil(numRuns / 5) });
});

test("any octets", () => {
  assertProperty(
    property(uint8Array({ maxLength: 300 }), (octets) => check(octets, [1, 2], small)),
    { numRuns },
  );
});

test("every mail of the corpora: whole, in pieces, with small limits", needsCorpora, () => {
  assert.ok(corpusMails().length > 300);
  for (const name of corpusMails()) {
    const octets = corpusFile(name);
    const step = octets.length > 20_000 ? 509 : 7;
    const at = Array.from({ length: Math.ceil(octets.length / step) }, (_, index) => index * step);
    check(octets, at, parseLimits);
    check(octets, at, { ...small, maxHeaderBytes: 1000 });
  }
});

test("mails of the corpora with pieces put in, taken out and cut off", needsCorpora, () => {
  const mails = corpusMails()
    .map(corpusFile)
    .filter((octets) => octets.length < 20_000);
  const place = double({ min: 0, max: 1, noNaN: true });
  const change = record({ at: place, remove: nat(30), insert: constantFrom(...PIECES) });
  const holds = property(constantFrom(...mails), array(change, { maxLength: 6 }), cuts, (mail, changes, at) => {
    let text = Buffer.from(mail).toString("latin1");
    for (const { at: where, remove, insert } of changes) {
      const from = Math.floor(where * text.length);
      text = text.slice(0, from) + insert + text.slice(from + remove);
    }
    const octets = Buffer.from(text, "latin1");
    check(
      octets,
      at.filter((cut) => cut < octets.length),
      parseLimits,
    );
  });
  assertProperty(holds, { numRuns });
});
