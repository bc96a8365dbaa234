/** Sends the daily reports on TLS (RFC 8460) to each domain that mail was tried to and that asks for them. */
import type { TlsResults } from "../../store/tls-results.ts";
import { createDailyReporter, type DailyReporter } from "../daily-reports/reporter.ts";
import { type ReportPost, type ReportSender, sendReport } from "./send-report.ts";

type TlsReporterOptions = Omit<ReportSender, "results"> & {
  readonly results: TlsResults;
  /** From 0 to below 1. */
  readonly random: () => number;
};

export function createTlsReporter(options: TlsReporterOptions): DailyReporter {
  const { results, clock, random, log } = options;
  return createDailyReporter({
    results,
    clock,
    random,
    begin() {
      const post = withoutSilent(options.post);
      return (report) => sendReport({ ...options, post }, report);
    },
    onDeferred: (unsent) => log("tlsreport.deferred", unsent),
    onFailed: (unsent) => log("tlsreport.failed", unsent),
    onBroken: (step, code) => log("tlsreport.broken", { step, code }),
  });
}

/** Many domains name one server: where it is silent, it is waited for once, and not once for each of them. */
function withoutSilent(post: ReportPost): ReportPost {
  const silent = new Set<string>();
  return async (url, report) => {
    const { host } = new URL(url);
    if (silent.has(host)) return { kind: "failed", code: undefined, isFinal: false };
    const posted = await post(url, report);
    if (posted.kind === "failed" && posted.code === undefined) silent.add(host);
    return posted;
  };
}
