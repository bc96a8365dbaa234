/**
 * Hosts that nobody answered for a moment ago, or addresses of one. Each message would wait for them anew before it goes to
 * the next; so for a while they come last, and then one message asks whether they are back: RFC 5321 section 5.1 gives their
 * order a meaning. Kept in memory, for a bounded number of them.
 */
import { type Clock, MINUTE } from "../../host/clock.ts";
import type { RemoteReply } from "../../store/outbound-queue.ts";
import type { RouteHost } from "./route.ts";

type Named = Pick<RouteHost, "name" | "isBeyondPolicy">;

export interface SilentHosts {
  /**
   * The hosts of one domain, the silent ones behind the others, those beyond its policy behind all. Who gets a host first whose
   * rest is over asks for all.
   */
  last<Host extends Named>(hosts: readonly Host[]): readonly Host[];
  has(host: string): boolean;
  /** Nobody answered. */
  silent(host: string): void;
  /** The host answered something. */
  answered(host: string): void;
}

/** RFC 3463 section 3.5: there is no connection, or nothing comes over it. */
export const isSilence = ({ code, enhanced }: RemoteReply): boolean =>
  code === undefined && /^4\.4\.[12]$/.test(enhanced);

type Silence = { readonly until: number; readonly asked: number };

/** A minute longer each time that it was asked in vain. */
const LONGEST = 5;
const MOST = 10_000;

export function createSilentHosts(clock: Clock, most: number = MOST): SilentHosts {
  const silences = new Map<string, Silence>();
  const put = (host: string, asked: number): void => {
    silences.delete(host);
    silences.set(host, { until: clock.now() + Math.min(asked, LONGEST) * MINUTE, asked });
    const [oldest] = silences.keys();
    if (silences.size > most && oldest !== undefined) silences.delete(oldest);
  };
  const has = (host: string): boolean => (silences.get(host)?.until ?? 0) > clock.now();
  return {
    has,
    last(hosts) {
      if (silences.size === 0 || hosts.length === 1) return hosts;
      const rank = (host: Named): number => (host.isBeyondPolicy === true ? 2 : 0) + Number(has(host.name));
      const inOrder = hosts.toSorted((a, b) => rank(a) - rank(b));
      const [asked] = inOrder;
      const before = asked && silences.get(asked.name);
      if (asked !== undefined && before !== undefined && !has(asked.name)) put(asked.name, before.asked + 1);
      return inOrder;
    },
    silent(host) {
      put(host, silences.get(host)?.asked ?? 1);
    },
    answered(host) {
      if (silences.size > 0) silences.delete(host);
    },
  };
}
