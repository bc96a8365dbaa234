/** The commands that show what rests and for how long: the audit, and the signed statement on it. */
import { readFile } from "node:fs/promises";
import type { RetentionAudit } from "../../service/retention/audit.ts";
import { type SignedStatement, verifyStatement } from "../../service/retention/statement.ts";
import { done, type Given, type LocalCommand, type StoreCommand, text } from "../command.ts";
import type { Exit } from "../exit-code.ts";
import { auditPage } from "./retention-page.ts";

export const retentionCommands: readonly StoreCommand[] = [
  {
    name: "retention audit",
    where: "stores",
    access: "content-free",
    summary: "Look at every file, table and object class: what it is, its limit, how old the oldest is",
    description:
      "Green says that everything that rests is known and within its limit. The service does the same each night and mails the operator when it is red. With findings the exit code is 1.",
    arguments: [],
    options: [],
    examples: ["altmail retention audit --home /var/lib/altmail", "altmail retention audit --json --home var"],
    async work({ retention }, given, report) {
      const audit = await retention.audit();
      if (audit.findings.length === 0) return done(audit);
      const lines = given["json"] === true ? [JSON.stringify(audit)] : auditPage(audit).split("\n");
      for (const line of lines) await report.line(line);
      return { kind: "refused", sentence: "the audit is red: docs/retention.md says what to do about each finding" };
    },
    show: (audit: RetentionAudit) => auditPage(audit),
  },
  {
    name: "retention statement",
    where: "stores",
    access: "content-free",
    summary: "Print the signed statement for the public, after an audit",
    description:
      'It names nobody: the oldest day of the logs, the oldest backup, the last destruction, the heads of the two chains, and whether the audit is green. "altmail keys status" shows the public key to check it with.',
    arguments: [],
    options: [],
    examples: ["altmail retention statement --home /var/lib/altmail > altmail-retention.json"],
    work: async ({ retention }) => done(await retention.statement()),
    show: (statement: SignedStatement) => JSON.stringify(statement),
  },
];

export const statementCommands: readonly LocalCommand[] = [
  {
    name: "retention verify-statement",
    where: "here",
    summary: "Check a signed statement with a public key; needs no installation",
    arguments: [{ name: "file", summary: "the statement, as it was published" }],
    options: [{ name: "key", value: "HEX", summary: "the public key, from a source that you trust: 64 digits" }],
    examples: ["altmail retention verify-statement altmail-retention.json --key 0123...cdef"],
    run: check,
  },
];

async function check(given: Given): Promise<Exit> {
  let signed: string;
  try {
    signed = await readFile(text(given, "file"), "utf8");
  } catch {
    process.stderr.write("altmail: the statement cannot be read: look at its name and mode\n");
    return "refused";
  }
  const verdict = verifyStatement(signed, text(given, "key").trim().toLowerCase());
  if (verdict.kind === "refused") {
    process.stderr.write(`altmail: ${verdict.sentence}\n`);
    return "refused";
  }
  const { statement } = verdict;
  const genuine = `genuine: ${statement.service} at ${statement.at}, audit ${statement["audit-green"] ? "green" : "RED"}\n`;
  process.stdout.write(given["json"] === true ? `${JSON.stringify(statement)}\n` : genuine);
  return "done";
}
