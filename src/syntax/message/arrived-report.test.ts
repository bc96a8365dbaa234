import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type ArrivedReport, readArrivedReport } from "./arrived-report.ts";

const read = (lines: readonly string[], end = "\r\n"): ArrivedReport =>
  readArrivedReport(new TextEncoder().encode(lines.join(end)));

const multipart = (reportType: string, ...parts: readonly (readonly string[])[]): readonly string[] => [
  "From: MAILER-DAEMON@mx.example.net",
  `Content-Type: multipart/report; report-type=${reportType}; boundary="b 1"`,
  "",
  "preamble",
  ...parts.flatMap((part) => ["--b 1", ...part]),
  "--b 1--",
  "epilogue",
];
const words = ["Content-Type: text/plain", "", "It did not work.", ""];
const status = [
  "Content-Type: message/delivery-status",
  "",
  "Reporting-MTA: dns; mx.example.net",
  "Original-Envelope-Id: my+id",
  "",
  "Original-Recipient: rfc822;Friend@Example.com",
  "Final-Recipient: RFC822; <friend@mailbox.example.com>",
  "Action: Failed",
  "Status: 5.1.1",
  "Diagnostic-Code: smtp; 550 5.1.1 <friend@mailbox.example.com>:",
  " no such user",
  "",
  "Final-Recipient: rfc822; second@example.com",
  "Action: delayed",
  "Status: 4.0.0",
  "",
];
const returned = ["Content-Type: text/rfc822-headers", "", "Subject: x", "Message-ID:", " <m1@example.org>", ""];

test("RFC 3464: a bounce tells the envelope, the recipients, the message, and the worst that happened", () => {
  const about = {
    isReturned: true,
    submissions: [],
    messageId: "m1@example.org",
    envid: "my+id",
    recipients: ["friend@example.com", "friend@mailbox.example.com", "second@example.com"],
  };
  for (const end of ["\r\n", "\n"])
    assert.deepEqual(read(multipart("delivery-status", words, status, returned), end), {
      kind: "status",
      action: "failed",
      about,
    });
  const whole = ["Content-Type: message/rfc822", "", "Message-ID: <m1@example.org>", "", "Message-ID: <other@x>", ""];
  assert.deepEqual(read(multipart("delivery-status", words, status, whole)), {
    kind: "status",
    action: "failed",
    about,
  });
  assert.deepEqual(read(multipart("delivery-status", words, status)), {
    kind: "status",
    action: "failed",
    about: { ...about, isReturned: false, messageId: undefined },
  });
});

test("RFC 5965: a complaint tells its type and what it is about; one that takes it back is none", () => {
  const feedback = (type: string): readonly string[] => [
    "Content-Type: message/feedback-report",
    "",
    `Feedback-Type: ${type}`,
    "User-Agent: SomeGenerator/1.0",
    "Version: 1",
    "Original-Rcpt-To: <friend@example.com>",
    "",
  ];
  const recipients = ["friend@example.com"];
  const about = { isReturned: true, submissions: [], messageId: "m1@example.org", envid: undefined, recipients };
  for (const [type, isSpam] of [
    ["abuse", true],
    ["fraud", true],
    ["virus", true],
    ["not-spam", false],
    ["auth-failure", false],
    ["other", false],
  ] as const)
    assert.deepEqual(read(multipart("feedback-report", words, feedback(type), returned)), {
      kind: "feedback",
      feedbackType: type,
      isSpam,
      about,
    });
});

test("RFC 6522: the header that comes back tells which hosts took the message from somebody who had logged in", () => {
  const submissionsOf = (...header: readonly string[]): unknown => {
    const report = read(
      multipart("delivery-status", words, status, ["Content-Type: text/rfc822-headers", "", ...header]),
    );
    return report.kind === "none" ? assert.fail() : report.about.submissions;
  };
  const id = "0123456789abcdef0123456789abcdef";
  assert.deepEqual(
    submissionsOf(
      "Return-Path: <redacted@example.org>",
      "Received: from mail.example.org (mail.example.org [192.0.2.1]) by mx.example.net with ESMTPS id q1; date",
      `Received: by Mail.Example.Org with ESMTPSA id ${id};`,
      "\tSun, 22 Nov 2026 06:00:00 +0000",
      "RECEIVED:  by\tother.example with",
      "  utf8smtpsa id  x-1 ; date",
      "Received: by list.example with LMTP id 7; date",
      "Received: from laptop by home.example with ESMTPSA id 8; date",
      "X-Received: by forged.example with ESMTPSA id 9; date",
      "Subject: Received: by forged.example with ESMTPSA id 9; date",
      "",
      "Received: by body.example with ESMTPSA id 10; date",
    ),
    [
      { host: "mail.example.org", id },
      { host: "other.example", id: "x-1" },
    ],
  );
  const long = "x".repeat(256);
  const broken = [
    "by a with ESMTPSA id",
    `by ${long} with ESMTPSA id 1;`,
    `by a with ESMTPSA id ${long};`,
    "by a id 1;",
  ];
  assert.deepEqual(submissionsOf(...broken.map((value) => `Received: ${value}`)), []);
});

test("what is no report, or contradicts itself, is none", () => {
  const none = { kind: "none" };
  assert.deepEqual(read(["Subject: hello", "", "text"]), none);
  assert.deepEqual(read([]), none);
  assert.deepEqual(read(multipart("feedback-report", words, status, returned)), none);
  assert.deepEqual(read(multipart("delivery-status", words, returned)), none);
  assert.deepEqual(read(multipart("delivery-status", words, status.slice(0, 4), returned)), none);
});

test("any octets are read without a throw, in linear time", () => {
  const piece = fc.constantFrom(
    ...multipart("delivery-status", words, status, returned),
    "--b 1",
    "",
    "\0",
    "é",
    "x".repeat(2000),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.constantFrom("\r\n", "\n", "\r"), (lines, end) => {
      const report = read(lines, end);
      assert.ok(["none", "status", "feedback"].includes(report.kind));
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (octets) => void readArrivedReport(octets)));
  const submitted = "Received: by a with ESMTPSA id 1;\r\n";
  for (const filler of ["\n", "\r\n \r\n", "--b 1\r\n", "a:\r\n ", "<", submitted, "Received: by \t \t"]) {
    const body = filler.repeat(300_000 / filler.length);
    read([
      ...multipart("delivery-status", words).slice(0, -2),
      "--b 1",
      "Content-Type: message/delivery-status",
      "",
      body,
    ]);
  }
});
