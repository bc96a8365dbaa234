/**
 * What a Prometheus on this machine reads: `/metrics`, the sums of all processes as the supervisor last told them, and
 * `/health`, whether it told them lately. Old figures are not served: that something hangs must not look like calm.
 */
import { type Clock, SECOND } from "../../host/clock.ts";
import type { Snapshot } from "../../host/metrics/process-metrics.ts";
import { metricsContentType, metricsText } from "../../host/metrics/text.ts";
import { plain, type WebAnswer, type WebRoutes } from "./server.ts";

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
    last !== undefined && clock.now() - last.at <= FRESH_MS ? last.total : undefined;
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
      last = { at: clock.now(), total };
    },
  };
}
