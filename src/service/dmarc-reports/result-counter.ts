/**
 * Counts what DMARC came to while mail arrives, in memory, and writes it down when told to: once a minute, and at the stop.
 * What was not written when the process dies is missing in a report; no mail ever waits for this. Bounded. Each worker has
 * one.
 */
import { setImmediate as othersFirst } from "node:timers/promises";
import type { Clock } from "../../host/clock.ts";
import { dayOf } from "../../rules/daily-report/times.ts";
import { type NotedMessage, policyOf, rowOf } from "../../rules/dmarc-report/noted-message.ts";
import { readHostName } from "../../rules/route/host-name.ts";
import type { DmarcResults, DmarcRowSum, DmarcSums } from "../../store/dmarc-results.ts";
import { failureOf } from "../delivery/verdict.ts";
import type { DmarcReportLog } from "./report-events.ts";

export interface DmarcResultCounter {
  /**
   * Counts one message, once, whatever became of it; never throws or waits. Not for mail under no policy, under one whose
   * domain asks for no reports, or that is a report itself.
   */
  note(message: NotedMessage): void;
  /** Writes down what was counted; never rejects: what could not be written is tried again at the next call. */
  flush(): Promise<void>;
}

type DmarcResultCounterOptions = {
  readonly results: Pick<DmarcResults, "add">;
  readonly clock: Clock;
  readonly log: DmarcReportLog;
  /** Rows held between two flushes. */
  readonly most?: number;
};

const MOST_HELD = 20_000;
/** Rows written down at one time: the loop is free between. */
const ROUND = 200;

type Held = {
  readonly day: number;
  readonly destination: string;
  published: string;
  readonly rows: Map<string, number>;
};

export function createDmarcResultCounter(options: DmarcResultCounterOptions): DmarcResultCounter {
  const { results, clock, log, most = MOST_HELD } = options;
  let held = new Map<string, Held>();
  let size = 0;
  let beyond = 0;

  const keep = (day: number, destination: string, published: string, { row, messages }: DmarcRowSum): void => {
    const key = `${day} ${destination}`;
    const at = held.get(key) ?? { day, destination, published, rows: new Map<string, number>() };
    const before = at.rows.get(row);
    if (before === undefined && size >= most) {
      beyond++;
      return;
    }
    if (before === undefined) size++;
    at.published = published;
    at.rows.set(row, (before ?? 0) + messages);
    held.set(key, at);
  };

  return {
    note(message) {
      // What is no name of a host has no place for reports either, and must not stand in a header of ours.
      const destination = readHostName(message.policyDomain);
      if (destination === undefined) return;
      const row = JSON.stringify(rowOf(message));
      keep(dayOf(clock.now()), destination, JSON.stringify(policyOf(message)), { row, messages: 1 });
    },
    async flush() {
      const taken = held;
      held = new Map();
      size = 0;
      for (const [day, ones] of Map.groupBy(taken.values(), (one) => one.day)) {
        for (const sums of rounds(ones)) {
          try {
            beyond += await results.add(day, sums);
          } catch (error) {
            log("dmarcreport.broken", { step: "count", code: failureOf(error) });
            for (const { destination, published, rows } of sums)
              for (const row of rows) keep(day, destination, published, row);
          }
          await othersFirst();
        }
      }
      if (beyond > 0) log("dmarcreport.beyond", { results: beyond });
      beyond = 0;
    },
  };
}

/** The same sums in pieces that are written at one time. */
function* rounds(ones: readonly Held[]): Generator<readonly DmarcSums[]> {
  let sums: DmarcSums[] = [];
  let room = ROUND;
  for (const { destination, published, rows } of ones) {
    const left = Array.from(rows, ([row, messages]) => ({ row, messages }));
    while (left.length > 0) {
      const some = left.splice(0, room);
      sums.push({ destination, published, rows: some });
      room -= some.length;
      if (room > 0) continue;
      yield sums;
      sums = [];
      room = ROUND;
    }
  }
  if (sums.length > 0) yield sums;
}
