/**
 * What a Prometheus on this machine reads: `/metrics`, the sums of all processes as the supervisor last told them, and
 * `/health`, whether it told them lately. Old figures are not served: that something hangs must not look like calm.
 */
import { type Clock, SECOND } from "../../host/clock.ts";
import type { Snapshot } from "../../host/metrics/process-metrics.ts";
import { metricsContentType, metricsText } from "../../host/metrics/text.ts";
import { plain, type WebAnswer, type WebRoutes } from "./answer.ts";

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** No web page can read this through a browser of this machine, by a name of its own (DNS rebinding). */
export const refuseOthers = (host: string): string | undefined =>
  LOOPBACK.test(host) ? undefined : "This is served to this machine alone: ask for localhost, 127.0.0.1 or [::1].";

export interface MetricsPage {
  readonly routes: WebRoutes;
  /** Replaces what is served. */
  told(total: Snapshot): void;
}

/** Figures older than this are none. */
const FRESH_MS: number = 30 * SECOND;

export function createMetricsPage(clock: Clock): MetricsPage {
  let last: { readonly at: number; readonly total: Snapshot } | undefined;

  const fresh = (): Snapshot | undefined =>
    last !== undefined && clock.steady() - last.at <= FRESH_MS ? last.total : undefined;
  const stale = (): WebAnswer =>
    plain(503, "Not every worker answers: look at altmail status and at the service's journal.");

  return {
    routes: {
      "/metrics": async () => {
        const total = fresh();
        return total === undefined ? stale() : { code: 200, type: metricsContentType, body: await metricsText(total) };
      },
      "/health": () => (fresh() === undefined ? stale() : plain(200, "Every worker answers.")),
    },
    told(total) {
      last = { at: clock.steady(), total };
    },
  };
}
