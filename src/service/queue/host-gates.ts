/**
 * How much each remote host gets at once, and when: hosts that ask for less get less, whatever domains they serve (domains
 * of one provider share its hosts). Kept in memory, for a bounded number of hosts; a restart forgets it, and hosts say it
 * again.
 */
import type { Clock } from "../../host/clock.ts";
import { recovered, type Slowness, slowed, unslowed } from "../../rules/retry.ts";

export type Gate =
  | { readonly kind: "open" }
  /** The host asked for less: nothing goes there before then. */
  | { readonly kind: "slowed"; readonly until: number }
  /** It takes mail, and others of ours have all its places for the moment. */
  | { readonly kind: "full" };

export interface HostGates {
  /** Takes a place at the host where it gives one. Every place must be given back by `leave`. */
  enter(host: string): Gate;
  leave(host: string): void;
  /** The host took a message. */
  took(host: string): void;
  /** The host asked for less. `undefined` when it had asked before and the pause is not over. */
  slow(host: string): Slowness | undefined;
}

export type HostGatesOptions = {
  readonly clock: Clock;
  readonly chance: () => number;
  /** Connections to one host at once. */
  readonly connections: number;
  /** Hosts that are remembered. */
  readonly most?: number;
};

export function createHostGates({ clock, chance, connections, most = 10_000 }: HostGatesOptions): HostGates {
  const slowness = new Map<string, Slowness>();
  const busy = new Map<string, number>();
  const of = (host: string): Slowness => slowness.get(host) ?? unslowed(connections);
  const put = (host: string, now: Slowness): void => {
    slowness.delete(host);
    const isWell = now.connections >= connections && now.demands === 0;
    if (!isWell) slowness.set(host, now);
    const [oldest] = slowness.keys();
    if (slowness.size > most && oldest !== undefined) slowness.delete(oldest);
  };
  return {
    enter(host) {
      const { connections: places, until } = of(host);
      if (until > clock.now()) return { kind: "slowed", until };
      const taken = busy.get(host) ?? 0;
      if (taken >= places) return { kind: "full" };
      busy.set(host, taken + 1);
      return { kind: "open" };
    },
    leave(host) {
      const left = (busy.get(host) ?? 1) - 1;
      if (left > 0) busy.set(host, left);
      else busy.delete(host);
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
  };
}
