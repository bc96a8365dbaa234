import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as assertProperty, property, string, uint8Array } from "fast-check";
import { decodeBase64, decodeQ, decodeQuotedPrintable, decodeTransfer } from "./transfer-encoding.ts";

function text(octets: Uint8Array): string {
  return Buffer.from(octets).toString("latin1");
}

function printable(input: string): string {
  return text(decodeQuotedPrintable(Buffer.from(input, "latin1")));
}

test("RFC 2045 section 6.7: quoted-printable", () => {
  assert.equal(
    printable("Now's the time =\r\nfor all folk to come=\r\n to the aid of their country."),
    "Now's the time for all folk to come to the aid of their country.",
  );
  assert.equal(printable("a=3D=fc=FC \t\r\nb  \nc=20\r\nd = \r\ne"), "a=\xfc\xfc\r\nb\nc \r\nd e");
});

test("quoted-printable that is broken or cut off", () => {
  assert.equal(printable("a=zz=4=b="), "a=zz=4=b");
  assert.equal(printable("=\n=\r\n= "), "");
  assert.equal(printable("a \r\r\n"), "a \r\r\n");
});

test("RFC 2045 section 6.8: base64, also with junk, cut off, and joined from pieces", () => {
  assert.equal(text(decodeBase64("SGVs\r\nbG8=\r\n")), "Hello");
  assert.equal(text(decodeBase64("SGVs*bG8=")), "Hello");
  assert.equal(text(decodeBase64("SGVsbG8")), "Hello");
  assert.equal(text(decodeBase64("SGVsb")), "Hel");
  assert.equal(text(decodeBase64("SGk=SGk=")), "HiHi");
  assert.equal(text(decodeBase64("====")), "");
});

test("base64 of any octets, with any junk between", () => {
  assertProperty(
    property(uint8Array(), string({ unit: "binary" }), (octets, junk) => {
      const encoded = Buffer.from(octets).toString("base64");
      const other = junk.replaceAll(/[A-Za-z0-9+/=]/g, "");
      const middle = encoded.length >> 1;
      const mixed = `${encoded.slice(0, middle)}\u0001${other}${encoded.slice(middle)}`;
      assert.deepEqual(Buffer.from(decodeBase64(encoded)), Buffer.from(octets));
      assert.deepEqual(Buffer.from(decodeBase64(mixed)), Buffer.from(octets));
    }),
  );
});

test("RFC 2047 section 4.2: Q; and encodings that change nothing", () => {
  assert.equal(text(decodeQ("a_b=20=zz=")), "a b =zz=");
  for (const encoding of ["7bit", "8bit", "binary", "x-unknown"]) {
    assert.equal(text(decodeTransfer(Buffer.from("=41"), encoding)), "=41");
  }
});
