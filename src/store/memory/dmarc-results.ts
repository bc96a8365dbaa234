/** Sums of DMARC results and reports on them, in memory, for tests and the lab. */
import { type DmarcResultLimits, type DmarcResults, dmarcResultLimits } from "../dmarc-results.ts";
import { StoreError } from "../store-error.ts";
import { type HeldDay, heldName, memoryPlannedReports } from "./planned-reports.ts";

export function memoryDmarcResults(limits: DmarcResultLimits = dmarcResultLimits): DmarcResults {
  const days = new Map<string, HeldDay<number>>();
  const published = new Map<string, string>();
  let closed = false;
  const open = (): void => {
    if (closed) throw new StoreError("closed", "The store of DMARC results is closed.");
  };
  const rowsOf = (day: number): readonly number[] =>
    [...days.values()].flatMap((one) => (one.day === day && one.sums.size > 0 ? [one.sums.size] : []));

  return {
    async add(day, sums) {
      open();
      let beyond = 0;
      for (const { destination, published: policy, rows } of sums) {
        const name = heldName(day, destination);
        const at = days.get(name) ?? { day, destination, sums: new Map<string, number>() };
        if (at.sums.size === 0 && rowsOf(day).length >= limits.destinations) {
          beyond += rows.length;
          continue;
        }
        days.set(name, at);
        published.set(name, policy);
        for (const { row, messages } of rows) {
          const before = at.sums.get(row);
          const isFull =
            at.sums.size >= limits.rows || rowsOf(day).reduce((sum, size) => sum + size, 0) >= limits.rowsOfDay;
          if (before === undefined && isFull) beyond++;
          else at.sums.set(row, (before ?? 0) + messages);
        }
      }
      return beyond;
    },
    async sums(day, destination) {
      open();
      const name = heldName(day, destination);
      const rows = [...(days.get(name)?.sums ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
      if (rows.length === 0) return undefined;
      const found = rows.map(([row, messages]) => ({ row, messages }));
      return { destination, published: published.get(name) ?? "", rows: found };
    },
    ...memoryPlannedReports(days, open),
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}
