/**
 * What every worker does for mail to the world: hands over what lies in its own lane of the queue. The elected one does so,
 * besides, with lanes of workers that there are no more.
 */
import { isIP } from "node:net";
import { type Clock, MINUTE } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { every, runJob } from "../../host/job.ts";
import type { Settings } from "../../host/settings/settings.ts";
import { queueLimits, shareOf } from "../../service/queue/queue-limits.ts";
import { createQueueRunner } from "../../service/queue/runner.ts";
import { createReportingWays } from "../../service/tls-reports/reporting-ways.ts";
import { createTlsSessionCounter } from "../../service/tls-reports/session-counter.ts";
import type { OutboundQueue } from "../../store/outbound-queue.ts";
import type { Outgoing } from "../outgoing.ts";
import type { Stores } from "../stores.ts";

export type QueueDutyOptions = {
  readonly settings: Settings;
  readonly stores: Stores;
  readonly outgoing: Outgoing;
  readonly workers: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Nothing new is begun after it. */
  readonly signal: AbortSignal;
  readonly report: (error: unknown) => void;
};

export type QueueDuty = {
  /** Takes over the lanes that are nobody's: this worker is the elected one now. */
  adopt(): void;
  /** After the signal: what is being handed over goes to its end, until `grace` aborts. */
  end(grace: AbortSignal): Promise<void>;
};

/** Begins at once. */
export function workQueue(options: QueueDutyOptions): QueueDuty {
  const { settings, stores, outgoing, workers, clock, log, signal, report } = options;
  const { mail, directory, schedule, tlsResults } = stores;
  const { ways, reports } = outgoing;
  const { hostName, domains, queueSmarthost } = settings;
  const [domain = hostName] = domains;
  const smarthost = queueSmarthost?.host;
  const counter = createTlsSessionCounter({ results: tlsResults, clock, log });
  // A host on this machine has no name that anybody could ask for reports under.
  const isNamed = smarthost === undefined || isIP(smarthost) === 0;
  const counted = isNamed
    ? createReportingWays({ ways, reportRouter: reports.router, domains, smarthost, counter })
    : ways;
  const work = async (queue: OutboundQueue): Promise<void> => {
    const runner = createQueueRunner({
      queue,
      router: counted,
      deliver: counted.deliver,
      mail,
      directory,
      clock,
      log,
      hostName,
      contact: `postmaster@${domain}`,
      schedule,
      limits: shareOf(queueLimits, workers),
    });
    using _wakes = stores.onWake(() => runner.wake());
    await runner.run(signal);
  };
  const flush = { next: every(MINUTE), work: () => counter.flush(), failed: report };
  const flushing = runJob(clock, flush, signal, "in time");
  const running = [work(stores.ownLane).catch(report)];
  return {
    adopt() {
      for (const lane of stores.lanes.slice(workers)) running.push(work(lane).catch(report));
    },
    async end(grace) {
      const breakOff = (): void => outgoing.breakOff();
      // What is handed over goes to its end, as long as there is time: cut off after its last octet it might go twice.
      grace.addEventListener("abort", breakOff, { once: true });
      if (grace.aborted) breakOff();
      await Promise.all([flushing, ...running]);
      grace.removeEventListener("abort", breakOff);
      await counter.flush();
    },
  };
}
