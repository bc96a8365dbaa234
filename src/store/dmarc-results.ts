/**
 * What DMARC came to with arriving mail, as sums of a day, until the day's report to the domain whose policy it was is sent
 * (RFC 9990). Rests sealed in `dmarcrpt.db`. A row names the address that a message came from and the domains that it
 * claimed, never a person and never whom it was for; addresses can still be a person's, so sums are erased when their report
 * is done, and every row in less than three days. Only sums of domains that ask for reports are to be given here.
 */
import type { PlannedReports } from "./planned-reports.ts";

/** Sums under one policy domain. */
export type DmarcSums = {
  /** Where the policy stands, in lower case and A-labels; the report is about it. */
  readonly destination: string;
  /** What it publishes, in a text of the caller's; the last one given is kept. */
  readonly published: string;
  readonly rows: readonly DmarcRowSum[];
};

export type DmarcRowSum = {
  /** What the messages have in common, in a text of the caller's: the same in all of them. */
  readonly row: string;
  readonly messages: number;
};

export type DmarcResultLimits = {
  /** Policy domains of one day; what is beyond goes without a report. */
  readonly destinations: number;
  /** Rows of one policy domain and day; what is beyond is left out. */
  readonly rows: number;
  /** Rows of all of a day: strangers make them, and each has some hundred octets. */
  readonly rowsOfDay: number;
};

export const dmarcResultLimits: DmarcResultLimits = Object.freeze({
  destinations: 10_000,
  rows: 2000,
  rowsOfDay: 200_000,
});

/** @throws StoreError from every method, "closed" after disposal. */
export interface DmarcResults extends PlannedReports {
  /** Adds to the sums of the day, durably; gives how many rows were beyond the limits. */
  add(day: number, sums: readonly DmarcSums[]): Promise<number>;
  /** Rows by their text; `undefined` where there are none. */
  sums(day: number, destination: string): Promise<DmarcSums | undefined>;
}
