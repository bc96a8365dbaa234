/**
 * What must run once in the whole service, in the elected worker: deferred mail, the queue to the world with its keys and
 * policies, reports on arriving mail, folders that empty themselves, deletions and erasures that a crash broke off, the end of
 * what has an age, the watch, the gate's letters, statistics, backups, the nightly audit.
 */
import { HOUR, MINUTE } from "../../host/clock.ts";
import type { Bus } from "../../host/bus.ts";
import { dailyAt, every, runJob } from "../../host/job.ts";
import { runBackups } from "../../service/backup/run-backups.ts";
import { runDeferred } from "../../service/delivery/deferred.ts";
import { expiryAt } from "../../service/web-access/log-in-records.ts";
import type { Billing } from "../../service/billing/billing.ts";
import { NIGHT_LOOK_MS } from "../../service/billing/rounds.ts";
import { accountId } from "../../store/ids.ts";
import { EXPIRY_EVERY_MS } from "../../store/sqlite/mail/delivery-expiry.ts";
import { describeBug, sentenceOf } from "../sentence.ts";
import { CLOSING_TOPIC, VANISHED_TOPIC } from "../stores.ts";
import { runArriving } from "./arriving-jobs.ts";
import type { Again, ElectedWork } from "./elected-work.ts";
import { runOutgoing } from "./outgoing-jobs.ts";

export type ElectedJobsOptions = ElectedWork & {
  /** `undefined` where there is no website. */
  readonly billing: Billing | undefined;
  readonly bus: Bus;
};

/** Minutes after midnight, UTC. A day of the log counts as over ten minutes after its end. */
const STATISTICS_AT = 15;
const AUDIT_AT = 45;

/** Runs until the signal aborts; fulfils when the last has ended. */
export async function runElectedJobs(options: ElectedJobsOptions): Promise<void> {
  const { stores, office, billing, settings, bus, clock, log, signal } = options;
  const { queue, mail, accounts, watch, notices, webAccess } = stores;
  const { access, backups, statistics, retention, logs, keyCare } = office;
  const report = (error: unknown): void => {
    if (!signal.aborted) log("command.failed", { at: sentenceOf(error) ?? describeBug(error) });
  };
  const job: Again = (next, work, first = "at once") => runJob(clock, { next, work, failed: report }, signal, first);
  const sweeps: Promise<void>[] = [];
  const sweep = (): void => void sweeps.push(mail.sweep(signal).catch(report));

  using held = new DisposableStack();
  // What a worker had to erase when it died nobody else knows of; nor what it had to tell the ledger.
  held.use(
    bus.onLost(() => {
      sweep();
      void backups.ledger?.askAll().catch(report);
    }),
  );
  held.use(bus.subscribe(VANISHED_TOPIC, ({ account }) => backups.ledger?.vanished(accountId(String(account)))));
  held.use(bus.subscribe(CLOSING_TOPIC, () => void accounts.finishDeletions().catch(report)));
  held.use(mail.archive.onVanished((account) => backups.ledger?.vanished(account)));
  await using _watching = watch.lead();
  sweep();
  await Promise.all([
    runDeferred({ queue, mail, clock, log, signal }).catch(report),
    job(every(MINUTE), async () => void (await accounts.finishDeletions())),
    keyCare.warn().catch(report),
    runOutgoing(options, job).catch(report),
    runArriving(options, job).catch(report),
    job(every(EXPIRY_EVERY_MS), async () => void (await mail.expireDeliveries(signal))),
    job(every(HOUR), async () => void (await webAccess.forget(expiryAt(clock.now())))),
    ...(billing === undefined
      ? []
      : [job(every(HOUR), () => billing.hourly(signal)), job(every(NIGHT_LOOK_MS), () => billing.nightly(signal))]),
    job(every(10 * MINUTE), () => access.tellDue()),
    job(every(HOUR), async () => {
      await access.remind();
      await access.erase();
      await access.sendHead();
    }),
    job(dailyAt(STATISTICS_AT), async () => void (await statistics.catchUp(logs, signal))),
    job(dailyAt(AUDIT_AT), () => retention.nightly()),
    runBackups({ backups, notices, clock, log, atMinute: settings.backupAtMinute, signal, report }).catch(report),
  ]);
  await Promise.all(sweeps);
}
