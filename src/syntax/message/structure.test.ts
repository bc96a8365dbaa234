import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMessage } from "./parse.ts";
import { bodyWithoutExtensions } from "./structure.ts";
import { mail } from "./testdata.test.ts";

function structure(text: string): string {
  return parseMessage(mail(text)).structure;
}

test("RFC 3501 section 7.4.2: extension data, and BODY without it", () => {
  const text = `Content-Type: multipart/mixed; boundary=b
Content-Language: de, en
Content-Disposition: inline

--b
Content-Type: Text/HTML; charset="utf-8"
Content-ID: <1@x>
Content-Description: a "quoted" thing
Content-Transfer-Encoding: QUOTED-PRINTABLE
Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==
Content-Language: de
Content-Location: http://a.example/
 b

x
--b
Content-Type: application/pdf; name="\xfc.pdf"
Content-Disposition: attachment; filename="b\\"c\\\\.pdf"; size=3
Content-Transfer-Encoding: base64

QUJD
--b--
`;
  const html = '"text" "html" ("charset" "utf-8") "<1@x>" "a \\"quoted\\" thing" "quoted-printable" 1 0';
  const pdf = '"application" "pdf" ("name" {5}\r\n\xfc.pdf) NIL NIL "base64" 4';
  assert.equal(
    structure(text),
    `((${html} "Q2hlY2sgSW50ZWdyaXR5IQ==" NIL "de" "http://a.example/b")(${pdf} NIL ("attachment" ("filename" "b\\"c\\\\.pdf" "size" "3")) NIL NIL) "mixed" ("boundary" "b") ("inline" NIL) ("de" "en") NIL)`,
  );
  assert.equal(bodyWithoutExtensions(structure(text)), `((${html})(${pdf}) "mixed")`);
});

test("a message inside: BODY cuts in it, too", () => {
  const text = `Content-Type: multipart/digest; boundary=b

--b

Subject: (inner "one") {3}
Content-Type: multipart/x; boundary=c

--c
Content-Type: image/png

x
--c--
--b--
`;
  const body = bodyWithoutExtensions(structure(text));
  const envelope = '(NIL "(inner \\"one\\") {3}" NIL NIL NIL NIL NIL NIL NIL NIL)';
  assert.equal(
    body,
    `(("message" "rfc822" NIL NIL NIL "7bit" 109 ${envelope} (("image" "png" NIL NIL NIL "7bit" 1) "x") 7) "digest")`,
  );
});

test("message/global is a basic body for IMAP4rev1", () => {
  assert.equal(
    structure("Content-Type: message/global\n\nSubject: x\n\ny"),
    '("message" "global" NIL NIL NIL "7bit" 15 NIL NIL NIL NIL)',
  );
});

test("fields that are broken", () => {
  const text = `Content-Type: image/png
Content-Transfer-Encoding: base 64 (x); y"
Content-Disposition: ; filename=a
Content-Language: (none)

`;
  assert.equal(structure(text), '("image" "png" NIL NIL NIL "7bit" 0 NIL ("attachment" ("filename" "a")) NIL NIL)');
});
