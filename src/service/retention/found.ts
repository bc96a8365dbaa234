/** Gathers what the audit found of one class, and judges it: how many, how old the oldest, and whether that is within the limit. */
import { DAY, HOUR } from "../../host/clock.ts";
import { type Limit, limitText, type NamedClass } from "./classified.ts";

export type AuditRow = {
  /** Where: `home`, a database, `target` or `escrow`. */
  readonly where: string;
  readonly what: string;
  readonly promise: string;
  /** For people. */
  readonly limit: string;
  /** How many were found; `undefined` where nobody counted. */
  readonly found: number | undefined;
  /** Epoch milliseconds; `undefined` where there is none, or its age does not matter. */
  readonly oldestAt: number | undefined;
  /** Why it is red, as sentences without names; empty is green. */
  readonly red: readonly string[];
};

/** Something of a name: a file below HOME or an object at a place. */
export type Named = { readonly name: string; readonly writtenAt: () => Promise<number> };

export type Judging = {
  readonly now: number;
  /** Accounts with a record. */
  readonly accounts: ReadonlySet<string>;
};

/** A clock that was wrong, or an owner that is just being made. */
const FUTURE_MS = 2 * DAY;
const NEW_MS = HOUR;

export class ClassOfNames {
  readonly #class: NamedClass;
  readonly #pattern: RegExp;
  #found = 0;
  #oldestAt: number | undefined;
  #future = 0;
  #strays = 0;

  constructor(described: NamedClass) {
    this.#class = described;
    this.#pattern = new RegExp(`^(?:${described.name.source})$`);
  }

  /** Takes it when it is of this class. */
  async take({ name, writtenAt }: Named, { now, accounts }: Judging): Promise<boolean> {
    const found = this.#pattern.exec(name);
    if (found === null) return false;
    this.#found += 1;
    const { account } = found.groups ?? {};
    if (account !== undefined && !accounts.has(account) && now - (await writtenAt()) > NEW_MS) this.#strays += 1;
    if (this.#class.limit.kind !== "hours") return true;
    const at = timeIn(found.groups) ?? (await writtenAt());
    if (at - now > FUTURE_MS) this.#future += 1;
    this.#oldestAt = Math.min(this.#oldestAt ?? Infinity, at);
    return true;
  }

  row(where: string, now: number): AuditRow {
    const { what, promise, limit } = this.#class;
    const red = tooOld(limit, this.#oldestAt, now);
    if (this.#future > 0) red.push(`${this.#future} are of the future: was the clock wrong?`);
    if (this.#strays > 0) red.push(`${this.#strays} belong to no account`);
    return { where, what, promise, limit: limitText(limit), found: this.#found, oldestAt: this.#oldestAt, red };
  }
}

/** A sentence when the oldest is beyond the limit. */
export function tooOld(limit: Limit, oldestAt: number | undefined, now: number): string[] {
  if (limit.kind !== "hours" || oldestAt === undefined) return [];
  const ageHours = (now - oldestAt) / HOUR;
  return ageHours > limit.hours ? [`the oldest is ${Math.floor(ageHours)} h old, the limit is ${limit.hours} h`] : [];
}

function timeIn(groups: Readonly<Record<string, string | undefined>> | undefined): number | undefined {
  const { day, time } = groups ?? {};
  if (day !== undefined) return Date.parse(`${day}T00:00:00Z`);
  const parts = /^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)z$/.exec(time ?? "");
  if (parts === null) return undefined;
  const [, year, month, date, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`);
}
