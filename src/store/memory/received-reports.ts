/** Sums of reports that arrived, in memory, for tests and the lab. */
import {
  type ReceivedReportLimits,
  type ReceivedReports,
  type ReceivedSum,
  receivedReportLimits,
} from "../received-reports.ts";
import { StoreError } from "../store-error.ts";

export function memoryReceivedReports(limits: ReceivedReportLimits = receivedReportLimits): ReceivedReports {
  const sums = new Map<string, ReceivedSum>();
  const marks = new Map<string, number>();
  let closed = false;
  const open = (): void => {
    if (closed) throw new StoreError("closed", "The store of received reports is closed.");
  };

  return {
    async add({ mark, kind, day, submitter, results }) {
      open();
      if (marks.has(mark)) return "known";
      const added = results.map((one) => ({ kind, day, submitter, ...one }));
      const fresh = new Set(added.map(keyOf).filter((key) => !sums.has(key))).size;
      const ofDay = sums.values().filter((sum) => sum.day === day);
      const reports = marks.values().filter((one) => one === day);
      if ([...ofDay].length + fresh > limits.sumsOfDay || [...reports].length >= limits.reportsOfDay) return "beyond";
      marks.set(mark, day);
      for (const sum of added) sums.set(keyOf(sum), { ...sum, count: sum.count + (sums.get(keyOf(sum))?.count ?? 0) });
      return "added";
    },
    async sums(from) {
      open();
      return [...sums]
        .filter(([, { day }]) => day >= from)
        .toSorted(([a, { day }], [b, { day: other }]) => other - day || (a < b ? -1 : 1))
        .map(([, sum]) => sum);
    },
    async forget(before) {
      open();
      let rows = 0;
      for (const [key, { day }] of sums) if (day < before && sums.delete(key)) rows++;
      for (const [mark, day] of marks) if (day < before && marks.delete(mark)) rows++;
      return rows;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}

const keyOf = ({ kind, day, domain, submitter, result }: ReceivedSum): string =>
  [kind, domain, submitter, result, day].join("\0");
