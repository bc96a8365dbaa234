import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeCharset } from "./charset.ts";

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

test("more names than the table keeps", () => {
  for (let n = 0; n < 200; n++) assert.equal(decodeCharset(Buffer.from("a"), `x-${n}`), "a");
});
