/** What must run once for mail to the world: the queue itself, its records' end, policies, the turns of signing keys. */
import { type Clock, HOUR, MINUTE } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { every, type Job } from "../../host/job.ts";
import type { Settings } from "../../host/settings/settings.ts";
import { keyRecord, keyRecordName } from "../../rules/dkim/key-record.ts";
import { rotationTimes } from "../../rules/dkim/rotation.ts";
import { createQueueRunner } from "../../service/queue/runner.ts";
import { type TextLookup, turnDkimKeys } from "../../service/submission/dkim-rotation.ts";
import type { DkimKeys } from "../../store/dkim-keys.ts";
import type { Office } from "../office.ts";
import { retryScheduleOf } from "../retry-schedule.ts";
import type { Stores } from "../stores.ts";

export type OutgoingJobsOptions = {
  readonly stores: Stores;
  readonly office: Office;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends all of it; what is handed over goes to its end. */
  readonly signal: AbortSignal;
};

/** Promise D2: records of delivery live ten days, with an hour to spare for this job. */
const RECORD_LIFE_MS: number = 239 * HOUR;
const COUNTED_MINUTES = 24 * 60;
const REMEMBERED_MINUTES = 240 * 60;

/** Runs until the signal aborts; fulfils when the last attempt has ended. */
export async function runOutgoing(
  { stores, office, settings, clock, log, signal }: OutgoingJobsOptions,
  job: (next: Job["next"], work: Job["work"]) => Promise<void>,
): Promise<void> {
  const { outbound, mail, directory, counts, dkimKeys } = stores;
  const { sts, ways, resolver } = office.outgoing;
  const { hostName, domains, dkimUnpublished } = settings;
  const runner = createQueueRunner({
    queue: outbound,
    router: ways,
    deliver: ways.deliver,
    mail,
    directory,
    clock,
    log,
    hostName,
    contact: `postmaster@${domains[0] ?? hostName}`,
    schedule: retryScheduleOf(settings),
  });
  using _wakes = stores.onWake(() => runner.wake());
  const lookup: TextLookup = dkimUnpublished
    ? lookUpOwn(dkimKeys)
    : async (name) => {
        const answer = await resolver.resolve(name, "TXT");
        if (answer.kind === "records") return answer.records;
        return answer.kind === "nxdomain" || answer.kind === "nodata" ? [] : undefined;
      };
  const times = dkimUnpublished ? { ...rotationTimes, confirmMs: 0 } : rotationTimes;
  const turn = (): Promise<void> => turnDkimKeys({ keys: dkimKeys, domains, lookup, clock, log, times });
  await Promise.all([
    runner.run(signal),
    job(every(HOUR), async () => {
      // Made, published, seen, active: a step a turn.
      for (let steps = dkimUnpublished ? 4 : 1; steps > 0; steps--) await turn();
    }),
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

/** As if every record were published. */
function lookUpOwn(dkimKeys: DkimKeys): TextLookup {
  return async (name) =>
    (await dkimKeys.keys())
      .filter((key) => keyRecordName(key.domain, key.selector) === name)
      .map((key) => keyRecord(key));
}
