/**
 * Sends daily reports to other domains: for each of which there are sums of yesterday one, at its own moment in the hours
 * after midnight, UTC; again with growing pauses for a day where that failed. What is to be done is in the store, so a
 * restart changes nothing. One turn does what is due; it is called every few minutes, in one process.
 */
import { randomBytes } from "node:crypto";
import { setImmediate as othersFirst } from "node:timers/promises";
import type { Clock } from "../../host/clock.ts";
import { dayOf, firstAttemptAt, forgetBefore, nextAttemptAt } from "../../rules/daily-report/times.ts";
import type { DueReport, PlannedReport, PlannedReports } from "../../store/planned-reports.ts";
import { failureOf } from "../delivery/verdict.ts";

export type SendResult =
  /** Nobody wants it, or all have it. */
  | { readonly kind: "done" }
  /** Somebody may have it later. */
  | { readonly kind: "again"; readonly why: "dns" | "unsigned" | "unreached"; readonly code: number | undefined };

type Unsent = {
  readonly destination: string;
  readonly why: string;
  readonly attempts: number;
  readonly code: number | undefined;
};

type DailyReporterOptions = {
  readonly results: PlannedReports;
  /** Called once a turn; what it gives sends one report. @throws StoreError; then the report is due again. */
  readonly begin: () => (report: DueReport) => Promise<SendResult>;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Reports sent at one time. */
  readonly together?: number;
  readonly onDeferred: (unsent: Unsent) => void;
  readonly onFailed: (unsent: Unsent) => void;
  readonly onBroken: (step: string, code: string) => void;
};

export interface DailyReporter {
  /** Plans, sends, and forgets what is over; never rejects. After `signal` aborts it begins no further report. */
  turn(signal: AbortSignal): Promise<void>;
}

const TOGETHER = 8;
/** Planned, and read from the store, at one time: the loop is free between. */
const ROUND = 100;

export function createDailyReporter(options: DailyReporterOptions): DailyReporter {
  const { results, clock, random, together = TOGETHER, onBroken } = options;

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
      options.onFailed({ destination, why, attempts, code });
    } else {
      await results.postpone(day, destination, firstAt, at);
      options.onDeferred({ destination, why, attempts, code });
    }
  }

  /** Each report is done or postponed when its place is free again; false: the store failed, and nothing more is begun. */
  async function sendDue(
    due: readonly DueReport[],
    send: (report: DueReport) => Promise<SendResult>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const waiting = due.values();
    let isWell = true;
    const work = async (): Promise<void> => {
      for (const report of waiting) {
        if (signal.aborted || !isWell) return;
        try {
          await settle(report, await send(report));
        } catch (error) {
          isWell = false;
          onBroken("send", failureOf(error));
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
      onBroken(name, failureOf(error));
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
        const send = options.begin();
        // What is not settled would be due again at once.
        for (let isWell = true; isWell && !signal.aborted; ) {
          const due = await results.due(clock.now(), ROUND);
          if (due.length === 0) break;
          isWell = await sendDue(due, send, signal);
        }
      });
      await step("forget", async () => void (await results.forget(forgetBefore(clock.now()))));
    },
  };
}
