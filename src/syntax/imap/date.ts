/**
 * Dates of RFC 9051 section 9: `date` of SEARCH, `date-time` of APPEND and INTERNALDATE. Days are counted from
 * 1970-01-01 by the Gregorian rule; years have four digits.
 */
import type { Cursor } from "./cursor.ts";
import { latin1 } from "../bytes/latin1.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Days from 1970-01-01 to a date; a year is taken to begin in March, so that the leap day is its last. */
function dayNumber(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return (
    shifted * 365 + Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400) + ofYear - 719_468
  );
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function lengthOfMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Reads exactly `count` digits. */
function digits(cursor: Cursor, count: number, what: string): number {
  const start = cursor.at;
  const value = cursor.number(what);
  return cursor.at - start === count ? value : cursor.fail(`Expected ${what} in ${count} digits.`);
}

/** Reads `17-Jul-1996`, the day in one or two digits. */
function readDay(cursor: Cursor): number {
  const day = cursor.number("the day of a date such as 17-Jul-1996", 31);
  cursor.expect("-", "after the day of a date");
  const name = cursor.octets.subarray(cursor.at, cursor.at + 3);
  const month = MONTHS.findIndex((each) => latin1(name).toLowerCase() === each.toLowerCase());
  if (month < 0) cursor.fail("Expected the English month of a date in three letters.");
  cursor.at += 3;
  cursor.expect("-", "after the month of a date");
  const year = digits(cursor, 4, "the year of a date");
  if (day < 1 || day > lengthOfMonth(year, month + 1)) cursor.fail("Expected a day that the month has.");
  return dayNumber(year, month + 1, day);
}

/** Reads `date`, bare or quoted: the days since 1970-01-01. */
export function readDate(cursor: Cursor): number {
  const isQuoted = cursor.takes('"');
  const day = readDay(cursor);
  if (isQuoted) cursor.expect('"', "after a date");
  return day;
}

function limited(cursor: Cursor, highest: number, what: string): number {
  const value = digits(cursor, 2, what);
  return value <= highest ? value : cursor.fail(`Expected ${what} of at most ${highest}.`);
}

/** Reads `date-time`: `" 7-Jul-1996 02:44:25 -0700"` with its quotes. A second 60 is the next minute's first. */
export function readDateTime(cursor: Cursor): { readonly epochMs: number; readonly zoneMinutes: number } {
  cursor.expect('"', "before a date and time");
  cursor.takes(" ");
  const day = readDay(cursor);
  cursor.space("between date and time");
  const hour = limited(cursor, 23, "the hour of a time");
  cursor.expect(":", "after the hour of a time");
  const minute = limited(cursor, 59, "the minute of a time");
  cursor.expect(":", "after the minute of a time");
  const second = limited(cursor, 60, "the second of a time");
  cursor.space("between time and zone");
  const isWest = cursor.sees("-");
  if (!isWest && !cursor.sees("+")) cursor.fail("Expected a zone such as -0700.");
  cursor.at++;
  const zone = digits(cursor, 4, "the zone of a time");
  if (zone % 100 > 59 || zone > 2359) cursor.fail("Expected a zone of at most 23 hours and 59 minutes.");
  cursor.expect('"', "after a date and time");
  const offset = Math.floor(zone / 100) * 60 + (zone % 100);
  const zoneMinutes = isWest ? -offset : offset;
  const epochMs = day * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 - zoneMinutes * MINUTE_MS;
  return { epochMs, zoneMinutes: zoneMinutes === 0 ? 0 : zoneMinutes };
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

/**
 * Writes INTERNALDATE with its quotes: `"17-Jul-1996 02:44:25 -0700"`. Instants outside the years 0 to 9999 become the
 * nearest that can be written.
 */
export function encodeDateTime(epochMs: number, zoneMinutes = 0): string {
  const local = Math.min(Math.max(epochMs + zoneMinutes * MINUTE_MS, FIRST_MS), LAST_MS);
  const days = Math.floor(local / DAY_MS);
  const seconds = Math.floor((local - days * DAY_MS) / 1000);
  const zone = Math.abs(zoneMinutes);
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `"${dateText(days)} ${clock} ${zoneMinutes < 0 ? "-" : "+"}${two(Math.floor(zone / 60))}${two(zone % 60)}"`;
}

const FIRST_MS = dayNumber(0, 1, 1) * DAY_MS;
const LAST_MS = dayNumber(10_000, 1, 1) * DAY_MS - 1000;

/** `date-text` with the day in two places, the first a space when it would be 0. */
function dateText(days: number): string {
  const sinceMarch = days + 719_468;
  const era = Math.floor(sinceMarch / 146_097);
  const ofEra = sinceMarch - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${day < 10 ? ` ${day}` : day}-${MONTHS[month - 1] as string}-${String(year).padStart(4, "0")}`;
}
