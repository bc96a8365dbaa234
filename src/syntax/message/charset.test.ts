import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeCharset } from "./charset.ts";
import { CHARSET_NAMES } from "./charset-names.ts";

test("charsets by name, wrong names, and none", () => {
  const latin = Buffer.from([0x67, 0xfc]);
  const utf8 = Buffer.from("gü");
  for (const name of ["iso-8859-1", "ISO-8859-15", "windows-1252", "us-ascii", "", "x-no-such", "utf-8"]) {
    assert.equal(decodeCharset(latin, name), "gü", name);
  }
  for (const name of ["utf-8", "UTF8", "us-ascii", "", "x-no-such", "utf-8*de"])
    assert.equal(decodeCharset(utf8, name), "gü", name);
  assert.equal(decodeCharset(Buffer.from([0xc6, 0xd3]), "koi8-r"), "фс");
  assert.equal(decodeCharset(Buffer.from("1B24422422", "hex"), "iso-2022-jp"), "あ");
});

test("every name of the table has a decoder, and no other name is asked for one", () => {
  for (const name of CHARSET_NAMES) assert.doesNotThrow(() => new TextDecoder(name), name);
  for (const name of ["iso-2022-kr", "hz-gb-2312", "utf-7", "cp850", "__proto__", "constructor"])
    assert.equal(CHARSET_NAMES.has(name), false, name);
  for (const name of ["__proto__", "constructor", "x".repeat(100_000), "iso-2022-kr"])
    assert.equal(decodeCharset(Buffer.from("a"), name), "a");
  assert.equal(decodeCharset(Buffer.from([0xb1]), " CP936*zh "), decodeCharset(Buffer.from([0xb1]), "gbk"));
});
