import assert from "node:assert/strict";
import { test } from "node:test";
import { imapString } from "./imap-string.ts";
import { parseMessage } from "./parse.ts";
import { mail } from "./testdata.test.ts";

function envelope(text: string): string {
  return parseMessage(mail(text)).envelope;
}

test("RFC 3501 section 8: the envelope of the example", () => {
  const text = `Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
From: Terry Gray <gray@cac.washington.edu>
Subject: IMAP4rev1 WG mtg summary and minutes
To: imap@cac.washington.edu
cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
Message-Id: <B27397-0100000@cac.washington.edu>
MIME-Version: 1.0
Content-Type: TEXT/PLAIN; CHARSET=US-ASCII

`;
  const terry = '(("Terry Gray" NIL "gray" "cac.washington.edu"))';
  assert.equal(
    envelope(text),
    `("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" ${terry} ${terry} ${terry} ((NIL NIL "imap" "cac.washington.edu")) ((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "<B27397-0100000@cac.washington.edu>")`,
  );
});

test("RFC 3501 section 7.4.2: absent is NIL, empty is empty; Sender and Reply-To default to From", () => {
  assert.equal(envelope("Subject:\nFrom:\nIn-Reply-To: \n\n"), '(NIL "" NIL NIL NIL NIL NIL NIL "" NIL)');
  const text = "From: a@b\nSender:\nReply-To: c@d\n\n";
  const a = '((NIL NIL "a" "b"))';
  assert.equal(envelope(text), `(NIL NIL ${a} ${a} ((NIL NIL "c" "d")) NIL NIL NIL NIL NIL)`);
});

test("groups, fields that occur twice, octets as they came", () => {
  const text = "Subject: \xfc \n =?utf-8?q?x?=\nSubject: two\nTo: g: a@b;\nTo: c@d\n\n";
  const to = '((NIL NIL "g" NIL)(NIL NIL "a" "b")(NIL NIL NIL NIL)(NIL NIL "c" "d"))';
  assert.equal(envelope(text), `(NIL {16}\r\n\xfc  =?utf-8?q?x?= NIL NIL NIL ${to} NIL NIL NIL NIL)`);
});

test("folded: names decoded, one address a line", () => {
  const derived = parseMessage(
    mail("Subject: =?utf-8?q?GR=C3=9CSSE?=\nCc: =?utf-8?q?J=C3=B6?= <J@X>,\n b@c, g: d@e;\n\n"),
  );
  assert.equal(derived.subject, "grüsse");
  assert.equal(derived.cc, "jö <j@x>\nb@c\ng\nd@e");
  assert.equal(derived.bcc, "");
});

test("RFC 3501 section 4.3: quoted, or a literal where it must be", () => {
  assert.equal(imapString('a"b\\c'), '"a\\"b\\\\c"');
  assert.equal(imapString("\xfc"), "{1}\r\n\xfc");
  assert.equal(imapString("a\r\nb"), "{4}\r\na\r\nb");
  assert.equal(imapString("a\0b"), "{2}\r\nab");
  assert.equal(imapString("x".repeat(1001)), `{1001}\r\n${"x".repeat(1001)}`);
});

test("RFC 3501 section 6.4.4: the day that SENTON compares is the one written, disregarding time and zone", () => {
  const day = (date: string): string | undefined => {
    const { sentDate } = parseMessage(mail(`Date: ${date}\n\n`));
    return sentDate === undefined ? undefined : new Date(sentDate).toISOString().slice(0, 10);
  };
  assert.equal(day("Tue, 31 Dec 2024 23:59:59 -1200"), "2024-12-31");
  assert.equal(day("Wed, 1 Jan 2025 00:00:00 +1400"), "2025-01-01");
  assert.equal(day("1 Jan 25 00:30 EST"), "2025-01-01");
  assert.equal(day("Wed, 1 Jan 2025 12:00:00"), "2025-01-01");
  assert.equal(day("soon"), undefined);
});
