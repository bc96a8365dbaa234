/**
 * Stands between the queue and the ways of mail: what TLS comes to is counted, but not that of our own reports, for reports
 * never make reports. Those on TLS take a way on which no policy holds, so that they arrive (RFC 8460 section 3); those on
 * DMARC name hosts and people's domains, so they go as other mail does.
 */
import type { Route, RouteHost, Router } from "../queue/route.ts";
import type { Handover } from "../queue/transport.ts";
import type { Ways } from "../queue/ways.ts";
import type { TlsHandover } from "./applied-sums.ts";
import { letterPlace } from "./report-letter.ts";
import type { TlsSessionCounter } from "./session-counter.ts";

export type ReportingWaysOptions = {
  /** As mail really goes. What `deliver` gives may hold what TLS came to, as that of clients/smtp does. */
  readonly ways: Ways;
  /** As `createReportRouter` makes it. */
  readonly reportRouter: Pick<Router, "route">;
  /** Ours, in A-labels: mail for them stays here. */
  readonly domains: readonly string[];
  /** Over which all else goes; it is then what reports are about (RFC 8460 section 1.1). */
  readonly smarthost: string | undefined;
  readonly counter: Pick<TlsSessionCounter, "noteRoute" | "noteHandover">;
};

type Origin = { readonly destination: string; readonly route: Route; isCounted: boolean };

export function createReportingWays(options: ReportingWaysOptions): Ways {
  const { ways, reportRouter, smarthost, counter } = options;
  const own = new Set(options.domains);
  /** Hosts of ways that count. */
  const origins = new WeakMap<RouteHost, Origin>();

  function noted(domain: string, route: Route): Route {
    const origin: Origin = { destination: smarthost ?? domain, route, isCounted: false };
    if (route.kind !== "hosts") {
      count(origin);
      return route;
    }
    // Copies: the same host may be on a way of reports.
    const hosts = route.hosts.map((host) => ({ ...host }));
    for (const host of hosts) origins.set(host, origin);
    return { ...route, hosts };
  }

  /** A way with hosts counts when something goes over it: they may have no place for a while, and it is asked for again and again. */
  function count(origin: Origin): void {
    if (!origin.isCounted) counter.noteRoute(origin.destination, origin.route);
    origin.isCounted = true;
  }

  return {
    async route(destination) {
      const letter = letterPlace(destination);
      if (letter === undefined) {
        const route = await ways.route(destination);
        return own.has(destination) ? route : noted(destination, route);
      }
      const { kind, domain } = letter;
      const isUsual = kind === "dmarc" || own.has(domain) || smarthost !== undefined;
      return isUsual ? ways.route(domain) : reportRouter.route(domain);
    },
    deliver: async (host, envelope, message) => {
      const origin = origins.get(host);
      if (origin !== undefined) count(origin);
      const handover = await ways.deliver(host, envelope, message);
      const tls = tlsOf(handover);
      if (origin === undefined || tls === undefined) return handover;
      const { destination, route } = origin;
      counter.noteHandover({ destination, findings: route.findings, host, handover: tls });
      return handover;
    },
  };
}

function tlsOf(handover: Handover & Partial<TlsHandover>): TlsHandover | undefined {
  const { tlsFailures, tlsSuccesses } = handover;
  return tlsFailures === undefined || tlsSuccesses === undefined ? undefined : { tlsFailures, tlsSuccesses };
}
