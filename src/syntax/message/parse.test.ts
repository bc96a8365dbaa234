import assert from "node:assert/strict";
import { test } from "node:test";
import type { Derived } from "./derived.ts";
import { parseLimits } from "./limits.ts";
import type { ParseLimits } from "./limits.ts";
import { MessageParser, parseMessage } from "./parse.ts";
import { decodeTree } from "./part.ts";
import type { Part } from "./part.ts";
import { mail } from "./testdata.test.ts";

function parse(text: string, limits: Partial<ParseLimits> = {}): Derived {
  const parser = new MessageParser({ ...parseLimits, ...limits });
  parser.write(mail(text));
  return parser.end();
}

/** A tree as lines: depth by spaces, type, and the octets of the body. */
function shape(text: string, limits: Partial<ParseLimits> = {}): string[] {
  const octets = Buffer.from(mail(text));
  const lines = (part: Part, indent: string): string[] => [
    `${indent}${part.type}/${part.subtype}${isLeaf(part) ? ` ${JSON.stringify(octets.toString("latin1", part.bodyStart, part.bodyEnd))}` : ""}`,
    ...part.children.flatMap((child) => lines(child, `${indent} `)),
    ...(part.message === undefined ? [] : lines(part.message, `${indent} > `)),
  ];
  return lines(decodeTree(parse(text, limits).tree), "");
}

function isLeaf(part: Part): boolean {
  return part.children.length === 0 && part.message === undefined;
}

test("RFC 2046 section 5.1.1: the simple multipart, preamble and epilogue left out", () => {
  const text = `From: Nathaniel Borenstein <nsb@bellcore.com>
To: Ned Freed <ned@innosoft.com>
Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)
Subject: Sample message
MIME-Version: 1.0
Content-type: multipart/mixed; boundary="simple boundary"

This is the preamble.  It is to be ignored.

--simple boundary

This is implicitly typed plain US-ASCII text.
It does NOT end with a linebreak.
--simple boundary
Content-type: text/plain; charset=us-ascii

This is explicitly typed plain US-ASCII text.
It DOES end with a linebreak.

--simple boundary--

This is the epilogue.  It is also to be ignored.
`;
  assert.deepEqual(shape(text), [
    "multipart/mixed",
    ' text/plain "This is implicitly typed plain US-ASCII text.\\r\\nIt does NOT end with a linebreak."',
    ' text/plain "This is explicitly typed plain US-ASCII text.\\r\\nIt DOES end with a linebreak.\\r\\n"',
  ]);
  const derived = parse(text);
  assert.equal(derived.from, "nathaniel borenstein <nsb@bellcore.com>");
  assert.equal(derived.subject, "sample message");
  assert.equal(derived.sentDate, Date.parse("1993-03-21T23:56:48Z"), "as written, without its zone");
  assert.equal(
    derived.structure,
    '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 80 1 NIL NIL NIL NIL)("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 78 2 NIL NIL NIL NIL) "mixed" ("boundary" "simple boundary") NIL NIL NIL)',
  );
});

test("RFC 2046 section 5.1.5: parts of a digest are messages unless they say otherwise", () => {
  const text = `Content-Type: multipart/digest; boundary="----- next message ----"

------- next message ----

From: someone-else
Subject: my opinion

...body goes here ...

------- next message ----
Content-Type: text/plain

no message
------- next message ------
`;
  assert.deepEqual(shape(text), [
    "multipart/digest",
    " message/rfc822",
    '  > text/plain "...body goes here ...\\r\\n"',
    ' text/plain "no message"',
  ]);
});

