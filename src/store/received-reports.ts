/**
 * What other mail systems reported of our domains, as sums for the operator: by day, domain, whoever reports, and result
 * (RFC 9990, RFC 8460). Rests sealed in `received.db`. No addresses, no senders, no recipients, no hosts: domains of ours,
 * domains that report, words of ours and numbers; besides a mark of each report, by which its repetition is known. Days are
 * kept for 90 days, so that what changes slowly can be seen.
 *
 * A day is named by the epoch milliseconds at which it begins, UTC.
 */

export type ReceivedReport = {
  /** Tells the report from all others, and names nobody: a hash. */
  readonly mark: string;
  readonly kind: "dmarc" | "tls";
  readonly day: number;
  /** The domain that vouches for the report. */
  readonly submitter: string;
  readonly results: readonly { readonly domain: string; readonly result: string; readonly count: number }[];
};

export type ReceivedSum = Pick<ReceivedReport, "kind" | "day" | "submitter"> & ReceivedReport["results"][number];

export type ReceivedReportLimits = {
  /** Sums of one day: anybody with a domain can send reports; what is beyond is not counted. */
  readonly sumsOfDay: number;
  /** Reports on one day, those without results too. */
  readonly reportsOfDay: number;
};

export const receivedReportLimits: ReceivedReportLimits = Object.freeze({ sumsOfDay: 10_000, reportsOfDay: 5000 });

/** @throws StoreError from every method, "closed" after disposal. */
export interface ReceivedReports extends AsyncDisposable {
  /** Adds the whole report, or nothing of it, durably. */
  add(report: ReceivedReport): Promise<"added" | "known" | "beyond">;
  /** Of days from `from` on: the newest day first, then by kind, domain, submitter, result. */
  sums(from: number): Promise<readonly ReceivedSum[]>;
  /** Erases everything of days that began before this; returns how many rows there were. */
  forget(before: number): Promise<number>;
}
