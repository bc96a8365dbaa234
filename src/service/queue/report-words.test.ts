import assert from "node:assert/strict";
import { test } from "node:test";
import { reply } from "../../store/contract/outbound-samples.ts";
import type { ReportedRecipient } from "../../store/outbound-queue.ts";
import { type ReportAbout, reportWords } from "./report-words.ts";

const failed = (address: string, cause: ReportedRecipient["cause"]): ReportedRecipient => ({
  address,
  orcpt: undefined,
  action: "failed",
  reply: reply(550, "no"),
  cause,
});
const about = (more: Partial<ReportAbout> = {}): ReportAbout => ({
  subject: "Lunch",
  submittedAt: Date.parse("2026-06-01T12:00:00Z"),
  recipients: [failed("a@example.com", undefined)],
  days: 5,
  contact: "postmaster@example.org",
  hostName: "mail.example.org",
  ...more,
});

test("recipients that failed for different reasons are told of apart, in both languages", () => {
  const recipients = (["expired", undefined, "held", undefined] as const).map((cause, n) =>
    failed(`${n}@a.example`, cause),
  );
  for (const [language, reasons] of [
    ["en", [/within 5 days/, /Check the addresses/, /kept back/]],
    ["sv", [/inom 5 dagar/, /Kontrollera adresserna/, /hölls kvar/]],
  ] as const) {
    const { paragraphs } = reportWords(language, about({ recipients }));
    assert.deepEqual(
      paragraphs.map((one) => /^ {2}(\d)@/.exec(one)?.[1] ?? reasons.findIndex((reason) => reason.test(one))),
      [-1, 0, "0", 1, "1", "3", 2, "2"],
    );
  }
});

test("a subject is one short line of text, whatever it holds", () => {
  for (const [subject, shown] of [
    ["a\r\n\u202Eb \u0000 c", "“a b c”"],
    ["x".repeat(101), `“${"x".repeat(99)}…”`],
    [`${"x".repeat(98)}😀😀`, `“${"x".repeat(98)}�…”`],
    [" \t", "without a subject"],
  ] as const) {
    const [first = ""] = reportWords("en", about({ subject })).paragraphs;
    assert.ok(first.includes(shown), first);
  }
});
