/**
 * How the registry of the audit describes what rests: every class of file, table and object has one row, which says what it
 * is, which promise allows it, how long it may rest and how its age is found. What has no row is a finding.
 */

export type Limit =
  /** Nothing is older. */
  | { readonly kind: "hours"; readonly hours: number }
  /** Rests as long as what it belongs to, and goes with it. */
  | { readonly kind: "lives"; readonly as: string }
  /** Kept for years: sums in which nobody can be found (promise L4), or public facts about nobody. */
  | { readonly kind: "years"; readonly why: string };

type Description = { readonly what: string; readonly promise: string; readonly limit: Limit };

/**
 * `name` is matched whole: of a file its path below HOME, of an object its name. Groups of the pattern: `day` (YYYY-MM-DD)
 * and `time` (YYYYMMDDtHHMMSSz) are its age, otherwise that is when it was written; `account` must be the id of an account.
 */
export type NamedClass = Description & { readonly name: RegExp };

/** `since`: a column of epoch milliseconds, or of days or minutes since 1970 as `unit` says. `having`: only rows count where this column holds something. */
export type TableClass = Description & {
  readonly table: string;
  readonly since?: string;
  readonly unit?: "days" | "minutes";
  readonly having?: string;
};

/** The tables of one database, which the audit knows by this name. */
export type DatabaseClass = { readonly name: string; readonly tables: readonly TableClass[] };

export const hours = (count: number): Limit => ({ kind: "hours", hours: count });
export const livesAs = (as: string): Limit => ({ kind: "lives", as });
export const forYears = (why: string): Limit => ({ kind: "years", why });

/** Promise D2: nothing else outlives ten days. */
export const TEN_DAYS = 240;

export function limitText(limit: Limit): string {
  if (limit.kind === "hours") return limit.hours % 24 === 0 ? `${limit.hours / 24} d` : `${limit.hours} h`;
  return limit.kind === "lives" ? limit.as : "years";
}
