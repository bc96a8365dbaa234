/**
 * Sends the daily reports on TLS (RFC 8460): for each domain that mail was tried to yesterday and that asks for reports, one,
 * at its own moment in the hours after midnight, UTC; again with growing pauses for a day where that failed. What is to be
 * done is in the store, so a restart changes nothing. One turn does what is due; it is called every few minutes, in one
 * process.
 */
import { randomBytes } from "node:crypto";
import { setImmediate as othersFirst } from "node:timers/promises";
import { dayOf, firstAttemptAt, forgetBefore, nextAttemptAt } from "../../rules/tls-report/times.ts";
import type { DueReport, PlannedReport } from "../../store/planned-reports.ts";
import type { TlsResults } from "../../store/tls-results.ts";
import { failureOf } from "../delivery/verdict.ts";
import { type ReportPost, type ReportSender, type SendResult, sendReport } from "./send-report.ts";

export type TlsReporterOptions = Omit<ReportSender, "results"> & {
  readonly results: TlsResults;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Reports sent at one time. */
  readonly together?: number;
};

export interface TlsReporter {
  /** Plans, sends, and forgets what is over; never rejects. After `signal` aborts it begins no further report. */
  turn(signal: AbortSignal): Promise<void>;
}

const TOGETHER = 8;
/** Planned, and read from the store, at one time: the loop is free between. */
const ROUND = 100;

export function createTlsReporter(options: TlsReporterOptions): TlsReporter {
  const { results, clock, log, random, together = TOGETHER } = options;

  async function settle(report: DueReport, result: SendResult): Promise<void> {
    const { day, destination } = report;
    if (result.kind === "done") {
      await results.done(day, destination);
      return;
    }
    const now = clock.now();
    const firstAt = report.firstAt ?? now;
    const attempts = report.attempts + 1;
    const at = nextAttemptAt(firstAt, attempts, now);
    const { why, code } = result;
    if (at === undefined) {
      await results.done(day, destination);
      log("tlsreport.failed", { destination, why, attempts, code });
    } else {
      await results.postpone(day, destination, firstAt, at);
      log("tlsreport.deferred", { destination, why, attempts, code });
    }
  }

  /** Each report is done or postponed when its place is free again; false: the store failed, and nothing more is begun. */
  async function sendDue(due: readonly DueReport[], post: ReportPost, signal: AbortSignal): Promise<boolean> {
    const waiting = due.values();
    let isWell = true;
    const work = async (): Promise<void> => {
      for (const report of waiting) {
        if (signal.aborted || !isWell) return;
        try {
          await settle(report, await sendReport({ ...options, post }, report));
        } catch (error) {
          isWell = false;
          log("tlsreport.broken", { step: "send", code: failureOf(error) });
        }
      }
    };
    await Promise.all(Array.from({ length: together }, work));
    return isWell;
  }

  async function step(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log("tlsreport.broken", { step: name, code: failureOf(error) });
    }
  }

  return {
    async turn(signal) {
      await step("forget", async () => void (await results.forget(forgetBefore(clock.now()))));
      await step("plan", async () => {
        const now = clock.now();
        const planned = (day: number): PlannedReport => ({
          id: randomBytes(16).toString("hex"),
          dueAt: firstAttemptAt(day, now, random()),
        });
        while ((await results.plan(dayOf(now), ROUND, planned)) === ROUND) await othersFirst();
      });
      await step("due", async () => {
        const post = withoutSilent(options.post);
        // What is not settled would be due again at once.
        for (let isWell = true; isWell && !signal.aborted; ) {
          const due = await results.due(clock.now(), ROUND);
          if (due.length === 0) break;
          isWell = await sendDue(due, post, signal);
        }
      });
      await step("forget", async () => void (await results.forget(forgetBefore(clock.now()))));
    },
  };
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
