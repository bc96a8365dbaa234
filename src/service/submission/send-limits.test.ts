import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import { allowance, countsSince, minuteOf, type SendLimits } from "./send-limits.ts";

const limits: SendLimits = { messagesAMinute: 2, recipientsAnHour: 10, recipientsADay: 20, firstsADay: 5 };
const T0 = Date.parse("2026-06-01T12:00:00Z");
const M0 = minuteOf(T0);
const one = { messages: 1, recipients: 1, firsts: 0 };
const sent = (minute: number, messages: number, recipients = messages, firsts = 0) =>
  ({ minute: M0 + minute, messages, recipients, firsts }) as const;

test("F4: each limit says when there is room again, and the one that lasts longest is told", () => {
  assert.deepEqual(allowance([], one, limits, T0), { kind: "allowed" });
  assert.deepEqual(allowance([sent(0, 2)], one, limits, T0 + 5), {
    kind: "limited",
    limit: "messagesAMinute",
    againAt: T0 + MINUTE,
  });
  assert.deepEqual(allowance([sent(0, 2)], one, limits, T0 + MINUTE), { kind: "allowed" });
  assert.deepEqual(allowance([sent(-30, 1, 6), sent(-10, 1, 4)], one, limits, T0), {
    kind: "limited",
    limit: "recipientsAnHour",
    againAt: T0 + 30 * MINUTE,
  });
  assert.deepEqual(allowance([sent(-600, 1, 10), sent(-300, 1, 10), sent(0, 2, 0)], one, limits, T0), {
    kind: "limited",
    limit: "recipientsADay",
    againAt: T0 - 600 * MINUTE + DAY,
  });
  const stranger = { messages: 1, recipients: 1, firsts: 1 };
  assert.deepEqual(allowance([sent(-61, 1, 5, 5)], stranger, limits, T0), {
    kind: "limited",
    limit: "firstsADay",
    againAt: T0 - 61 * MINUTE + DAY,
  });
  assert.deepEqual(allowance([sent(-61, 1, 5, 5)], one, limits, T0), { kind: "allowed" }, "who is known is written to");
  assert.deepEqual(allowance([], { messages: 1, recipients: 11, firsts: 0 }, limits, T0), {
    kind: "limited",
    limit: "recipientsAnHour",
    againAt: undefined,
  });
});

test("F4: at the time told there is room, and not a millisecond earlier; windows are never exceeded", () => {
  const row = fc.record({ minute: fc.integer({ min: -1500, max: 0 }), recipients: fc.nat(9), firsts: fc.nat(3) });
  fc.assert(
    fc.property(
      fc.uniqueArray(row, { selector: ({ minute }) => minute, maxLength: 12 }),
      fc.nat(59_999),
      (rows, ms) => {
        const now = T0 + ms;
        const minutes = rows
          .map(({ minute, recipients, firsts }) => ({ minute: M0 + minute, messages: 1, recipients, firsts }))
          .toSorted((a, b) => a.minute - b.minute)
          .filter(({ minute }) => minute >= countsSince(now));
        const wanted = { messages: 1, recipients: 3, firsts: 1 };
        const found = allowance(minutes, wanted, limits, now);
        const within = (ms: number): number =>
          minutes
            .filter(({ minute }) => minute > minuteOf(now) - ms / MINUTE)
            .reduce((sum, { recipients }) => sum + recipients, 0);
        if (found.kind === "allowed") assert.ok(within(HOUR) + 3 <= 10 && within(DAY) + 3 <= 20);
        else {
          const { againAt = assert.fail() } = found;
          assert.ok(againAt > now);
          assert.equal(allowance(minutes, wanted, limits, againAt).kind, "allowed");
          assert.equal(allowance(minutes, wanted, limits, againAt - 1).kind, "limited");
        }
      },
    ),
  );
});
