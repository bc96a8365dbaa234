/**
 * What midnight (UTC) changes on the disk: the log's segment of the day that has passed is closed, days whose time is over
 * end, and every key is wrapped under a new epoch, so that copies of the disk from before open nothing (promises L2, D5).
 */
import type { LogWriter } from "../../host/log/writer.ts";
import type { Keys } from "../../store/crypt/keys.ts";
import { endDays, type EndDaysOptions } from "./end-days.ts";

export type Night = EndDaysOptions & {
  /** Absent while the service stands sealed, as the keys are. */
  readonly writer: Pick<LogWriter, "turn" | "log"> | undefined;
  readonly keys: Pick<Keys, "rotateEpoch"> | undefined;
  /** Takes what a step threw; the others are done all the same. */
  readonly failed: (error: unknown) => void;
};

/** Never throws. */
export async function turnNight({ writer, keys, failed, ...days }: Night): Promise<void> {
  const steps: readonly (() => Promise<void> | void)[] = [
    () => writer?.turn(),
    () => endDays(days, writer?.log),
    () => keys?.rotateEpoch(),
  ];
  for (const step of steps)
    try {
      await step();
    } catch (error) {
      failed(error);
    }
}
