import assert from "node:assert/strict";
import { test } from "node:test";
import { headerFields } from "./header-fields.ts";
import { octetString } from "./octets.ts";
import { parseMessage } from "./parse.ts";
import { composeReportMail, type ReportMail } from "./report-mail.ts";

const file = Uint8Array.from({ length: 1000 }, (_octet, n) => n % 256);
const mail: ReportMail = {
  kind: "tls",
  from: "tlsrpt@mail.sender.example.com",
  to: "mts-sts-tlsrpt@example.net",
  reportDomain: "example.net",
  submitter: "mail.sender.example.com",
  reportId: "735ff.e317+bf22029@example.net",
  messageId: "1@mx.example.com",
  date: Date.parse("2017-05-09T16:54:30Z"),
  text: "This is a report.\nAsk us.",
  fileName: "mail.sender.example.com!example.net!1013662812!1013749130!1.json.gz",
  file,
  boundary: "=_b",
};

test("F5: RFC 8460 section 5.3: fields and parts of a report's mail", () => {
  const octets = composeReportMail(mail);
  const fields = headerFields(octets).map(({ name, value }) => `${name}: ${value}`);
  assert.deepEqual(fields, [
    "from: tlsrpt@mail.sender.example.com",
    "to: mts-sts-tlsrpt@example.net",
    "subject: Report Domain: example.net Submitter: mail.sender.example.com Report-ID: <735ff.e317+bf22029@example.net>",
    "date: Tue, 9 May 2017 16:54:30 +0000",
    "message-id: <1@mx.example.com>",
    "tls-report-domain: example.net",
    "tls-report-submitter: mail.sender.example.com",
    "auto-submitted: auto-generated",
    "mime-version: 1.0",
    'content-type: multipart/report; report-type="tlsrpt"; boundary="=_b"',
    "content-transfer-encoding: 7bit",
  ]);
  const { structure } = parseMessage(octets);
  for (const part of [
    '"REPORT-TYPE" "tlsrpt"',
    '"text" "plain"',
    '"application" "tlsrpt+gzip"',
    `"FILENAME" "${mail.fileName}"`,
  ])
    assert.ok(structure.toLowerCase().includes(part.toLowerCase()), part);
  const text = octetString(octets);
  assert.ok(text.includes("\r\n\r\nThis is a report.\r\nAsk us.\r\n--=_b\r\n"));
  const [, , , encoded = ""] = text.split("\r\n\r\n");
  assert.deepEqual(Uint8Array.fromBase64(encoded.slice(0, encoded.indexOf("--=_b--")).replaceAll("\r\n", "")), file);
});

test("F5: RFC 9990 section 3.5.2: the mail of a report on DMARC is one attachment under the prescribed name", () => {
  const octets = composeReportMail({ ...mail, kind: "dmarc", fileName: "a.example!b.example!1!2!3.xml.gz" });
  const fields = new Map(headerFields(octets).map(({ name, value }) => [name, value]));
  assert.equal(fields.get("content-type"), 'multipart/mixed; boundary="=_b"');
  assert.match(
    fields.get("subject") ?? "",
    /^Report Domain: example\.net Submitter: mail\.sender\.example\.com Report-ID: </,
  );
  assert.equal(fields.has("tls-report-domain"), false);
  const { structure } = parseMessage(octets);
  for (const part of ['"application" "gzip"', '"FILENAME" "a.example!b.example!1!2!3.xml.gz"'])
    assert.ok(structure.toLowerCase().includes(part.toLowerCase()), part);
});

test("names of any length that the DNS allows make lines that SMTP carries", () => {
  const long = `${"a".repeat(63)}.`.repeat(3) + "b".repeat(61);
  const fileName = `${long}!${long}!1013662812!1013749130!${"0".repeat(32)}.json.gz`;
  const text = octetString(
    composeReportMail({ ...mail, from: `${"x".repeat(64)}@${long}`, reportDomain: long, submitter: long, fileName }),
  );
  assert.ok(text.split("\r\n").every((line) => line.length <= 998));
  assert.ok(text.includes(`Report Domain:\r\n ${long}\r\n Submitter:\r\n ${long}\r\n Report-ID:`));
});

test("nothing can end a line or begin a field", () => {
  for (const more of [
    { to: "a@b.example\r\nBcc: c@d.example" },
    { reportDomain: "b\u00e5d.example" },
    { fileName: "a\nb" },
  ])
    assert.throws(() => composeReportMail({ ...mail, ...more }), RangeError);
});