test("a message without anything, and without an empty line", () => {
  for (const text of ["", "\n", "Subject: x", "Subject: x\n", "no field\n"]) {
    const derived = parse(text);
    assert.equal(derived.headerSize, derived.size, JSON.stringify(text));
    assert.equal(
      derived.structure,
      '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL)',
      JSON.stringify(text),
    );
  }
  assert.equal(parse("").envelope, "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
});

test("bare LF ends lines, in the header, in the body and before a boundary", () => {
  const octets = Buffer.from("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\r\n--b--\n");
  const root = decodeTree(parseMessage(octets).tree);
  const bodies = root.children.map((part) => octets.toString("latin1", part.bodyStart, part.bodyEnd));
  assert.deepEqual(bodies, ["one", "two"]);
});

test("RFC 2046 section 5.1.1: white space after a boundary does not count, other signs do", () => {
  const text =
    "Content-Type: multipart/mixed; boundary=b\n\n--b \t \n\none\n--bc\n--b-\n--b---\n-- b\n --b\n--b--  \nend";
  assert.deepEqual(shape(text), [
    "multipart/mixed",
    ' text/plain "one\\r\\n--bc\\r\\n--b-\\r\\n--b---\\r\\n-- b\\r\\n --b"',
  ]);
});

test("a part that no boundary ends goes to the boundary of what encloses it, or to the end", () => {
  const text = `Content-Type: multipart/mixed; boundary=out

--out
Content-Type: multipart/alternative; boundary=in

--in

one
--out

two`;
  assert.deepEqual(shape(text), [
    "multipart/mixed",
    " multipart/alternative",
    '  text/plain "one"',
    ' text/plain "two"',
  ]);
});

test("a boundary within a header ends it", () => {
  const text = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n--b\nSubject: x\n--b--\n";
  assert.deepEqual(shape(text), ["multipart/mixed", ' text/html ""', ' text/plain ""']);
  const nested = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nFrom: a@b\n--b--\n";
  assert.deepEqual(shape(nested), ["multipart/mixed", " message/rfc822", '  > text/plain ""']);
});

test("after the close delimiter the boundary means nothing any more", () => {
  const text = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n--b\n\ntwo\n";
  assert.deepEqual(shape(text), ["multipart/mixed", ' text/plain "one"']);
});

test("a multipart without parts has one empty part", () => {
  assert.deepEqual(shape("Content-Type: multipart/mixed; boundary=b\n\nno boundary here\n"), [
    "multipart/mixed",
    ' text/plain ""',
  ]);
});

test("a multipart without boundary parameter is text, as is what is no media type", () => {
  for (const type of [
    "multipart/mixed",
    'multipart/mixed; boundary=""',
    "text",
    "inline",
    "a/b/c",
    "",
    "text/",
    "ä/b",
  ]) {
    assert.deepEqual(shape(`Content-Type: ${type}\n\nx`), ['text/plain "x"'], type);
  }
});

test("a message inside a message: envelope, structure, lines", () => {
  const text = `Content-Type: message/rfc822

From: a@b.example
Subject: inner
Content-Type: text/html

<p>one</p>
two`;
  assert.equal(
    parse(text).structure,
    '("message" "rfc822" NIL NIL NIL "7bit" 77 (NIL "inner" ((NIL NIL "a" "b.example")) ((NIL NIL "a" "b.example")) ((NIL NIL "a" "b.example")) NIL NIL NIL NIL NIL) ("text" "html" NIL NIL NIL "7bit" 15 1 NIL NIL NIL NIL) 5 NIL NIL NIL NIL)',
  );
  assert.equal(parse(text).text, "inner\na@b.example\n one two");
});

test("text of all text parts: charset, transfer encoding and HTML undone, folded", () => {
  const text = `Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe aus K=
=F6ln
--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PHA+R3LDvMOfZSA8Yj5hdXM8L2I+IEsmb3VtbDtsbjwvcD4=
--b
Content-Type: application/octet-stream

not text
--b--
`;
  assert.equal(parse(text).text, "grüsse aus köln\n grüsse aus köln ");
});

test("limits: depth, beyond which containers are leaves", () => {
  const text =
    "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--a--\n";
  assert.deepEqual(shape(text, { maxDepth: 1 }), [
    "multipart/mixed",
    ' application/octet-stream "--b\\r\\n\\r\\nx\\r\\n--b--"',
  ]);
});

test("limits: parts, the last of which takes all that follows", () => {
  const text = "Content-Type: multipart/mixed; boundary=a\n\n--a\n\none\n--a\n\ntwo\n--a\n\nthree\n--a--\n";
  assert.deepEqual(shape(text, { maxParts: 3 }), [
    "multipart/mixed",
    ' text/plain "one"',
    ' text/plain "two\\r\\n--a\\r\\n\\r\\nthree\\r\\n--a--\\r\\n"',
  ]);
});

test("limits: text and header octets, beyond which nothing is looked at", () => {
  assert.equal(parse("Subject: abc\n\nabcdef", { maxTextBytes: 3 }).text, "abc");
  assert.equal(parse("Subject: abc\nFrom: a@b\n\n", { maxHeaderBytes: 14 }).from, "");
  assert.equal(parse("Subject: abc\nFrom: a@b\n\n", { maxHeaderBytes: 14 }).headerSize, 27);
  const parts = "Content-Type: multipart/mixed; boundary=a\n\n--a\nX: 1\n\n--a\nContent-Type: image/png\n\n--a--";
  assert.deepEqual(shape(parts, { maxPartHeaderBytes: 10 }), ["multipart/mixed", ' text/plain ""', ' text/plain ""']);
});

test("limits: a line longer than a boundary may be is none", () => {
  const text = `Content-Type: multipart/mixed; boundary=a\n\n--a${" ".repeat(20)}\n\nx\n--a--`;
  assert.equal(decodeTree(parse(text, { maxBoundaryLineBytes: 20 }).tree).children[0]?.bodyEnd, mail(text).length);
});

test("chunks may be reused after write returns", () => {
  const octets = mail("Subject: abc\n\nhello world\nmore");
  const parser = new MessageParser();
  const chunk = new Uint8Array(1);
  for (const octet of octets) {
    chunk[0] = octet;
    parser.write(chunk);
    chunk[0] = 0;
  }
  assert.deepEqual(parser.end(), parseMessage(octets));
});
