import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "uqr";
import { qrCode } from "./qr-code.ts";

test("every dark module is drawn, and no light one, with four modules of quiet around", () => {
  const text = "otpauth://totp/AltMail:ada%40example.org?secret=QWT5ZXVVD2CVJGK76KLAAV6DJNV774QK&issuer=AltMail";
  const drawn = qrCode(text, 'A "picture"').toString();
  assert.match(drawn, /aria-label="A &quot;picture&quot;"/);
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const dark = new Set<string>();
  for (const [, x, y, length] of drawn.matchAll(/M(\d+) (\d+)h(\d+)v1/g))
    for (let n = 0; n < Number(length); n++) dark.add(`${Number(x) + n} ${y}`);
  const expected = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`${x} ${y}`] : [])));
  assert.deepEqual([...dark].toSorted(), expected.toSorted());
  assert.ok(expected.length > 300);
  const edges = [0, 1, 2, 3, size - 1, size - 4].map(String);
  assert.ok([...dark].every((place) => place.split(" ").every((at) => !edges.includes(at))));
});
