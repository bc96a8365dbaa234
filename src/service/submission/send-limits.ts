/**
 * How much an account may send (promise F4), as a rule over its counts of the last day: sliding windows of a minute, an
 * hour and a day, and when there is room again. What was counted leaves a window at the end of its minute.
 */
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import type { Sending, SentMinute } from "../../store/send-counts.ts";

/** Of a plan. */
export type SendLimits = {
  readonly messagesAMinute: number;
  readonly recipientsAnHour: number;
  readonly recipientsADay: number;
  /**
   * Recipients a day that the account has not written to in ten days: few people have more, every robbed account does.
   * What comes back is charged here, too (service/queue/feedback.ts).
   */
  readonly firstsADay: number;
};

export type LimitName = keyof SendLimits;
export type Allowance =
  | { readonly kind: "allowed" }
  /** `againAt`: epoch milliseconds; `undefined`: so much never goes at once. */
  | { readonly kind: "limited"; readonly limit: LimitName; readonly againAt: number | undefined };

/** Limits are at least this, so that one message to one recipient always goes some time. */
const LEAST = 1;

const WINDOWS: readonly {
  readonly limit: LimitName;
  readonly windowMs: number;
  readonly of: (sending: Sending) => number;
}[] = [
  { limit: "messagesAMinute", windowMs: MINUTE, of: ({ messages }) => messages },
  { limit: "recipientsAnHour", windowMs: HOUR, of: ({ recipients }) => recipients },
  { limit: "recipientsADay", windowMs: DAY, of: ({ recipients }) => recipients },
  { limit: "firstsADay", windowMs: DAY, of: ({ firsts }) => firsts },
];

/** The minute that a time lies in. */
export const minuteOf = (time: number): number => Math.floor(time / MINUTE);

/** The first minute whose counts matter at that time. */
export const countsSince = (time: number): number => minuteOf(time) - DAY / MINUTE + 1;

/** Tells whether `wanted` may be added now, and if not, which limit says so for longest. @param minutes oldest first */
export function allowance(minutes: readonly SentMinute[], wanted: Sending, limits: SendLimits, now: number): Allowance {
  let worst: Allowance & { readonly kind: "limited" } = { kind: "limited", limit: "messagesAMinute", againAt: now };
  let isLimited = false;
  for (const { limit, windowMs, of } of WINDOWS) {
    const more = of(wanted);
    if (more === 0) continue;
    const againAt = roomAt(minutes, of, more, Math.max(LEAST, limits[limit]), windowMs, now);
    if (againAt !== undefined && againAt <= now) continue;
    isLimited = true;
    if (worst.againAt !== undefined && (againAt === undefined || againAt > worst.againAt))
      worst = { kind: "limited", limit, againAt };
  }
  return isLimited ? worst : { kind: "allowed" };
}

/** When the counts of the window leave room for so many more; `now` or earlier: they do. */
function roomAt(
  minutes: readonly SentMinute[],
  of: (sending: Sending) => number,
  more: number,
  limit: number,
  windowMs: number,
  now: number,
): number | undefined {
  if (more > limit) return undefined;
  const windowMinutes = windowMs / MINUTE;
  const inside = minutes.filter(({ minute }) => minute > minuteOf(now) - windowMinutes);
  let sum = inside.reduce((total, counts) => total + of(counts), more);
  let at = now;
  for (const counts of inside) {
    if (sum <= limit) break;
    sum -= of(counts);
    at = (counts.minute + windowMinutes) * MINUTE;
  }
  return at;
}
