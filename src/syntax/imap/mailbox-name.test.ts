import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { BadSyntax } from "./bad-syntax.ts";
import { decodeMailboxName, encodeMailboxName, mailboxName, mailboxPattern } from "./mailbox-name.ts";

test("RFC 3501 section 5.1.3: the examples", () => {
  const name = "~peter/mail/\u53f0\u5317/\u65e5\u672c\u8a9e";
  assert.equal(encodeMailboxName(name), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
  assert.equal(decodeMailboxName("~peter/mail/&U,BTFw-/&ZeVnLIqe-"), name);
  assert.equal(decodeMailboxName("&Jjo-!"), "\u263a!");
  assert.equal(decodeMailboxName("&U,BTF2XlZyyKng-"), "\u53f0\u5317\u65e5\u672c\u8a9e");
  assert.equal(decodeMailboxName("&Jjo!"), undefined);
  assert.equal(decodeMailboxName("&U,BTFw-&ZeVnLIqe-"), undefined);
});

test("a name has one spelling", () => {
  assert.equal(encodeMailboxName("Tom & Jerry"), "Tom &- Jerry");
  assert.equal(decodeMailboxName("&-&AOk-&-"), "&é&");
  for (const wire of [
    "&",
    "a&b",
    "&AGE-",
    "&AOl-",
    "&AOkA-",
    "&A-",
    "&2D0-",
    "é",
    "\n",
    "&AOk",
    "&AO k-",
    "&AOk=-",
    "&/-",
  ])
    assert.equal(decodeMailboxName(wire), undefined, wire);
});

test("every well-formed name is read back as written", () => {
  const text = fc.string({ unit: "binary", maxLength: 60 });
  fc.assert(
    fc.property(text, (name) => {
      const wire = encodeMailboxName(name);
      assert.match(wire, /^[\x20-\x7e]*$/);
      assert.equal(decodeMailboxName(wire), name);
    }),
    { numRuns: 200 },
  );
});

test("what is decoded at all is encoded the same", () => {
  const wire = fc.array(fc.constantFrom("&", "-", "A", "AOk", "2D3cqQ", ",", "/", "z", "U,BTFw"), { maxLength: 12 });
  fc.assert(
    fc.property(wire, (signs) => {
      const name = decodeMailboxName(signs.join(""));
      if (name !== undefined) assert.equal(encodeMailboxName(name), signs.join(""));
    }),
    { numRuns: 5000 },
  );
});

const octets = (text: string): Uint8Array => Buffer.from(text, "utf8");

test("names are NFC, INBOX is in capitals, controls and long names are refused", () => {
  assert.equal(mailboxName(octets("iNbOx")), "INBOX");
  assert.equal(mailboxName(octets("inbox/a")), "inbox/a");
  assert.equal(mailboxPattern(octets("iNbOx")), "iNbOx");
  assert.equal(mailboxName(octets("e\u0301")), "\u00e9");
  assert.equal(mailboxName(octets("&AGUDAQ-".replace("&AGUDAQ-", "e&AwE-"))), "\u00e9");
  assert.equal(mailboxName(octets("Entwürfe & mehr")), "Entwürfe & mehr");
  for (const wire of ["&AAA-", "é\u0007", "a".repeat(3000), "a&b"])
    assert.throws(() => mailboxName(octets(wire)), BadSyntax);
  assert.throws(() => mailboxName(Uint8Array.of(0xe9, 0x41)), BadSyntax);
});
