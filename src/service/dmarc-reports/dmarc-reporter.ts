/** Sends the daily reports on DMARC (RFC 9990) to each domain whose policy mail came under and that asks for them. */
import type { DmarcResults } from "../../store/dmarc-results.ts";
import { createDailyReporter, type DailyReporter } from "../daily-reports/reporter.ts";
import { type DmarcReportSender, sendDmarcReport } from "./send-dmarc-report.ts";

type DmarcReporterOptions = Omit<DmarcReportSender, "results"> & {
  readonly results: DmarcResults;
  /** From 0 to below 1. */
  readonly random: () => number;
};

export function createDmarcReporter(options: DmarcReporterOptions): DailyReporter {
  const { results, clock, random, log } = options;
  return createDailyReporter({
    results,
    clock,
    random,
    begin: () => (report) => sendDmarcReport(options, report),
    onDeferred: (unsent) => log("dmarcreport.deferred", unsent),
    onFailed: (unsent) => log("dmarcreport.failed", unsent),
    onBroken: (step, code) => log("dmarcreport.broken", { step, code }),
  });
}
