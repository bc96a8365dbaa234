/** Calls what is due each night, just after midnight UTC, which is when the days of the logs begin. */
import { type Clock, DAY, HOUR } from "../clock.ts";

/** Timers sleep with the machine: look again each hour, so that a night is at most an hour late. */
const LOOK_MS = HOUR;

/** Calls `work` with the date that has begun, `YYYY-MM-DD`, once a night until disposed. */
export function eachNight(clock: Clock, work: (date: string) => void): Disposable {
  let day = Math.floor(clock.now() / DAY);
  let timer: Disposable;
  const sleep = (): void => {
    timer = clock.after(Math.min(LOOK_MS, (day + 1) * DAY - clock.now()), look);
  };
  const look = (): void => {
    const today = Math.floor(clock.now() / DAY);
    if (today > day) {
      day = today;
      work(dateOf(today * DAY));
    }
    sleep();
  };
  sleep();
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

/** The day of a time in UTC, `YYYY-MM-DD`. */
export const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
