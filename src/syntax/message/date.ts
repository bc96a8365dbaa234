/**
 * The date of a Date field (RFC 5322 section 3.3) with obsolete forms (RFC 5322 section 4.3) and common slips: no
 * weekday, no seconds, no zone, two-digit years, comments, the order of ctime. Never fails.
 */

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
/** Hours; RFC 5322 section 4.3 gives these and tells to read all other names as UTC. */
const ZONES: Readonly<Record<string, number>> = {
  edt: -4,
  est: -5,
  cdt: -5,
  cst: -6,
  mdt: -6,
  mst: -7,
  pdt: -7,
  pst: -8,
};
/** A date is short: beyond it nothing is looked at. */
const MAX_LENGTH = 128;
const MINUTE_MS = 60_000;

const TIME = "(\\d{1,2})[:.](\\d{1,2})(?:[:.](\\d{1,2})(?:[.,]\\d{1,9})?)?";
const RFC = new RegExp(
  `^(?:[a-z]{1,12}[., ]{0,3})?(\\d{1,2})[ -]?([a-z]{3,12})[., -]{0,2}(\\d{2,5}),? ${TIME}(?: ?(?:gmt|utc|ut)?([+-]\\d{3,4})(?!\\d)| ?([a-z]{1,5})?)`,
);
const CTIME = new RegExp(`^[a-z]{3,12},? ([a-z]{3,12}) (\\d{1,2}),? ${TIME}(?: ([a-z]{1,5}|[+-]\\d{4}))? (\\d{4})`);

export type ZonedDate = {
  /** Epoch milliseconds. */
  readonly epochMs: number;
  /** Minutes east of UTC; 0 when none or an unknown one was given. */
  readonly zoneMinutes: number;
};

/** Reads a Date field's value; undefined when it is no date. */
export function readDate(value: string): ZonedDate | undefined {
  const text = normalize(value.slice(0, MAX_LENGTH));
  const rfc = RFC.exec(text);
  if (rfc !== null) {
    const [, day, month, year, hour, minute, second, offset, zone] = rfc;
    return instant(year, month, day, hour, minute, second, offset ?? zone);
  }
  const ctime = CTIME.exec(text);
  if (ctime === null) return undefined;
  const [, month, day, hour, minute, second, zone, year] = ctime;
  return instant(year, month, day, hour, minute, second, zone);
}

function normalize(value: string): string {
  let text = value.toLowerCase();
  for (let depth = 0; depth < 3 && text.includes("("); depth++) text = text.replace(/\([^()]*\)/g, " ");
  return text
    .replace(/[\t ]+/g, " ")
    .replace(/ ?([:,]) ?/g, (_, sign: string) => (sign === "," ? ", " : sign))
    .trim();
}

function instant(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
  zone: string | undefined,
): ZonedDate | undefined {
  const monthIndex = MONTHS.indexOf((month ?? "").slice(0, 3));
  const dayNumber = Number(day);
  const fullYear = readYear(year ?? "");
  const outOfRange = Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60;
  if (monthIndex < 0 || dayNumber < 1 || dayNumber > 31 || fullYear > 9999 || outOfRange) return undefined;
  const local = Date.UTC(fullYear, monthIndex, dayNumber, Number(hour), Number(minute), Number(second ?? 0));
  const zoneMinutes = readZone(zone);
  return { epochMs: local - zoneMinutes * MINUTE_MS, zoneMinutes };
}

/** RFC 5322 section 4.3: two digits below 50 are of this century, other short ones count from 1900. */
function readYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 2 && year < 50) return 2000 + year;
  return digits.length < 4 ? 1900 + year : year;
}

/** Minutes east of UTC; 0 for what is unknown. */
function readZone(zone: string | undefined): number {
  if (zone === undefined) return 0;
  if (!/^[+-]/.test(zone)) return (ZONES[zone] ?? 0) * 60;
  const digits = zone.slice(1).padStart(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith("-") ? -minutes : minutes;
}
