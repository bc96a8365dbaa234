import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readArrivedReport } from "./arrived-report.ts";
import { composeStatusReport, type ReportedStatus, type StatusReport } from "./dsn.ts";
import { parseMessage } from "./parse.ts";

const status = (more: Partial<ReportedStatus> = {}): ReportedStatus => ({
  recipient: "friend@example.com",
  orcpt: "rfc822;Fr+2Biend@example.com",
  action: "failed",
  status: "5.1.1",
  remoteHost: "mx.example.com",
  diagnostic: { type: "smtp", text: "550 5.1.1 no such person" },
  retriedUntil: undefined,
  ...more,
});
const report = (more: Partial<StatusReport> = {}): StatusReport => ({
  from: "Mail Delivery System <postmaster@example.org>",
  to: "<alice@example.org>",
  subject: "Delivery report",
  text: "It could not be delivered: é\n",
  date: Date.parse("2026-06-01T12:00:00Z"),
  messageId: "r1@mail.example.org",
  reportingHost: "mail.example.org",
  envid: "my+2Bid",
  arrivedAt: Date.parse("2026-06-01T11:00:00Z"),
  statuses: [status()],
  returned: { kind: "headers", octets: new TextEncoder().encode("Subject: x\r\nMessage-ID: <m1@example.org>\r\n") },
  boundary: "=_b",
  ...more,
});
const text = (octets: Uint8Array): string => new TextDecoder().decode(octets);

test("RFC 3464: what is written can be read again, and is a report of three parts", () => {
  const octets = composeStatusReport(report());
  assert.partialDeepStrictEqual(readArrivedReport(octets), {
    kind: "status",
    action: "failed",
    about: { messageId: "m1@example.org", envid: "my+id", recipients: ["fr+iend@example.com", "friend@example.com"] },
  });
  const { structure } = parseMessage(octets);
  assert.match(structure, /"TEXT" "PLAIN".*"MESSAGE" "DELIVERY-STATUS".*"TEXT" "RFC822-HEADERS".*"REPORT"/i);
  assert.ok(text(octets).includes("Reporting-MTA: dns; mail.example.org\r\n"));
  assert.ok(text(octets).includes("Auto-Submitted: auto-replied\r\n"));
});

test("RFC 3461 section 9.2: a reply of several lines stays so, one that is too long is folded", () => {
  const lines = ["550-5.1.1 moved", `550-5.1.1 ${"long ".repeat(20)}`.trim(), "550 5.1.1 end"];
  const all = text(
    composeStatusReport(report({ statuses: [status({ diagnostic: { type: "smtp", text: lines.join("\n") } })] })),
  );
  assert.ok(all.includes("\r\nDiagnostic-Code: smtp; 550-5.1.1 moved\r\n 550-5.1.1 long "));
  assert.ok(all.includes("\r\n 550 5.1.1 end\r\n"));
  const field = /^Diagnostic-Code: smtp; (.*(?:\r\n .*)*)/m.exec(all)?.[1] ?? "";
  assert.equal(field.replaceAll("\r\n", ""), lines.join(" "));
  for (const one of all.split("\r\n")) assert.ok(one.length <= 76, one);
});

test("a report is an answer to the message, where its Message-ID can stand in a field", () => {
  const all = text(composeStatusReport(report({ inReplyTo: "m1@example.org", isDelivered: true })));
  assert.match(all, /^Return-Path: <>\r\nFrom: /);
  assert.ok(all.includes("\r\nIn-Reply-To:\r\n <m1@example.org>\r\nReferences:\r\n <m1@example.org>\r\n"));
  for (const inReplyTo of [undefined, "", "a b", "a>b", "å@example.org", "x".repeat(901), "a\r\nX-Evil: 1"])
    assert.doesNotMatch(text(composeStatusReport(report({ inReplyTo }))), /In-Reply-To|References|Return-Path|X-Evil/);
});

test("RFC 6533: addresses beyond ASCII make it a report of that kind", () => {
  const octets = composeStatusReport(report({ statuses: [status({ recipient: "vän@exempel.example" })] }));
  assert.match(text(octets), /Content-Type: message\/global-delivery-status/);
  assert.match(text(octets), /Final-Recipient: utf-8; vän@exempel\.example\r\n/);
});

test("nothing that anybody said begins a line of its own", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (said) => {
      const octets = composeStatusReport(
        report({
          statuses: [
            status({
              recipient: `a@${said}\r\nX-Evil: 1`,
              remoteHost: `${said}\nX-Evil: 1`,
              diagnostic: { type: "smtp", text: `${said}\r\n\r\nX-Evil: 1` },
            }),
          ],
        }),
      );
      const all = text(octets);
      assert.doesNotMatch(all, /^X-Evil/m);
      assert.equal(all.split("\r\nAction: ").length, 2);
    }),
  );
});
