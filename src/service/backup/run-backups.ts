/** What comes round with backups, in the elected worker: the nightly set, the hourly end of old ones, the ledger. */
import { type Clock, DAY, HOUR } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { HostError } from "../../host/host-error.ts";
import { dailyAt, every, type Job, runJob } from "../../host/job.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Notices } from "../notices/notices.ts";
import type { Backups } from "./backups.ts";
import { PlaceError } from "./place.ts";

export type RunBackupsOptions = {
  readonly backups: Backups;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly log: Log;
  /** Minute of the day, UTC, of the nightly set. */
  readonly atMinute: number;
  readonly signal: AbortSignal;
  /** Takes faults of ours. */
  readonly report: (error: unknown) => void;
};

/** A night's set that failed is tried again after this. */
const AGAIN_MS: number = HOUR;
/** When the newest set is older at a start, one is made at once: the machine slept through its night. */
const LATE_MS: number = DAY + HOUR;

/** Runs until the signal aborts; fulfils when all has ended. Does nothing where no target is given. */
export async function runBackups(options: RunBackupsOptions): Promise<void> {
  const { backups, notices, clock, log, atMinute, signal, report } = options;
  const { ledger } = backups;
  if (ledger === undefined) return;
  const tell = async (at: string, sentence: string): Promise<void> => {
    log("backup.failed", { at, sentence });
    const now = clock.now();
    // Once a day for each kind of work.
    await notices.tellOperator({ kind: "backup-failed", at: now, sentence }, `${at} ${Math.floor(now / DAY)}`);
  };
  const failed = (at: string) => (cause: unknown) => {
    if (signal.aborted) return;
    const sentence = sentenceOf(cause);
    if (sentence === undefined) report(cause);
    void tell(at, sentence ?? "a fault of altmail: its log has the place").catch(report);
  };
  const nightly = dailyAt(atMinute);
  const { lastSetAt } = await backups.facts();
  const isLate = lastSetAt !== undefined && clock.now() - lastSetAt > LATE_MS;
  // Stays in the past until a set was made.
  let dueAt = isLate ? clock.now() : nightly(clock.now());
  const making: Job = {
    next: (now) => Math.min(dueAt > now ? dueAt : Number.POSITIVE_INFINITY, now + AGAIN_MS),
    async work() {
      if (clock.now() < dueAt) return;
      await backups.create({ signal, progress: () => {} });
      dueAt = nightly(clock.now());
    },
    failed: failed("making a set"),
  };
  const ending: Job = {
    next: every(HOUR),
    work: async () => void (await backups.expire()),
    failed: failed("ending sets"),
  };
  const asking: Job = {
    next: every(DAY),
    work: () => ledger.askAll(),
    failed: failed("asking accounts for what was deleted"),
  };
  await Promise.all([
    runJob(clock, ending, signal, "at once"),
    runJob(clock, asking, signal, "at once"),
    runJob(clock, making, signal, isLate ? "at once" : "in time"),
  ]);
}

function sentenceOf(error: unknown): string | undefined {
  const isForOperator = error instanceof PlaceError || error instanceof HostError || error instanceof StoreError;
  return isForOperator ? error.message : undefined;
}
