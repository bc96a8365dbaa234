/**
 * Work that comes round: every so often, or each day at a time. One run at a time; a run that fails is reported and comes
 * round again; a time that was slept through (a laptop, a stopped machine) is made up for once.
 */
import { type Clock, DAY, HOUR, pauseOrAbort } from "./clock.ts";

export type Job = {
  /** When the next run begins, epoch milliseconds, given now. */
  readonly next: (now: number) => number;
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly failed: (error: unknown) => void;
};

/** Timers sleep with the machine: look again at least this often. */
const LOOK_MS = HOUR;

/** Next run `ms` after now. */
export const every =
  (ms: number): Job["next"] =>
  (now) =>
    now + ms;

/** Next run at a minute of the day, UTC. */
export const dailyAt =
  (minute: number): Job["next"] =>
  (now) => {
    const today = Math.floor(now / DAY) * DAY + minute * 60_000;
    return today > now ? today : today + DAY;
  };

/** Runs the job until `signal` aborts; fulfils when its last run has ended. `first`: also at once. */
export async function runJob(clock: Clock, job: Job, signal: AbortSignal, first: "at once" | "in time"): Promise<void> {
  let due = first === "at once" ? clock.now() : job.next(clock.now());
  while (!signal.aborted) {
    if (clock.now() < due) {
      await pauseOrAbort(clock, Math.min(LOOK_MS, due - clock.now()), signal);
      continue;
    }
    due = job.next(clock.now());
    try {
      await job.work(signal);
    } catch (error) {
      job.failed(error);
    }
  }
}
