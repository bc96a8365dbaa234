/** Readings for the metrics of a worker: what every worker knows of itself, and what the elected one alone reads. */
import { join } from "node:path";
import { SECOND } from "../../host/clock.ts";
import { diskGauges } from "../../host/metrics/disk.ts";
import type { Gauges } from "../../host/metrics/process-metrics.ts";
import type { Settings } from "../../host/settings/settings.ts";
import { checkCertificate } from "../../host/tls/server-tls.ts";
import type { Stores } from "../stores.ts";
import type { ElectedDuty } from "./elected-duty.ts";

/** What a worker has come to have so far. */
export type WorkerParts = {
  stores?: Stores;
  /** By name of listener. */
  connections?: () => Readonly<Record<string, number>>;
  elected?: ElectedDuty;
};

export function workerGauges(settings: Settings, parts: WorkerParts): Gauges {
  const disk = diskGauges(join(settings.home, "data"));
  const whenElected =
    <T>(read: () => Promise<T>) =>
    async (): Promise<T | undefined> =>
      parts.elected === undefined ? undefined : read();
  return {
    connections: () => parts.connections?.(),
    queueMessages: whenElected(async () => parts.stores?.queue.count()),
    outboundMessages: whenElected(async () => (await parts.stores?.outbound.sums())?.messages),
    outboundHeld: whenElected(async () => (await parts.stores?.outbound.sums())?.held),
    outboundTroubled: whenElected(async () => (await parts.stores?.outbound.sums())?.troubled),
    dataFreeBytes: whenElected(async () => disk.dataFreeBytes()),
    dataSizeBytes: whenElected(async () => disk.dataSizeBytes()),
    async backupNewestSeconds() {
      const facts = await (await parts.elected?.office)?.backups.facts();
      return facts?.isConfigured === true ? (facts.lastSetAt ?? 0) / SECOND : undefined;
    },
    certificateExpirySeconds: whenElected(async () => checkCertificate(settings).validUntil.getTime() / SECOND),
  };
}
