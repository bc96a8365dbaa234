import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { BadSyntax } from "./bad-syntax.ts";
import { Cursor } from "./cursor.ts";
import { encodeDateTime, readDate, readDateTime } from "./date.ts";

const DAY_MS = 86_400_000;
const cursor = (text: string): Cursor => new Cursor(Buffer.from(text));

test("a date is the days since 1970-01-01", () => {
  assert.equal(readDate(cursor("1-Jan-1970")), 0);
  assert.equal(readDate(cursor('"01-feb-1994"')), Date.UTC(1994, 1, 1) / DAY_MS);
  assert.equal(readDate(cursor("29-FEB-2000")), Date.UTC(2000, 1, 29) / DAY_MS);
  for (const text of [
    "29-Feb-1900",
    "31-Apr-2024",
    "0-Jan-2024",
    "1-Foo-2024",
    "1-Jan-24",
    "1 Jan 2024",
    '"1-Jan-2024',
    "",
    "1-Ja",
  ])
    assert.throws(() => readDate(cursor(text)), BadSyntax, text);
});

test("RFC 9051 section 6.3.12: date and time of the example", () => {
  const read = readDateTime(cursor('"17-Jul-1996 02:44:25 -0700"'));
  assert.deepEqual(read, { epochMs: Date.parse("1996-07-17T02:44:25-07:00"), zoneMinutes: -420 });
  assert.deepEqual(readDateTime(cursor('" 7-jul-1996 02:44:25 +0545"')).zoneMinutes, 345);
  assert.deepEqual(readDateTime(cursor('"7-Jul-1996 02:44:60 -0000"')).epochMs, Date.parse("1996-07-07T02:45:00Z"));
  for (const text of [
    "17-Jul-1996 02:44:25 -0700",
    '"17-Jul-1996 24:44:25 -0700"',
    '"17-Jul-1996 2:44:25 -0700"',
    '"17-Jul-1996 02:44:25 0700"',
    '"17-Jul-1996 02:44:25 -070"',
    '"17-Jul-1996 02:44:25 -0760"',
    '"17-Jul-1996 02:44:25 -0700',
  ])
    assert.throws(() => readDateTime(cursor(text)), BadSyntax, text);
});

test("what is written is read back, to the second", () => {
  assert.equal(encodeDateTime(Date.parse("1996-07-17T02:44:25-07:00"), -420), '"17-Jul-1996 02:44:25 -0700"');
  assert.equal(encodeDateTime(0), '" 1-Jan-1970 00:00:00 +0000"');
  const instant = fc.integer({ min: Date.parse("0001-01-02T00:00:00Z"), max: Date.parse("9999-12-30T00:00:00Z") });
  fc.assert(
    fc.property(instant, fc.integer({ min: -1439, max: 1439 }), (epochMs, zoneMinutes) => {
      const second = Math.floor(epochMs / 1000) * 1000;
      assert.deepEqual(readDateTime(cursor(encodeDateTime(epochMs, zoneMinutes))), { epochMs: second, zoneMinutes });
    }),
    { numRuns: 1000 },
  );
});

test("instants that cannot be written become the nearest that can", () => {
  assert.equal(encodeDateTime(Date.UTC(12_000, 0)), '"31-Dec-9999 23:59:59 +0000"');
  assert.equal(encodeDateTime(-1e15), '" 1-Jan-0000 00:00:00 +0000"');
});
