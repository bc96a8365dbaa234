import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { allowanceOf, type Course, courseOf, datesAhead, type Lapse, lapseStep, type Stage } from "./lapse.ts";
import { subscriptionLengths as lengths } from "./lengths.ts";

const DAY = 86_400_000;
const T0 = Date.parse("2026-06-01T12:00:00Z");
const open: Lapse = { stage: "open", since: T0, warnedAt: undefined };

/** What a step makes of a lapse. */
function after(lapse: Lapse, step: ReturnType<typeof lapseStep>, now: number): Lapse {
  switch (step.kind) {
    case "stay":
      return lapse;
    case "warn":
      return { ...lapse, warnedAt: now };
    case "enter":
      return { stage: step.stage, since: now, warnedAt: undefined };
    case "restore":
      return { stage: "open", since: now, warnedAt: undefined };
  }
}

test("what is paid stays open, and what is paid again is open again, warned or not", () => {
  const good: Course = { kind: "good" };
  assert.deepEqual(lapseStep(good, open, T0, lengths), { kind: "stay" });
  assert.deepEqual(lapseStep(good, { ...open, warnedAt: T0 }, T0, lengths), { kind: "restore" });
  for (const stage of ["not-sending", "reading-only"] as const)
    assert.deepEqual(lapseStep(good, { ...open, stage }, T0, lengths), { kind: "restore" });
  assert.deepEqual(lapseStep(good, { ...open, stage: "closing" }, T0, lengths), { kind: "stay" });
});

test("M2: however seldom and late we look, nobody loses anything that was not announced a week before", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -400, max: 400 }),
      fc.array(fc.integer({ min: 1, max: 60 * DAY }), { minLength: 5, maxLength: 40 }),
      (fromDays, pauses) => {
        const course: Course = { kind: "lapsing", from: T0 + fromDays * DAY };
        const order: readonly Stage[] = ["open", "not-sending", "reading-only", "closing"];
        let lapse = open;
        let now = T0;
        let told: { readonly stage: Stage; readonly at: number } | undefined;
        for (const pause of pauses) {
          now += pause;
          const ahead = datesAhead(course, lapse, now, lengths);
          const step = lapseStep(course, lapse, now, lengths);
          if (step.kind === "warn") {
            assert.ok(step.at >= now + lengths.noticeMs);
            assert.deepEqual(ahead[0], { stage: step.stage, at: step.at }, "all dates say the same");
            told = step;
          }
          if (step.kind === "enter") {
            assert.equal(order.indexOf(step.stage), order.indexOf(lapse.stage) + 1);
            assert.ok(told?.stage === step.stage && now >= told.at);
            assert.ok(now >= course.from);
            if (step.stage === "reading-only") assert.ok(now >= lapse.since + lengths.notSendingMs);
            if (step.stage === "closing") assert.ok(now >= lapse.since + lengths.readingOnlyMs);
          }
          lapse = after(lapse, step, now);
        }
      },
    ),
  );
});

test("a disputed payment stops sending at once and nothing more; a withdrawal leads to reading alone", () => {
  const held: Course = { kind: "held" };
  assert.deepEqual(lapseStep(held, open, T0, lengths), { kind: "enter", stage: "not-sending" });
  const stopped: Lapse = { stage: "not-sending", since: T0, warnedAt: undefined };
  assert.deepEqual(lapseStep(held, stopped, T0 + 1000 * DAY, lengths), { kind: "stay" });
  assert.deepEqual(datesAhead(held, stopped, T0, lengths), []);
  const withdrawn: Course = { kind: "withdrawn" };
  for (const lapse of [open, stopped])
    assert.deepEqual(lapseStep(withdrawn, lapse, T0, lengths), { kind: "enter", stage: "reading-only" });
  const reading: Lapse = { stage: "reading-only", since: T0, warnedAt: undefined };
  assert.deepEqual(lapseStep(withdrawn, reading, T0, lengths), { kind: "stay" });
  assert.deepEqual(datesAhead(withdrawn, reading, T0, lengths), [{ stage: "closing", at: T0 + 30 * DAY }]);
});

test("every standing leads somewhere; a withdrawal counts more than any", () => {
  assert.deepEqual(courseOf({ kind: "paid", until: 1 }, 2, false), { kind: "good" });
  for (const kind of ["ending", "unpaid", "ended"] as const)
    assert.deepEqual(courseOf({ kind, until: 1 }, 2, false), { kind: "lapsing", from: 1 });
  for (const kind of ["refunded", "waiting", "void"] as const)
    assert.deepEqual(courseOf({ kind }, 2, false), { kind: "lapsing", from: 2 });
  assert.deepEqual(courseOf({ kind: "disputed" }, 2, false), { kind: "held" });
  assert.deepEqual(courseOf({ kind: "paid", until: 1 }, 2, true), { kind: "withdrawn" });
});

test("what each stage allows: sending goes first, receiving second, reading last", () => {
  const at = (stage: Stage, days: number) =>
    allowanceOf({ stage, since: T0, warnedAt: undefined }, T0 + days * DAY, lengths);
  assert.deepEqual(at("open", 0), { mayLogIn: true, maySend: true, receives: "yes", alert: undefined });
  assert.deepEqual(at("not-sending", 20), { mayLogIn: true, maySend: false, receives: "yes", alert: undefined });
  const reading = { mayLogIn: true, maySend: false, alert: "reading-only" };
  assert.deepEqual(at("reading-only", 13.9), { ...reading, receives: "later" });
  assert.deepEqual(at("reading-only", 14), { ...reading, receives: "no" });
  assert.deepEqual(at("closing", 0), { mayLogIn: false, maySend: false, receives: "no", alert: undefined });
});
