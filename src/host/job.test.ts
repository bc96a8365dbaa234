import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../test/world/fake-clock.ts";
import { DAY, HOUR, MINUTE } from "./clock.ts";
import { dailyAt, every, type Job, runJob } from "./job.ts";

const START = "2026-03-01T12:00:00Z";

/** Runs a job and notes the hours at which it ran. */
function run(next: Job["next"], first: "at once" | "in time", work: () => Promise<void> = async () => {}) {
  const clock = new FakeClock(START);
  const stop = new AbortController();
  const ran: number[] = [];
  const failed: unknown[] = [];
  const job: Job = {
    next,
    failed: (error) => failed.push(error),
    async work() {
      ran.push((clock.now() - Date.parse(START)) / HOUR);
      await work();
    },
  };
  const ended = runJob(clock, job, stop.signal, first);
  return { clock, stop, ran, failed, ended };
}

test("a job comes round at its time of day, or each so often, and at once when asked", async () => {
  const daily = run(dailyAt(3 * 60 + 30), "in time");
  await daily.clock.advance(2 * DAY);
  assert.deepEqual(daily.ran, [15.5, 39.5]);
  const often = run(every(40 * MINUTE), "at once");
  await often.clock.advance(0);
  await often.clock.advance(2 * HOUR);
  assert.deepEqual(
    often.ran.map((hour) => Math.round(hour * 60)),
    [0, 40, 80, 120],
  );
});

test("a run that fails is reported and comes round again", async () => {
  const job = run(every(HOUR), "at once", () => Promise.reject(new Error("the place does not answer")));
  await job.clock.advance(0);
  await job.clock.advance(2 * HOUR);
  assert.equal(job.ran.length, 3);
  assert.equal(job.failed.length, 3);
});

test("one run at a time: what falls due meanwhile is run once afterwards", async () => {
  let release = (): void => {};
  const job = run(every(HOUR), "at once", () => new Promise((resolve) => void (release = resolve)));
  await job.clock.advance(5 * HOUR);
  assert.equal(job.ran.length, 1);
  release();
  await job.clock.advance(1);
  assert.equal(job.ran.length, 2);
});

test("a stop ends the pause at once and waits for the run", async () => {
  const idle = run(every(HOUR), "in time");
  idle.stop.abort();
  await idle.ended;
  assert.deepEqual(idle.ran, []);
  let release = (): void => {};
  const busy = run(every(HOUR), "at once", () => new Promise((resolve) => void (release = resolve)));
  await busy.clock.advance(1);
  busy.stop.abort();
  release();
  await busy.ended;
  assert.equal(busy.ran.length, 1);
});
