import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { formatOf, reportAttachments } from "./report-attachments.ts";

const octets = (text: string): Uint8Array => new TextEncoder().encode(text.replaceAll("\n", "\r\n"));
const part = (type: string, content: Uint8Array | string): string =>
  `--b\nContent-Type: ${type}\nContent-Transfer-Encoding: base64\n\n${Buffer.from(content).toString("base64")}\n`;
const mail = (...parts: readonly string[]): Uint8Array =>
  octets(`From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n${parts.join("")}--b--\n`);

test("attachments are told by their octets, whatever type they are said to be", () => {
  const found = reportAttachments(
    mail(
      part("text/plain", "<feedback>"),
      part("application/octet-stream", gzipSync("x")),
      part("image/png", "{}"),
      part("application/pdf", "%PDF"),
      part("text/xml", "\ufeff \n<feedback/>"),
    ),
  );
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ["gzip", "json", "xml"],
  );
});

test("a mail may be the report itself", () => {
  const whole = octets(
    `Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\n${btoa("PK\x03\x04...")}\n`,
  );
  assert.deepEqual(
    reportAttachments(whole).map(({ kind }) => kind),
    ["zip"],
  );
});

test("reports inside mails that are passed on are nobody's, and there are four attachments at most", () => {
  const inner = `--b\nContent-Type: message/rfc822\n\nContent-Type: text/xml\n\n<feedback/>\n`;
  assert.deepEqual(reportAttachments(mail(inner)), []);
  assert.equal(reportAttachments(mail(...Array.from({ length: 9 }, () => part("text/xml", "<x/>")))).length, 4);
});

test("beginnings", () => {
  for (const text of ["", "x", "[", "%PDF", "\x1f", "P"]) assert.equal(formatOf(octets(text)), undefined, text);
  assert.equal(formatOf(Buffer.from("\ufeff<a/>", "utf16le")), "xml");
});
