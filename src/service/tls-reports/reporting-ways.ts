/**
 * Stands between the queue and the ways of mail: what TLS comes to is counted, but not that of our own reports, for reports
 * never make reports. Those on TLS take a way on which no policy holds, so that they arrive (RFC 8460 section 3); those on
 * DMARC name hosts and people's domains, so they go as other mail does.
 */
import type { Route, RouteFindings, RouteHost, Router } from "../queue/route.ts";
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

type Origin = { readonly destination: string; readonly findings: RouteFindings };

export function createReportingWays(options: ReportingWaysOptions): Ways {
  const { ways, reportRouter, smarthost, counter } = options;
  const own = new Set(options.domains);
  /** Hosts of ways that count. */
  const origins = new WeakMap<RouteHost, Origin>();

  function noted(domain: string, route: Route): Route {
    const destination = smarthost ?? domain;
    counter.noteRoute(destination, route);
    if (route.kind !== "hosts") return route;
    // Copies: the same host may be on a way of reports.
    const hosts = route.hosts.map((host) => ({ ...host }));
    for (const host of hosts) origins.set(host, { destination, findings: route.findings });
    return { ...route, hosts };
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
      const handover = await ways.deliver(host, envelope, message);
      const origin = origins.get(host);
      const tls = tlsOf(handover);
      if (origin !== undefined && tls !== undefined) counter.noteHandover({ ...origin, host, handover: tls });
      return handover;
    },
  };
}

function tlsOf(handover: Handover & Partial<TlsHandover>): TlsHandover | undefined {
  const { tlsFailures, tlsSuccesses } = handover;
  return tlsFailures === undefined || tlsSuccesses === undefined ? undefined : { tlsFailures, tlsSuccesses };
}
