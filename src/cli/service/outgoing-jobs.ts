/** What must run once for mail to the world: the end of its records, reports on TLS, policies, the turns of signing keys. */
import { HOUR, MINUTE } from "../../host/clock.ts";
import { every } from "../../host/job.ts";
import { createReportSubmit } from "../../service/tls-reports/report-letter.ts";
import { createTlsReporter } from "../../service/tls-reports/tls-reporter.ts";
import { type TextLookup, turnDkimKeys, turnUnpublishedKeys } from "../../service/submission/dkim-rotation.ts";
import type { Again, ElectedWork } from "./elected-work.ts";

/** Promise D2: records of delivery live ten days, with an hour to spare for this job. */
const RECORD_LIFE_MS: number = 239 * HOUR;
const REPORTS_EVERY_MS: number = 5 * MINUTE;
const COUNTED_MINUTES = 24 * 60;
const REMEMBERED_MINUTES = 240 * 60;

/** Runs until the signal aborts; fulfils when the last job has ended. */
export async function runOutgoing(
  { stores, office, settings, clock, log, signal }: ElectedWork,
  job: Again,
): Promise<void> {
  const { outbound, counts, dkimKeys, signer, tlsResults } = stores;
  const { sts, resolver, reports } = office.outgoing;
  const { hostName, domains, dkimUnpublished } = settings;
  const [domain = hostName] = domains;
  const contact = `postmaster@${domain}`;
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
  await Promise.all([
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
