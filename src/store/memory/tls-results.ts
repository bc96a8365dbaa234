/** Sums of TLS sessions and reports on them, in memory, for tests and the lab. */
import { StoreError } from "../store-error.ts";
import {
  type TlsFailureSum,
  type TlsResultLimits,
  type TlsResults,
  type TlsSums,
  tlsResultLimits,
} from "../tls-results.ts";
import { type HeldDay, heldName, memoryPlannedReports } from "./planned-reports.ts";

type Held = Pick<TlsSums, "policy"> & { successes: number; failures: number; details: Map<string, TlsFailureSum> };

export function memoryTlsResults(limits: TlsResultLimits = tlsResultLimits): TlsResults {
  const days = new Map<string, HeldDay<Held>>();
  let closed = false;
  const open = (): void => {
    if (closed) throw new StoreError("closed", "The store of TLS results is closed.");
  };

  function heldFor(day: number, { destination, policy }: TlsSums): Held | undefined {
    const at = days.get(heldName(day, destination)) ?? { day, destination, sums: new Map<string, Held>() };
    const key = [policy.type, policy.domain, JSON.stringify(policy.lines)].join("\0");
    const held = at.sums.get(key) ?? {
      policy,
      successes: 0,
      failures: 0,
      details: new Map<string, TlsFailureSum>(),
    };
    if (at.sums.has(key)) return held;
    if (at.sums.size >= limits.policies) return undefined;
    const others = days.values().filter((one) => one.day === day && one.sums.size > 0);
    if (at.sums.size === 0 && [...others].length >= limits.destinations) return undefined;
    days.set(heldName(day, destination), at);
    at.sums.set(key, held);
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
      const at = days.get(heldName(day, destination));
      return [...(at?.sums ?? [])].toSorted(byKey).map(([, { policy, successes, failures, details }]) => ({
        destination,
        policy,
        successes,
        failures,
        details: [...details].toSorted(byKey).map(([, detail]) => detail),
      }));
    },
    ...memoryPlannedReports(days, open),
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
