import assert from "node:assert/strict";
import test from "node:test";
import { DAY, HOUR, MINUTE } from "../clock.ts";
import { eachNight } from "./night.ts";

/** A clock whose one timer fires when time is moved over it. */
function movable(start: number): {
  readonly clock: Parameters<typeof eachNight>[0];
  readonly move: (ms: number) => void;
} {
  let now = start;
  let timer: { at: number; call: () => void } | undefined;
  return {
    clock: {
      now: () => now,
      steady: () => now,
      after(delayMs, call) {
        const own = { at: now + delayMs, call };
        timer = own;
        return {
          [Symbol.dispose]() {
            if (timer === own) timer = undefined;
          },
        };
      },
    },
    move(ms) {
      now += ms;
      while (timer !== undefined && timer.at <= now) {
        const { call } = timer;
        timer = undefined;
        call();
      }
    },
  };
}

test("the work is done once for each day that begins, also when the machine slept over midnight", () => {
  const { clock, move } = movable(Date.UTC(2026, 0, 1, 22));
  const dates: string[] = [];
  using night = eachNight(clock, (date) => dates.push(date));
  assert.ok(night);
  move(HOUR);
  move(59 * MINUTE);
  assert.deepEqual(dates, []);
  move(MINUTE);
  assert.deepEqual(dates, ["2026-01-02"]);
  for (let hours = 0; hours < 24; hours++) move(HOUR);
  move(2 * DAY);
  assert.deepEqual(dates, ["2026-01-02", "2026-01-03", "2026-01-05"]);
});
