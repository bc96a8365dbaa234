/**
 * Counts what TLS came to while mail goes out, in memory, and writes it down when told to: once a minute, and at the stop.
 * What was not written when the process dies is missing in a report; no mail ever waits for this. Bounded.
 */
import { setImmediate as othersFirst } from "node:timers/promises";
import type { Clock } from "../../host/clock.ts";
import { dayOf } from "../../rules/daily-report/times.ts";
import { type TlsFailureSum, type TlsResults, type TlsSums, tlsResultLimits } from "../../store/tls-results.ts";
import { failureOf } from "../delivery/verdict.ts";
import { asciiHostName } from "../dns/a-labels.ts";
import type { Route, RouteFindings, RouteHost } from "../queue/route.ts";
import { sumsOfHandover, sumsOfRoute, type TlsHandover } from "./applied-sums.ts";
import type { ReportLog } from "./report-events.ts";

export type NotedHandover = {
  /** As the queue names it; of a smarthost its name (RFC 8460 section 1.1). */
  readonly destination: string;
  readonly findings: RouteFindings;
  readonly host: RouteHost;
  readonly handover: TlsHandover;
};

/** Neither note ever throws or waits. */
export interface TlsSessionCounter {
  /** Once for each way: one without hosts when it was found, any other when the first mail goes over it. */
  noteRoute(destination: string, route: Route): void;
  /** After each handover to a host of the way. */
  noteHandover(noted: NotedHandover): void;
  /** Writes down what was counted; never rejects: what could not be written is tried again at the next call. */
  flush(): Promise<void>;
}

export type TlsSessionCounterOptions = {
  readonly results: Pick<TlsResults, "add">;
  readonly clock: Clock;
  readonly log: ReportLog;
  /** Sums held between two flushes. */
  readonly most?: number;
};

const MOST_HELD = 10_000;
/** Written down at one time: the loop is free between. */
const ROUND = 200;

type Held = { readonly day: number; readonly sums: TlsSums };

export function createTlsSessionCounter(options: TlsSessionCounterOptions): TlsSessionCounter {
  const { results, clock, log, most = MOST_HELD } = options;
  let held = new Map<string, Held>();
  let beyond = 0;

  const keep = (day: number, sums: TlsSums): void => {
    const key = JSON.stringify([day, sums.destination, sums.policy]);
    const before = held.get(key);
    if (before !== undefined) held.set(key, { day, sums: together(before.sums, sums) });
    else if (held.size < most) held.set(key, { day, sums });
    else beyond++;
  };

  const count = (destination: string, sumsOf: (domain: string) => readonly TlsSums[]): void => {
    const domain = asciiDomain(destination);
    if (domain === undefined) return;
    const day = dayOf(clock.now());
    for (const sums of sumsOf(domain)) keep(day, sums);
  };

  return {
    noteRoute(destination, route) {
      count(destination, (domain) => sumsOfRoute(domain, route));
    },
    noteHandover({ destination, findings, host, handover }) {
      count(destination, (domain) => sumsOfHandover(domain, findings, host, handover));
    },
    async flush() {
      const taken = held;
      held = new Map();
      for (const [day, ones] of Map.groupBy(taken.values(), (one) => one.day)) {
        for (let from = 0; from < ones.length; from += ROUND) {
          if (from > 0) await othersFirst();
          const sums = ones.slice(from, from + ROUND).map((one) => one.sums);
          try {
            beyond += await results.add(day, sums);
          } catch (error) {
            log("tlsreport.broken", { step: "count", code: failureOf(error) });
            for (const one of sums) keep(day, one);
          }
        }
      }
      if (beyond > 0) log("tlsreport.beyond", { results: beyond });
      beyond = 0;
    },
  };
}

/** Nobody publishes a record for an address literal. */
const asciiDomain = (destination: string): string | undefined =>
  destination.startsWith("[") ? undefined : asciiHostName(destination);

function together(a: TlsSums, b: TlsSums): TlsSums {
  const details = new Map<string, TlsFailureSum>();
  for (const detail of [...a.details, ...b.details]) {
    const { sessions, ...kind } = detail;
    const key = JSON.stringify(kind);
    const before = details.get(key);
    // Beyond the limit the failure stays in the sum of failures.
    if (before === undefined && details.size >= tlsResultLimits.details) continue;
    details.set(key, { ...detail, sessions: sessions + (before?.sessions ?? 0) });
  }
  return {
    ...a,
    successes: a.successes + b.successes,
    failures: a.failures + b.failures,
    details: [...details.values()],
  };
}
