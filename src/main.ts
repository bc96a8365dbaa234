/**
 * The composition root of a worker: opens the stores with the root that the supervisor gave, makes the services, opens
 * the ports, and joins them. The only file that sees everything.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { openArriving } from "./cli/arriving.ts";
import { openOutgoing } from "./cli/outgoing.ts";
import { statusOfScanners } from "./cli/scanners.ts";
import { describeBug, sentenceOf } from "./cli/sentence.ts";
import { beElected } from "./cli/service/elected-duty.ts";
import { workerGauges, type WorkerParts } from "./cli/service/gauges.ts";
import { openComingIn } from "./cli/service/coming-in.ts";
import { openPortal } from "./cli/service/portal.ts";
import { openPortalServices } from "./cli/service/portal-services.ts";
import { openPorts, type Port } from "./cli/service/ports.ts";
import { workQueue } from "./cli/service/queue-duty.ts";
import type { WorkerStatus } from "./cli/service/status.ts";
import { openWebPorts } from "./cli/service/website.ts";
import type { News, WorkerStart } from "./cli/service/worker-start.ts";
import { answerRequest } from "./cli/store-commands.ts";
import { CLOSING_TOPIC, openStores } from "./cli/stores.ts";
import { SECOND, systemClock } from "./host/clock.ts";
import type { Log } from "./host/events/events.ts";
import { createLogSender } from "./host/log/sender.ts";
import { createProcessMetrics, type Snapshot } from "./host/metrics/process-metrics.ts";
import { ServerTls } from "./host/tls/server-tls.ts";
import { serveSupervisor, type WorkerDuties, type WorkerTools } from "./host/worker/worker-link.ts";
import type { Root } from "./store/crypt/root.ts";

const clock = systemClock;
/** How long sessions get to end at a stop; below the supervisor's patience. */
const GRACE_MS = 8 * SECOND;
/** The monitor measures from tick to tick: without delay it finds this. */
const LOOP_RESOLUTION_MS = 5;
const NANOSECONDS_A_MS = 1e6;
/** The exit code of a worker that met a fault of ours (sysexits: EX_SOFTWARE). */
const FAULT = 70;

async function begin(value: unknown, { bus, sendLog }: WorkerTools): Promise<WorkerDuties> {
  const start = value as WorkerStart;
  const { settings, workers, slot } = start;
  const stopping = new AbortController();
  const { signal } = stopping;
  const sender = createLogSender({ send: sendLog, clock });
  /** Filled on the way, and read by the gauges from then on. */
  const parts: WorkerParts = {};
  const metrics = createProcessMetrics({ role: "worker", gauges: workerGauges(settings, parts) });
  const counted = settings.metricsListen === undefined ? sender.log : metrics.counting(sender.log);
  const log: Log = (name, fields) => {
    parts.stores?.watch.observe(name, fields, clock.now());
    counted(name, fields);
  };
  const tls = new ServerTls(settings, Uint8Array.fromBase64(start.ticketKeys));
  const root = Uint8Array.fromHex(start.root) as Root;
  const stores = await openStores({ settings, root, bus, log, clock, bootId: start.bootId, workers, slot });
  parts.stores = stores;
  const outgoing = await openOutgoing({ settings, stores, clock });
  const arriving = openArriving({ settings, stores, clock, log });
  const comingIn = openComingIn({ settings, stores, workers, clock, log });
  const beginDeletions = (): void => {
    if (parts.elected === undefined) bus.publish(CLOSING_TOPIC, {});
    else parts.elected.beginDeletions();
  };
  const services = settings.siteServe ? openPortalServices({ settings, stores, comingIn, clock, log }) : undefined;
  const portal = services && openPortal({ settings, stores, comingIn, services, beginDeletions, workers, clock, log });
  const listeners = [
    ...(await openPorts({ settings, workers, stores, arriving, comingIn, tls, clock, log, signal })),
    ...(await openWebPorts({ settings, workers, tls, clock, log, ...portal })),
  ];
  parts.connections = () => connectionsOf(listeners);
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  log("worker.started", { worker: process.pid });
  const report = (error: unknown): void => log("command.failed", { at: sentenceOf(error) ?? describeBug(error) });
  const queueDuty = workQueue({ settings, stores, outgoing, workers, clock, log, signal, report });

  return {
    elected() {
      queueDuty.adopt();
      parts.elected = beElected({
        settings,
        stores,
        outgoing,
        billing: services?.billing,
        root,
        bus,
        clock,
        log,
        tls,
        signal,
        report,
      });
    },
    told(what, news) {
      const which = what as News;
      if (which === "ticket-keys") tls.setTicketKeys(Uint8Array.fromBase64(String(news)));
      else if (which === "metrics") parts.elected?.page.told(news as Snapshot);
      else reload(tls, log);
    },
    async answer(request, telling) {
      if (request.command === "worker metrics") return { kind: "done", value: await metrics.snapshot() };
      if (request.command === "worker status") {
        const value = statusOf(listeners, Math.max(0, delay.percentile(99) / NANOSECONDS_A_MS - LOOP_RESOLUTION_MS));
        delay.reset();
        return { kind: "done", value };
      }
      if (request.command === "scanner status") return { kind: "done", value: await statusOfScanners(settings, clock) };
      const office = await parts.elected?.office;
      if (office === undefined)
        return { kind: "unavailable", sentence: "the service cannot carry out commands: its log says why" };
      return answerRequest(
        { ...stores, ...office },
        request,
        (error) => log("command.failed", { at: describeBug(error) }),
        telling,
      );
    },
    async stop() {
      stopping.abort();
      const grace = AbortSignal.timeout(GRACE_MS);
      await Promise.all(listeners.map(({ listener }) => listener.close(grace)));
      await Promise.all([arriving[Symbol.asyncDispose](), queueDuty.end(grace), parts.elected?.end(grace)]);
      await portal?.[Symbol.asyncDispose]();
      await services?.[Symbol.asyncDispose]();
      await comingIn[Symbol.asyncDispose]();
      await outgoing[Symbol.asyncDispose]();
      await stores[Symbol.asyncDispose]();
      metrics[Symbol.dispose]();
      sender[Symbol.dispose]();
    },
  };
}

function reload(tls: ServerTls, log: Log): void {
  try {
    log("tls.loaded", { validUntil: tls.reload().validUntil.toISOString() });
  } catch (error) {
    log("tls.kept", { reason: sentenceOf(error) ?? describeBug(error) });
  }
}

function statusOf(ports: readonly Port[], eventLoopDelayP99Ms: number): WorkerStatus {
  return {
    pid: process.pid,
    eventLoopDelayP99Ms,
    residentBytes: process.memoryUsage.rss(),
    connections: connectionsOf(ports),
  };
}

function connectionsOf(ports: readonly Port[]): Readonly<Record<string, number>> {
  const connections: Record<string, number> = {};
  for (const { name, listener } of ports) connections[name] = (connections[name] ?? 0) + listener.connections;
  return connections;
}

// What Node would print could quote mail: say the kind and the places alone. The supervisor replaces this process.
process.on("uncaughtException", (error) => {
  process.stderr.write(`${describeBug(error)}\n`);
  process.exit(FAULT);
});
serveSupervisor(begin, (error) => sentenceOf(error) ?? describeBug(error));
