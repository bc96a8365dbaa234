/** A snapshot in the text form that Prometheus reads (exposition format 0.0.4). */
import { AggregatorRegistry } from "prom-client";
import type { Snapshot } from "./process-metrics.ts";

export const metricsContentType: string = "text/plain; version=0.0.4; charset=utf-8";

export function metricsText(snapshot: Snapshot): Promise<string> {
  return AggregatorRegistry.aggregate([snapshot]).metrics();
}
