/** Sums of TLS sessions and reports on them, in memory, for tests and the lab. */
import { StoreError } from "../store-error.ts";
import {
  type PlannedReport,
  type TlsFailureSum,
  type TlsResultLimits,
  type TlsResults,
  type TlsSums,
  tlsResultLimits,
} from "../tls-results.ts";

type Held = Pick<TlsSums, "policy"> & { successes: number; failures: number; details: Map<string, TlsFailureSum> };
type Report = Pick<PlannedReport, "id"> & {
  dueAt: number | undefined;
  attempts: number;
  firstAt: number | undefined;
  readonly sentTo: Set<string>;
};
type Destination = {
  readonly day: number;
  readonly destination: string;
  readonly policies: Map<string, Held>;
  report?: Report;
};

export function memoryTlsResults(limits: TlsResultLimits = tlsResultLimits): TlsResults {
  const destinations = new Map<string, Destination>();
  let closed = false;
  const open = (): void => {
    if (closed) throw new StoreError("closed", "The store of TLS results is closed.");
  };
  const nameOf = (day: number, destination: string): string => `${day} ${destination}`;
  const reportOf = (day: number, destination: string): Report | undefined =>
    destinations.get(nameOf(day, destination))?.report;
  const holds = ({ policies }: Destination): boolean => policies.size > 0;

  function heldFor(day: number, { destination, policy }: TlsSums): Held | undefined {
    const at = destinations.get(nameOf(day, destination)) ?? { day, destination, policies: new Map<string, Held>() };
    const key = [policy.type, policy.domain, JSON.stringify(policy.lines)].join("\0");
    const held = at.policies.get(key) ?? {
      policy,
      successes: 0,
      failures: 0,
      details: new Map<string, TlsFailureSum>(),
    };
    if (at.policies.has(key)) return held;
    if (at.policies.size >= limits.policies) return undefined;
    const others = destinations.values().filter((one) => one.day === day && holds(one));
    if (!holds(at) && [...others].length >= limits.destinations) return undefined;
    destinations.set(nameOf(day, destination), at);
    at.policies.set(key, held);
    return held;
  }

  return {
    async add(day, sums) {
      open();
      let beyond = 0;
      for (const one of sums) {
        const held = heldFor(day, one);
        if (held === undefined) {
          beyond++;
          continue;
        }
        held.successes += one.successes;
        held.failures += one.failures;
        for (const detail of one.details) count(held.details, detail, limits.details);
      }
      return beyond;
    },
    async sums(day, destination) {
      open();
      const at = destinations.get(nameOf(day, destination));
      return [...(at?.policies ?? [])].toSorted(byKey).map(([, { policy, successes, failures, details }]) => ({
        destination,
        policy,
        successes,
        failures,
        details: [...details].toSorted(byKey).map(([, detail]) => detail),
      }));
    },
    async plan(before, most, planned) {
      open();
      const unplanned = destinations
        .values()
        .filter((one) => one.day < before && holds(one) && one.report === undefined)
        .take(most)
        .toArray();
      for (const one of unplanned)
        one.report = { ...planned(one.day), attempts: 0, firstAt: undefined, sentTo: new Set() };
      return unplanned.length;
    },
    async due(now, most) {
      open();
      const found = [...destinations.values()].flatMap(({ day, destination, report }) =>
        report?.dueAt === undefined || report.dueAt > now ? [] : [{ ...report, dueAt: report.dueAt, day, destination }],
      );
      return found
        .toSorted((a, b) => a.dueAt - b.dueAt || a.day - b.day || (a.destination < b.destination ? -1 : 1))
        .slice(0, most)
        .map(({ day, destination, id, attempts, firstAt, sentTo }) => ({
          day,
          destination,
          id,
          attempts,
          firstAt,
          sentTo: [...sentTo].toSorted(),
        }));
    },
    async noteSent(day, destination, place) {
      open();
      reportOf(day, destination)?.sentTo.add(place);
    },
    async postpone(day, destination, firstAt, dueAt) {
      open();
      const report = reportOf(day, destination);
      if (report?.dueAt === undefined) return;
      report.attempts++;
      report.firstAt = firstAt;
      report.dueAt = dueAt;
    },
    async done(day, destination) {
      open();
      const at = destinations.get(nameOf(day, destination));
      at?.policies.clear();
      if (at?.report !== undefined) at.report.dueAt = undefined;
    },
    async forget(before) {
      open();
      let rows = 0;
      for (const [name, { day, policies, report }] of destinations) {
        if (day >= before) continue;
        rows += policies.size + (report === undefined ? 0 : 1 + report.sentTo.size);
        destinations.delete(name);
      }
      return rows;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}

function count(details: Map<string, TlsFailureSum>, detail: TlsFailureSum, most: number): void {
  const { result, host, receivingAddress, reason, sessions } = detail;
  const whole = [result, host, receivingAddress, reason].join("\0");
  const isKept = details.has(whole) || details.size < most;
  const key = isKept ? whole : `${result}\0\0\0`;
  const bare = {
    result,
    host: undefined,
    receivingAddress: undefined,
    reason: undefined,
    sessions: 0,
  };
  const before = details.get(key) ?? (isKept ? { ...detail, sessions: 0 } : bare);
  details.set(key, { ...before, sessions: before.sessions + sessions });
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
