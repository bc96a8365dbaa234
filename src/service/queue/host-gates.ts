/**
 * How much each remote host gets at once, and when: hosts that ask for less get less, whatever domains they serve (domains
 * of one provider share its hosts). Destinations that find a host full wait in line, and are called as places come free, so
 * that nobody asks in vain meanwhile. Kept in memory, for a bounded number of hosts and destinations; a restart forgets it,
 * and hosts say it again.
 */
import { type Clock, SECOND } from "../../host/clock.ts";
import { recovered, type Slowness, slowed, unslowed } from "../../rules/retry.ts";

export type Gate =
  | { readonly kind: "open" }
  /** The host asked for less: nothing goes there before then. */
  | { readonly kind: "slowed"; readonly until: number }
  /** It takes mail, and others of ours have all its places for the moment, or are called to them. */
  | { readonly kind: "full" };

export interface HostGates {
  /** Takes a place at the host where it gives one. Every place must be given back by `leave`. */
  enter(host: string, destination: string): Gate;
  leave(host: string): void;
  /** The host took a message. */
  took(host: string): void;
  /** The host asked for less. `undefined` when it had asked before and the pause is not over. */
  slow(host: string): Slowness | undefined;
  /** The destination waits until it is called to the full host. False: so many wait already that this one is not called. */
  waitFor(host: string, destination: string): boolean;
  /** Destinations that wait to be called. */
  readonly waiting: ReadonlySet<string>;
}

export type HostGatesOptions = {
  readonly clock: Clock;
  readonly chance: () => number;
  /** Connections to one host at once. */
  readonly connections: number;
  /** Some wait no longer: their places are free, or their host asked for less. */
  readonly called: () => void;
  /** Hosts that are remembered. */
  readonly most?: number;
  /** Destinations that wait in all: each claim leaves all of them out. */
  readonly mostWaiting?: number;
};

/** Both in the order in which they came; who is called has a place kept until then. */
type Line = { readonly waiting: Set<string>; readonly called: Map<string, number> };

/** Who is called has work that is ready; where it was dropped meanwhile, the place is others'. */
const KEPT_MS = SECOND;

export function createHostGates(options: HostGatesOptions): HostGates {
  const { clock, chance, connections, called, most = 10_000, mostWaiting = 500 } = options;
  const slowness = new Map<string, Slowness>();
  const busy = new Map<string, number>();
  const lines = new Map<string, Line>();
  const allWaiting = new Set<string>();
  const of = (host: string): Slowness => slowness.get(host) ?? unslowed(connections);
  const put = (host: string, now: Slowness): void => {
    slowness.delete(host);
    const isWell = now.connections >= connections && now.demands === 0;
    if (!isWell) slowness.set(host, now);
    const [oldest] = slowness.keys();
    if (slowness.size > most && oldest !== undefined) slowness.delete(oldest);
  };
  const callNext = (host: string): void => {
    const line = lines.get(host);
    if (line === undefined || line.waiting.size === 0) return;
    const { connections: places, until } = of(host);
    const isSlowed = until > clock.now();
    const free = isSlowed ? line.waiting.size : places - (busy.get(host) ?? 0) - line.called.size;
    const next = [...line.waiting.values().take(Math.max(0, free))];
    for (const destination of next) {
      line.waiting.delete(destination);
      allWaiting.delete(destination);
      if (!isSlowed) line.called.set(destination, clock.steady() + KEPT_MS);
    }
    if (next.length > 0) called();
  };
  const watch = (host: string, line: Line): void => {
    clock.after(KEPT_MS, () => {
      for (const [destination, until] of line.called) if (until <= clock.steady()) line.called.delete(destination);
      callNext(host);
      if (line.waiting.size + line.called.size > 0) watch(host, line);
      else lines.delete(host);
    });
  };
  return {
    waiting: allWaiting,
    enter(host, destination) {
      const { connections: places, until } = of(host);
      const line = lines.get(host);
      line?.called.delete(destination);
      if (until > clock.now()) return { kind: "slowed", until };
      const taken = busy.get(host) ?? 0;
      if (taken + (line?.called.size ?? 0) >= places) return { kind: "full" };
      busy.set(host, taken + 1);
      return { kind: "open" };
    },
    leave(host) {
      const left = (busy.get(host) ?? 1) - 1;
      if (left > 0) busy.set(host, left);
      else busy.delete(host);
      // Who leaves may have more to hand over: others are called when it does not come back at once.
      if (lines.has(host)) clock.after(0, () => callNext(host));
    },
    took(host) {
      const before = slowness.get(host);
      if (before !== undefined) put(host, recovered(before, connections));
    },
    slow(host) {
      const before = of(host);
      const after = slowed(before, clock.now(), chance());
      if (after === before) return undefined;
      put(host, after);
      return after;
    },
    waitFor(host, destination) {
      if (allWaiting.has(destination)) return true;
      if (allWaiting.size >= mostWaiting) return false;
      let line = lines.get(host);
      if (line === undefined) {
        line = { waiting: new Set(), called: new Map() };
        lines.set(host, line);
        watch(host, line);
      }
      line.waiting.add(destination);
      allWaiting.add(destination);
      return true;
    },
  };
}
