/** What must run once for mail to the world: the queue itself, its records' end, policies, the turns of signing keys. */
import { isIP } from "node:net";
import { HOUR, MINUTE } from "../../host/clock.ts";
import { every } from "../../host/job.ts";
import { createReportSubmit } from "../../service/tls-reports/report-letter.ts";
import { createReportingWays } from "../../service/tls-reports/reporting-ways.ts";
import { createTlsSessionCounter } from "../../service/tls-reports/session-counter.ts";
import { createTlsReporter } from "../../service/tls-reports/tls-reporter.ts";
import { createQueueRunner } from "../../service/queue/runner.ts";
import { type TextLookup, turnDkimKeys, turnUnpublishedKeys } from "../../service/submission/dkim-rotation.ts";
import type { Again, ElectedWork } from "./elected-work.ts";

/** Promise D2: records of delivery live ten days, with an hour to spare for this job. */
const RECORD_LIFE_MS: number = 239 * HOUR;
const REPORTS_EVERY_MS: number = 5 * MINUTE;
const COUNTED_MINUTES = 24 * 60;
const REMEMBERED_MINUTES = 240 * 60;

/** Runs until the signal aborts; what is handed over then goes to its end, and it fulfils when the last attempt has. */
export async function runOutgoing(
  { stores, office, settings, clock, log, signal }: ElectedWork,
  job: Again,
): Promise<void> {
  const { outbound, mail, directory, counts, dkimKeys, schedule, signer, tlsResults } = stores;
  const { sts, ways, resolver, reports } = office.outgoing;
  const { hostName, domains, dkimUnpublished, queueSmarthost } = settings;
  const [domain = hostName] = domains;
  const contact = `postmaster@${domain}`;
  const counter = createTlsSessionCounter({ results: tlsResults, clock, log });
  const smarthost = queueSmarthost?.host;
  // A host on this machine has no name that anybody could ask for reports under.
  const isNamed = smarthost === undefined || isIP(smarthost) === 0;
  const counted = isNamed
    ? createReportingWays({ ways, reportRouter: reports.router, domains, smarthost, counter })
    : ways;
  const runner = createQueueRunner({
    queue: outbound,
    router: counted,
    deliver: counted.deliver,
    mail,
    directory,
    clock,
    log,
    hostName,
    contact,
    schedule,
  });
  using _wakes = stores.onWake(() => runner.wake());
  const submit = createReportSubmit({ queue: outbound, signer, wake: stores.wakeQueue, clock, kind: "tls" });
  const reporter = createTlsReporter({
    results: tlsResults,
    resolver,
    submit,
    post: reports.post,
    clock,
    log,
    organisation: domain,
    contact,
    hostName,
    random: Math.random,
  });
  const lookup: TextLookup = async (name) => {
    const answer = await resolver.resolve(name, "TXT");
    if (answer.kind === "records") return answer.records;
    return answer.kind === "nxdomain" || answer.kind === "nodata" ? [] : undefined;
  };
  const turning = { keys: dkimKeys, domains, clock, log };
  const run = async (): Promise<void> => {
    await runner.run(signal);
    await counter.flush();
  };
  await Promise.all([
    run(),
    job(every(MINUTE), () => counter.flush()),
    job(every(REPORTS_EVERY_MS), () => reporter.turn(signal)),
    job(every(HOUR), () => (dkimUnpublished ? turnUnpublishedKeys(turning) : turnDkimKeys({ ...turning, lookup }))),
    job(every(HOUR), async () => void (await outbound.forget(clock.now() - RECORD_LIFE_MS))),
    job(every(HOUR), async () => {
      const minute = Math.floor(clock.now() / MINUTE);
      await counts.forget(minute - COUNTED_MINUTES, minute - REMEMBERED_MINUTES);
    }),
    job(every(HOUR), async () => {
      const { failed } = await sts.refresh();
      if (failed > 0) log("queue.policies", { failed });
    }),
  ]);
}
