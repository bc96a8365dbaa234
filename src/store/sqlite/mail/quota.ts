/** The quota's marks in an account's file: one look a transaction that changed octets, a write only when a mark changes. */
import { type QuotaLine, type QuotaMarks, quotaMarks } from "../../quota-marks.ts";
import type { Finding } from "../../mail-store.ts";
import type { Statements } from "./statements.ts";

type Row = {
  readonly line: QuotaLine;
  readonly crossedAt: number | null;
  readonly fullSince: number | null;
  readonly quota: number;
  readonly octets: number;
};

const SELECT = `SELECT quota_line AS line, line_crossed AS crossedAt, full_since AS fullSince, quota,
  (SELECT coalesce(sum(octets), 0) FROM mailbox) AS octets FROM account`;

type Found = { readonly marks: QuotaMarks; readonly quota: number; readonly octets: number };

function find(statements: Statements): Found | undefined {
  const row = statements.row(SELECT) as Row | undefined;
  if (row === undefined) return undefined;
  const { line, crossedAt, fullSince, quota, octets } = row;
  return { marks: { line, crossedAt: crossedAt ?? undefined, fullSince: fullSince ?? undefined }, quota, octets };
}

export function marksOf(statements: Statements): QuotaMarks {
  const found = find(statements);
  if (found === undefined) throw new Error("the account's file has no row for the account");
  return found.marks;
}

/** Brings the marks up to what the file holds now; returns true when a line was crossed upwards. */
export function keepQuotaMarks(statements: Statements, now: number): boolean {
  const found = find(statements);
  if (found === undefined) return false;
  const marks = quotaMarks(found.marks, found.octets, found.quota, now);
  if (marks === found.marks) return false;
  statements.run(
    "UPDATE account SET quota_line = ?, line_crossed = ?, full_since = ?",
    marks.line,
    marks.crossedAt ?? null,
    marks.fullSince ?? null,
  );
  return marks.line > found.marks.line;
}

export function noteQuotaTold(statements: Statements, crossedAt: number): void {
  statements.run("UPDATE account SET line_crossed = NULL WHERE line_crossed = ?", crossedAt);
}

export function auditQuotaMarks(statements: Statements): readonly Finding[] {
  const found = find(statements);
  const holds = found !== undefined && quotaMarks(found.marks, found.octets, found.quota, 0) === found.marks;
  return holds ? [] : [{ rule: "quota marks hold", detail: "account" }];
}
