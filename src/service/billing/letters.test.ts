import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY } from "../../host/clock.ts";
import { billingLetter } from "./letters.ts";
import type { BillingNotice } from "./parts.ts";

const AT = Date.parse("2026-11-21T12:00:00Z");
const sender = { domain: "example.org", contact: "help@example.org" };
const ahead = [
  { stage: "not-sending", at: AT + 7 * DAY },
  { stage: "reading-only", at: AT + 37 * DAY },
  { stage: "closing", at: AT + 67 * DAY },
] as const;
const stages = ["not-sending", "reading-only", "closing"] as const;
const notices: readonly BillingNotice[] = [
  ...(["ending", "unpaid", "ended", "refunded"] as const).map(
    (why) => ({ kind: "stage-ahead", stage: "not-sending", at: AT, why, ahead }) as const,
  ),
  ...stages.map((stage) => ({ kind: "stage-ahead", stage, at: AT, why: "ended", ahead: ahead.slice(-1) }) as const),
  ...stages.map((stage) => ({ kind: "stage-begun", stage, at: AT, ahead: [] }) as const),
  { kind: "disputed", at: AT },
  { kind: "paid-again", at: AT, until: AT },
  { kind: "withdrawn", at: AT, ahead: ahead.slice(-1) },
  { kind: "refund-made", at: AT },
  { kind: "refund-failed", at: AT },
  { kind: "sign-up-over", at: AT },
];

test("M2: every letter says in both languages what it is about, what happens when, and where to ask", () => {
  const subjects = { en: new Set<string>(), sv: new Set<string>() };
  for (const notice of notices)
    for (const language of ["en", "sv"] as const) {
      const { subject, paragraphs } = billingLetter(notice, language, sender);
      subjects[language].add(subject);
      assert.ok(subject.length < 78, subject);
      const text = paragraphs.join("\n");
      assert.ok(text.includes("help@example.org"));
      if (notice.kind === "withdrawn" || notice.kind === "refund-made")
        assert.match(text, language === "en" ? /21 November 2026/ : /21 november 2026/);
      if ("ahead" in notice) {
        const lines = text.split("\n").filter((line) => /2026|2027/.test(line) && /: /.test(line));
        assert.equal(lines.length >= notice.ahead.length, true);
        assert.equal(text.includes("/account/"), notice.ahead.length > 0 && notice.kind !== "withdrawn");
      }
    }
  assert.equal(subjects.en.size, 12);
  assert.equal(subjects.sv.size, 12);
});

test("the dates are those of the account, one a line, and what each of them means", () => {
  const [, , dates] = billingLetter(notices[0] ?? assert.fail(), "en", sender).paragraphs;
  assert.equal(
    dates,
    `What happens when, if nothing is paid:
Saturday 28 November 2026, 12:00 UTC: sending stops; you read and receive mail as before
Monday 28 December 2026, 12:00 UTC: receiving stops too; you can still log in, read and fetch all your mail
Wednesday 27 January 2027, 12:00 UTC: the account is closed, and all that is in it is deleted for good`,
  );
});
