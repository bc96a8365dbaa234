/**
 * What TLS came to with the mail servers of other domains, as sums of a day, until the day's report to the domain is sent
 * (RFC 8460). Rests sealed in `tlsrpt.db`. Domains, hosts and numbers only: never a sender, a recipient or an account. A
 * domain can still be one person's, so sums are erased when their report is done, and every row in less than three days.
 */
import type { PlannedReports } from "./planned-reports.ts";

export type TlsSums = {
  /** The domain that mail was for, in lower case and A-labels; its reports are about it. */
  readonly destination: string;
  readonly policy: {
    readonly type: "sts" | "tlsa" | "no-policy-found";
    readonly domain: string;
    readonly lines: readonly string[];
  };
  /** Sessions. */
  readonly successes: number;
  readonly failures: number;
  readonly details: readonly TlsFailureSum[];
};

export type TlsFailureSum = {
  /** RFC 8460 section 4.3. */
  readonly result: string;
  readonly host: string | undefined;
  readonly receivingAddress: string | undefined;
  readonly reason: string | undefined;
  readonly sessions: number;
};

export type TlsResultLimits = {
  /** Destinations of one day; what is beyond goes without a report. */
  readonly destinations: number;
  /** Policies of one destination and day; what is beyond is left out. */
  readonly policies: number;
  /** Details of one policy; what is beyond is told without host, address and reason. */
  readonly details: number;
};

export const tlsResultLimits: TlsResultLimits = Object.freeze({ destinations: 10_000, policies: 24, details: 100 });

/** @throws StoreError from every method, "closed" after disposal. */
export interface TlsResults extends PlannedReports {
  /** Adds to the sums of the day, durably; gives how many of the sums were beyond the limits. */
  add(day: number, sums: readonly TlsSums[]): Promise<number>;
  /** By policy: type, domain, lines; then details by result, host and address. */
  sums(day: number, destination: string): Promise<readonly TlsSums[]>;
}
