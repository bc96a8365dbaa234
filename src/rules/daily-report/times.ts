/**
 * When the report of a day is sent, and how long that is tried: of reports on TLS, and of those on DMARC, for which no
 * standard says it. Chance comes in as a number from 0 to below 1, so that not everybody's reports arrive at midnight
 * (RFC 8460 section 4.1).
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What was counted before midnight is written down by then. */
const FIRST_MS = 5 * MINUTE;
/** RFC 8460 section 4.1. */
const LAST_MS = 4 * HOUR;
/** RFC 8460 section 5.5: attempts for up to 24 hours after the first, with growing pauses. */
const TRIED_FOR_MS = DAY;
const FIRST_PAUSE_MS = 15 * MINUTE;
const LONGEST_PAUSE_MS = 6 * HOUR;
/** The latest first attempt and the longest trying; nothing of a day is needed after that. */
const KEPT_MS = DAY + 6 * HOUR;

/** Epoch milliseconds at which the day of `time` begins, UTC. */
export const dayOf = (time: number): number => Math.floor(time / DAY) * DAY;

/** When the report of a day that began at `day` is due; at once where that time is over. */
export function firstAttemptAt(day: number, now: number, chance: number): number {
  const midnight = day + DAY;
  const from = Math.max(now, midnight + FIRST_MS);
  const until = Math.max(from, midnight + LAST_MS);
  return from + Math.floor((until - from) * chance);
}

/** When to try again; `undefined`: it is given up. @param attempts how many there were, the one that just failed among them */
export function nextAttemptAt(firstAt: number, attempts: number, now: number): number | undefined {
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 10), LONGEST_PAUSE_MS);
  const at = now + pauseMs;
  return at <= firstAt + TRIED_FOR_MS ? at : undefined;
}

/** Days that began before this are forgotten. */
export const forgetBefore = (now: number): number => dayOf(now - KEPT_MS);
