/**
 * What must run once for arriving mail: the daily reports on DMARC to other domains, the end of what was reported to us and
 * of what accounts have learned, and the emptying of folders as holders wish.
 */
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import { dailyAt, every } from "../../host/job.ts";
import { dayOf } from "../../rules/daily-report/times.ts";
import { forgetOld } from "../../service/defence/expiry.ts";
import { createDmarcReporter } from "../../service/dmarc-reports/dmarc-reporter.ts";
import { emptyFolders } from "../../service/holder/empty-folders.ts";
import { createReportSubmit } from "../../service/tls-reports/report-letter.ts";
import type { Again, ElectedWork } from "./elected-work.ts";

const REPORTS_EVERY_MS: number = 5 * MINUTE;
/** As long as others' reports are shown. */
const RECEIVED_LIFE_MS: number = 90 * DAY;
/** Minutes after midnight, UTC. */
const EMPTYING_AT = 75;

/** Runs until the signal aborts. */
export async function runArriving(
  { stores, office, settings, clock, log, signal }: ElectedWork,
  job: Again,
): Promise<void> {
  const { outbound, mail, directory, dmarcResults, receivedReports, memory, signer, wakeQueue } = stores;
  const { hostName, domains } = settings;
  const [domain = hostName] = domains;
  const submit = createReportSubmit({ queue: outbound, signer, wake: wakeQueue, clock, kind: "dmarc" });
  // Also where nothing is verified now: what was counted before has its end.
  const reporter = createDmarcReporter({
    results: dmarcResults,
    resolver: office.outgoing.resolver,
    submit,
    clock,
    log,
    organisation: domain,
    contact: `postmaster@${domain}`,
    hostName,
    random: Math.random,
  });
  await Promise.all([
    job(every(REPORTS_EVERY_MS), () => reporter.turn(signal)),
    job(every(HOUR), async () => {
      await receivedReports.forget(dayOf(clock.now() - RECEIVED_LIFE_MS));
      await forgetOld(memory, clock.now());
    }),
    job(
      dailyAt(EMPTYING_AT),
      async () => void (await emptyFolders({ directory, mail, clock, log }, signal)),
      "in time",
    ),
  ]);
}
