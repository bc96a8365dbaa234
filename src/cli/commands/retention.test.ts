import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR } from "../../host/clock.ts";
import type { RetentionAudit } from "../../service/retention/audit.ts";
import type { AuditRow } from "../../service/retention/found.ts";
import type { Operator, Report } from "../command.ts";
import { retentionCommands } from "./retention.ts";
import { auditPage } from "./retention-page.ts";

const AT = Date.parse("2026-06-01T12:00:00Z");
const row = (more: Partial<AuditRow>): AuditRow => ({
  where: "home",
  what: "logs of a day",
  promise: "L2",
  limit: "10 d",
  found: 3,
  oldestAt: AT - 60 * HOUR,
  red: [],
  ...more,
});
const GREEN: RetentionAudit = {
  at: AT,
  rows: [row({}), row({ where: "queue.db", what: "mail that waits", found: undefined, oldestAt: undefined })],
  unknown: [],
  accounts: { looked: 2, of: 2 },
  findings: [],
};
const RED: RetentionAudit = {
  ...GREEN,
  rows: [row({ red: ["the oldest is 250 h old, the limit is 240 h"] })],
  unknown: ["home: data/a\u001bb"],
  accounts: { looked: 2, of: 9 },
  findings: ["home: logs of a day: the oldest is 250 h old, the limit is 240 h"],
};

test("a green audit is a table with a word at its end", () => {
  assert.deepEqual(auditPage(GREEN).split("\n"), [
    "    where     what             promise  limit  oldest  found",
    "ok  home      logs of a day    L2       10 d   2 d     3",
    "ok  queue.db  mail that waits  L2       10 d   -",
    "",
    "green: everything that rests is known and within its limit",
  ]);
});

test("a red audit names what is wrong, and shows no sign that would move a terminal", () => {
  const page = auditPage(RED);
  assert.match(page, /^RED {2}home/m);
  assert.match(page, /^2 of 9 account files/m);
  assert.match(page, /^RED {2}unknown: "home: data\/a\\u001bb"$/m);
  assert.match(page, /\nred$/);
});

/** Carries out the audit's command on what the service would have found. */
async function command(audit: RetentionAudit, json: boolean) {
  const lines: string[] = [];
  const report: Report = {
    line: async (text) => void lines.push(text),
    progress() {},
    signal: new AbortController().signal,
  };
  const operator = { retention: { audit: async () => audit } } as unknown as Operator;
  const outcome = await retentionCommands[0]?.work(operator, { json }, report);
  return { outcome, lines };
}

test("the command ends with an error when the audit is red, in JSON too", async () => {
  assert.equal((await command(GREEN, false)).outcome?.kind, "done");
  const text = await command(RED, false);
  assert.deepEqual([text.outcome?.kind, text.lines.at(-1)], ["refused", "red"]);
  const json = await command(RED, true);
  assert.deepEqual([json.outcome?.kind, JSON.parse(json.lines.join(""))], ["refused", RED]);
});
