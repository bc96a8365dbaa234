import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf, firstAttemptAt, forgetBefore, nextAttemptAt } from "./times.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const day = Date.parse("2026-06-01");
const midnight = day + DAY;

test("a day begins at midnight, UTC", () => {
  assert.equal(dayOf(midnight - 1), day);
  assert.equal(dayOf(midnight), midnight);
});

test("RFC 8460 section 4.1: a report goes at some moment of the four hours after midnight", () => {
  assert.equal(firstAttemptAt(day, midnight, 0), midnight + 5 * MINUTE);
  assert.equal(firstAttemptAt(day, midnight, 0.5), midnight + 5 * MINUTE + (235 / 2) * MINUTE);
  assert.ok(firstAttemptAt(day, midnight, 0.999_999) < midnight + 4 * HOUR);
  assert.equal(firstAttemptAt(day, midnight + 3 * HOUR, 0.5), midnight + 3.5 * HOUR);
  assert.equal(firstAttemptAt(day, midnight + 5 * HOUR, 0.5), midnight + 5 * HOUR, "late, and so at once");
});

test("RFC 8460 section 5.5: attempts come with growing pauses, for 24 hours", () => {
  const pauses: number[] = [];
  let now = 0;
  for (let attempts = 1; ; attempts++) {
    const at = nextAttemptAt(0, attempts, now);
    if (at === undefined) break;
    pauses.push((at - now) / MINUTE);
    now = at;
  }
  assert.deepEqual(pauses, [15, 30, 60, 120, 240, 360, 360]);
  assert.ok(now <= DAY);
  assert.equal(nextAttemptAt(0, 5000, 0), 6 * HOUR);
});

test("D2: a day is forgotten when no attempt can come any more, before it is three days old", () => {
  const lastAttempt = midnight + 4 * HOUR + DAY;
  assert.ok(forgetBefore(lastAttempt) <= day);
  assert.ok(forgetBefore(day + 2.5 * DAY) > day);
});
