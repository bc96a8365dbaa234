import assert from "node:assert/strict";
import { test } from "node:test";
import { headerFields, selectFields } from "./header-fields.ts";
import { octetString } from "./octets.ts";
import { mail } from "./testdata.test.ts";

const header = mail(`Received: from a
\tby b
Subject : one
  two\t
not a field
X-Empty:
SUBJECT: again

body: no field
`);

test("fields on exact octets, unfolded and trimmed", () => {
  const text = octetString(header);
  const got = headerFields(header).map(({ name, start, end, value }) => [name, text.slice(start, end), value]);
  assert.deepEqual(got, [
    ["received", "Received: from a\r\n\tby b\r\n", "from a\tby b"],
    ["subject", "Subject : one\r\n  two\t\r\n", "one  two"],
    ["", "not a field\r\n", ""],
    ["x-empty", "X-Empty:\r\n", ""],
    ["subject", "SUBJECT: again\r\n", "again"],
  ]);
});

test("octets that are no ASCII stay what they were; NUL goes, CR parts words", () => {
  const [field] = headerFields(Buffer.from("X: \u00e0\u00a0a\0b\rc \xa0\n", "latin1"));
  assert.equal(field?.value, "\u00e0\u00a0ab c \xa0");
});

test("RFC 9051 section 6.4.5: HEADER.FIELDS and HEADER.FIELDS.NOT with the empty line", () => {
  const select = (names: string[], not: boolean): string => octetString(selectFields(header, names, not));
  assert.equal(select(["subject"], false), "Subject : one\r\n  two\t\r\nSUBJECT: again\r\n\r\n");
  assert.equal(select(["SUBJECT", "Received"], true), "not a field\r\nX-Empty:\r\n\r\n");
  assert.equal(select(["absent"], false), "\r\n");
});

test("a header without end, with bare LF, or empty", () => {
  assert.deepEqual(headerFields(Buffer.from("")), []);
  assert.deepEqual(headerFields(Buffer.from("\r\nA: b")), []);
  assert.equal(headerFields(Buffer.from("A: b\n c\nD: e"))[1]?.value, "e");
  assert.equal(headerFields(Buffer.from(" a: b\nC: d"))[0]?.name, "");
});
