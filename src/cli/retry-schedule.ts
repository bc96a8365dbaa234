/** When mail to the world is tried again, as the settings say. */
import { DAY, HOUR, MINUTE } from "../host/clock.ts";
import type { Settings } from "../host/settings/settings.ts";
import { type RetrySchedule, retrySchedule } from "../rules/retry.ts";

export function retryScheduleOf({ queueDays, queuePauses, queueDelayHours }: Settings): RetrySchedule {
  return {
    ...retrySchedule,
    pausesMs: queuePauses.map((minutes) => minutes * MINUTE),
    lifeMs: queueDays * DAY,
    delayAfterMs: queueDelayHours * HOUR,
  };
}
