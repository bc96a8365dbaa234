import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync, inflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { firstFile } from "./first-file.ts";
import { gzipMember } from "./gzip-member.ts";
import { zipped } from "../../service/received-reports/zip.fixture.ts";

const content = Buffer.from("some text ".repeat(20));

test("the first file of an archive, packed or not, behind folders, before a comment", () => {
  const folder = { name: "folder/", content: new Uint8Array(), isStored: true };
  const packed = firstFile(
    zipped([folder, { name: "a.xml", content }, { name: "b.xml", content: folder.content }], "hello"),
  );
  assert.equal(packed?.method, "deflated");
  assert.deepEqual(inflateRawSync(packed?.octets ?? new Uint8Array()), content);
  const stored = firstFile(zipped([{ name: "a", content, isStored: true }]));
  assert.deepEqual([stored?.method, Buffer.from(stored?.octets ?? [])], ["stored", content]);
});

test("what is encrypted, packed otherwise, cut off or no archive is none", () => {
  const whole = zipped([{ name: "a", content }]);
  for (const wrong of [
    zipped([]),
    zipped([{ name: "a", content, flags: 1 }]),
    zipped([{ name: "a", content, method: 12 }]),
    whole.subarray(0, -1),
    whole.subarray(9),
    Buffer.from("PK"),
    new Uint8Array(),
  ])
    assert.equal(firstFile(wrong), undefined);
});

test("RFC 1952 section 2.3: a member's octets behind whatever its header holds", () => {
  const plain = gzipSync(content);
  const body = plain.subarray(10);
  const header = (flags: number, more: string): Buffer =>
    Buffer.concat([Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3]), Buffer.from(more, "latin1"), body]);
  for (const file of [
    plain,
    header(4, "\x02\x00ab"),
    header(8, "name\0"),
    header(2 + 4 + 8 + 16, "\x01\x00xname\0comment\0cc"),
  ])
    assert.deepEqual(inflateRawSync(gzipMember(file) ?? new Uint8Array()), content);
  for (const wrong of [
    Buffer.from([0x1f, 0x8b, 7]),
    header(8, "").subarray(0, 12),
    plain.subarray(0, 10),
    new Uint8Array(),
  ])
    assert.equal(gzipMember(wrong), undefined);
});

test("any octets, and any archive with any octet changed, are read or are none", () => {
  const whole = zipped([
    { name: "a/", content: new Uint8Array() },
    { name: "a", content },
  ]);
  fc.assert(
    fc.property(fc.uint8Array(), (octets) => {
      firstFile(octets);
      gzipMember(octets);
    }),
  );
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, octet) => {
      const changed = Uint8Array.from(whole);
      changed[at] = octet;
      const file = firstFile(changed);
      assert.ok(file === undefined || file.octets.length <= whole.length);
    }),
  );
});
