/** The audit of retention as a page for people: one line a class, the findings last. */
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import type { RetentionAudit } from "../../service/retention/audit.ts";
import type { AuditRow } from "../../service/retention/found.ts";

const HEAD = ["", "where", "what", "promise", "limit", "oldest", "found"] as const;

export function auditPage(audit: RetentionAudit): string {
  const rows = [HEAD, ...audit.rows.map((row) => cells(row, audit.at))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const { looked, of } = audit.accounts;
  return [
    ...lines,
    "",
    looked < of ? `${looked} of ${of} account files were looked into; the others follow in the next nights` : "",
    ...audit.findings.map((finding) => `RED  ${finding}`),
    ...audit.unknown.map((name) => `RED  unknown: ${JSON.stringify(name)}`),
    audit.findings.length === 0 ? "green: everything that rests is known and within its limit" : "red",
  ]
    .filter((line, index) => line !== "" || index === lines.length)
    .join("\n");
}

function cells(row: AuditRow, now: number): readonly string[] {
  const oldest = row.oldestAt === undefined ? "-" : age(now - row.oldestAt);
  const found = row.found === undefined ? "" : String(row.found);
  return [row.red.length === 0 ? "ok" : "RED", row.where, row.what, row.promise, row.limit, oldest, found];
}

function age(ms: number): string {
  if (ms >= 2 * DAY) return `${Math.floor(ms / DAY)} d`;
  return ms >= HOUR ? `${Math.floor(ms / HOUR)} h` : `${Math.max(0, Math.floor(ms / MINUTE))} min`;
}
