import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { fromNumbers, range } from "../bytes/number-set.ts";
import { Cursor } from "./cursor.ts";
import { encodeAstring, encodeFlags, encodeMailbox, encodeSet, encodeText } from "./encode.ts";
import { readFlagList } from "./flag.ts";
import { mailboxName } from "./mailbox-name.ts";
import { latin1 } from "../bytes/latin1.ts";
import { octetsOf } from "./text.ts";

test("strings are bare, quoted or literal", () => {
  assert.equal(encodeAstring("a]b"), "a]b");
  assert.equal(encodeAstring(""), '""');
  assert.equal(encodeAstring("nil"), '"nil"');
  assert.equal(encodeAstring('a "b" \\'), '"a \\"b\\" \\\\"');
  assert.equal(encodeAstring("a%"), '"a%"');
  assert.equal(encodeAstring("\xe4"), "{1}\r\n\xe4");
  assert.equal(encodeText("ä"), "{2}\r\n\xc3\xa4");
  assert.equal(encodeMailbox("Entwürfe"), "Entw&APw-rfe");
  assert.equal(encodeMailbox("a b"), '"a b"');
});

test("strings of any octets but NUL are read back", () => {
  const octets = fc.uint8Array({ min: 1, maxLength: 200 });
  const ascii = fc.uint8Array({ min: 30, max: 127, maxLength: 30 });
  fc.assert(
    fc.property(fc.oneof(octets, ascii), (value) => {
      const cursor = new Cursor(octetsOf(encodeAstring(latin1(value))));
      assert.deepEqual(Buffer.from(cursor.astring("a string")), Buffer.from(value));
      assert.equal(cursor.at, cursor.octets.length);
    }),
  );
});

test("mailbox names are read back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (name) => {
      const written = new Cursor(octetsOf(encodeMailbox(name))).astring("a name");
      const expected = name.normalize("NFC");
      assert.equal(mailboxName(written), expected.toUpperCase() === "INBOX" ? "INBOX" : expected);
    }),
  );
});

test("flags and sets", () => {
  assert.equal(encodeFlags(["\\Seen", "$Junk"]), "(\\Seen $Junk)");
  assert.deepEqual(readFlagList(new Cursor(octetsOf(encodeFlags([])))), []);
  assert.equal(encodeSet(fromNumbers([1, 2, 3, 5])), "1:3,5");
  assert.equal(encodeSet(range(7, 7)), "7");
});
