import assert from "node:assert/strict";
import { test } from "node:test";
import { octetString } from "./octets.ts";
import { parseMessage } from "./parse.ts";
import { decodeTree, sectionRange } from "./part.ts";
import type { Section } from "./part.ts";
import { mail } from "./testdata.test.ts";

/** The octets of a section such as `1.2.MIME`; undefined when there are none such. */
function octets(message: Uint8Array, name: string): string | undefined {
  const words = name.split(".").filter((word) => word !== "");
  const part = words.filter((word) => /^\d+$/.test(word)).map(Number);
  const text = (words.find((word) => !/^\d+$/.test(word)) ?? "") as Section["text"];
  const derived = parseMessage(message);
  const range = sectionRange(decodeTree(derived.tree), derived.size, { part, text });
  return range && octetString(message.subarray(range.from, range.to));
}

test("RFC 3501 section 6.4.5: a message that is no multipart has itself as part 1", () => {
  const message = mail("Subject: x\n\nbody\n");
  assert.equal(octets(message, ""), "Subject: x\r\n\r\nbody\r\n");
  assert.equal(octets(message, "HEADER"), "Subject: x\r\n\r\n");
  assert.equal(octets(message, "TEXT"), "body\r\n");
  assert.equal(octets(message, "1"), "body\r\n");
  assert.equal(octets(message, "1.MIME"), "Subject: x\r\n\r\n");
  for (const none of ["2", "0", "1.1", "1.TEXT", "1.HEADER", "MIME"])
    assert.equal(octets(message, none), undefined, none);
});

/** The shape of the RFC's example: text, attachment, a message with a multipart, a multipart with a message. */
const nested = mail(`Content-Type: multipart/mixed; boundary=a

--a

one
--a
Content-Type: application/octet-stream

two
--a
Content-Type: message/rfc822

Subject: three
Content-Type: multipart/mixed; boundary=b

--b

three.one
--b
Content-Type: application/octet-stream

three.two
--b--
--a
Content-Type: multipart/mixed; boundary=c

--c
Content-Type: image/gif

four.one
--c
Content-Type: message/rfc822

Subject: four.two

four.two.one
--c--
--a--
`);

test("RFC 3501 section 6.4.5: the parts of the complex example", () => {
  const expected: [string, string | undefined][] = [
    ["1", "one"],
    ["1.MIME", "\r\n"],
    ["2", "two"],
    ["2.MIME", "Content-Type: application/octet-stream\r\n\r\n"],
    ["3.HEADER", "Subject: three\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"],
    ["3.1", "three.one"],
    ["3.2", "three.two"],
    ["3.TEXT", "--b\r\n\r\nthree.one\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\nthree.two\r\n--b--"],
    ["3.3", undefined],
    ["4.1", "four.one"],
    ["4.2", "Subject: four.two\r\n\r\nfour.two.one"],
    ["4.2.HEADER", "Subject: four.two\r\n\r\n"],
    ["4.2.TEXT", "four.two.one"],
    ["4.2.1", "four.two.one"],
    ["4.2.2", undefined],
    ["4.TEXT", undefined],
    ["4.2.1.1", undefined],
    ["5", undefined],
  ];
  for (const [name, text] of expected) assert.equal(octets(nested, name), text, name);
});
