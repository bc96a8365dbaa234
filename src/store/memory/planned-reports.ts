/** Which daily reports are still to be sent, in memory; the sums that they are made of are kept by whoever holds this. */
import type { PlannedReport, PlannedReports } from "../planned-reports.ts";

type Report = Pick<PlannedReport, "id"> & {
  dueAt: number | undefined;
  attempts: number;
  firstAt: number | undefined;
  readonly sentTo: Set<string>;
};

/** What is kept of one day and destination. */
export type HeldDay<S> = {
  readonly day: number;
  readonly destination: string;
  readonly sums: Map<string, S>;
  report?: Report;
};

/** The part of a store that plans reports. @param open throws when the store is closed */
export function memoryPlannedReports<S>(
  days: Map<string, HeldDay<S>>,
  open: () => void,
): Omit<PlannedReports, keyof AsyncDisposable> {
  const reportOf = (day: number, destination: string): Report | undefined =>
    days.get(heldName(day, destination))?.report;
  return {
    async plan(before, most, planned) {
      open();
      const unplanned = days
        .values()
        .filter((one) => one.day < before && one.sums.size > 0 && one.report === undefined)
        .take(most)
        .toArray();
      for (const one of unplanned)
        one.report = { ...planned(one.day), attempts: 0, firstAt: undefined, sentTo: new Set() };
      return unplanned.length;
    },
    async due(now, most) {
      open();
      const found = [...days.values()].flatMap(({ day, destination, report }) =>
        report?.dueAt === undefined || report.dueAt > now ? [] : [{ ...report, dueAt: report.dueAt, day, destination }],
      );
      return found
        .toSorted((a, b) => a.dueAt - b.dueAt || a.day - b.day || (a.destination < b.destination ? -1 : 1))
        .slice(0, most)
        .map(({ day, destination, id, attempts, firstAt, sentTo }) => ({
          day,
          destination,
          id,
          attempts,
          firstAt,
          sentTo: [...sentTo].toSorted(),
        }));
    },
    async noteSent(day, destination, place) {
      open();
      reportOf(day, destination)?.sentTo.add(place);
    },
    async postpone(day, destination, firstAt, dueAt) {
      open();
      const report = reportOf(day, destination);
      if (report?.dueAt === undefined) return;
      report.attempts++;
      report.firstAt = firstAt;
      report.dueAt = dueAt;
    },
    async done(day, destination) {
      open();
      const at = days.get(heldName(day, destination));
      at?.sums.clear();
      if (at?.report !== undefined) at.report.dueAt = undefined;
    },
    async forget(before) {
      open();
      let rows = 0;
      for (const [name, { day, sums, report }] of days) {
        if (day >= before) continue;
        rows += sums.size + (report === undefined ? 0 : 1 + report.sentTo.size);
        days.delete(name);
      }
      return rows;
    },
  };
}

/** How a day and destination is found. */
export const heldName = (day: number, destination: string): string => `${day} ${destination}`;
