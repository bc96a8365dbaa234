/** What others reported of our domains, as lines of a table for the operator. */
import type { ReceivedSum } from "../../store/received-reports.ts";

const COLUMNS = ["DAY", "DOMAIN", "REPORTED BY", "OF", "RESULT", "COUNT"] as const;

/** One line a sum, in the order given; nothing but the heading where there are none. */
export function receivedTable(sums: readonly ReceivedSum[]): readonly string[] {
  const rows = sums.map(({ day, domain, submitter, kind, result, count }) => [
    new Date(day).toISOString().slice(0, 10),
    domain,
    submitter,
    kind,
    result,
    String(count),
  ]);
  const all = [COLUMNS, ...rows];
  const widths = COLUMNS.map((_name, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number): boolean => column === COLUMNS.length - 1;
  return all.map((row) =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  "),
  );
}
