/**
 * Days of the log by their names: `YYYY-MM-DD` in UTC. Day D begins with its oldest line at 00:00; so it is over the limit
 * of ten days, 240 hours, at 00:00 of D+10 at the latest (promise L2).
 */
import { type Clock, DAY } from "../clock.ts";

/** The start of the day that is named, epoch milliseconds; `undefined` when that is no day of the calendar. */
export function startOfDay(name: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(name)) return undefined;
  const start = Date.parse(`${name}T00:00:00.000Z`);
  return Number.isNaN(start) || dayOf(start) !== name ? undefined : start;
}

/** The day in which a time lies. */
export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** When a day is destroyed at the latest, epoch milliseconds. `days`: days of the calendar kept, its own among them. */
export const deathOf = (start: number, days: number): number => start + days * DAY;

/** Whether a day may still be written and read. A day that is not of the calendar may not. */
export function isLiving(name: string, clock: Clock, days: number): boolean {
  const start = startOfDay(name);
  return start !== undefined && clock.now() < deathOf(start, days);
}
