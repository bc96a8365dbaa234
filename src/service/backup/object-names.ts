/**
 * How objects are called. At the target `pack/`, `part/` and `set/` (docs/backup.md); at the escrow place the private halves
 * `set/ID.age` and `ledger/ID.age`, with the entries of a ledger key under `ledger/ID/`. The id of a set and of a ledger
 * key begins with its time, so that age can be told from a listing alone.
 */
import { randomBytes } from "node:crypto";
import { DAY, HOUR } from "../../host/clock.ts";

const SET_ID = /^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)z-[0-9a-f]{8}$/;
const LEDGER_ID = /^(\d{4}-\d\d-\d\d)-[0-9a-f]{8}$/;

/** Nothing of a person outlives this (promise D2). */
export const LONGEST_HOURS = 240;

/** `20260301t033000z-1a2b3c4d` */
export function newSetId(now: number): string {
  const time = new Date(now)
    .toISOString()
    .replace(/\.\d+Z$/, "z")
    .replaceAll(/[-:]/g, "")
    .toLowerCase();
  return `${time}-${randomBytes(4).toString("hex")}`;
}

/** When the set was begun, epoch milliseconds; `undefined` for what is no id of a set. */
export function setTime(id: string): number | undefined {
  const found = SET_ID.exec(id);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second] = found;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * When a set that was begun at `madeAt` must be unreadable: after its hours, and never after the ledger of its first day,
 * without which a restore could bring back what was deleted since.
 */
export function setEnd(madeAt: number, hours: number): number {
  return Math.min(madeAt + hours * HOUR, ledgerEnd(madeAt));
}

/** When the ledger of the UTC day of `at` must be unreadable: its oldest entry is then 240 hours old. */
export function ledgerEnd(at: number): number {
  return Math.floor(at / DAY) * DAY + LONGEST_HOURS * HOUR;
}

/** `2026-03-01-1a2b3c4d` */
export function newLedgerId(now: number): string {
  return `${new Date(now).toISOString().slice(0, 10)}-${randomBytes(4).toString("hex")}`;
}

/** The start of a ledger key's day; `undefined` for what is no id of one. */
export function ledgerTime(id: string): number | undefined {
  const day = LEDGER_ID.exec(id)?.[1];
  const time = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** A pack's or a part's: 32 hexadecimal digits, random. */
export const newObjectId = (): string => randomBytes(16).toString("hex");

export const packName = (pack: string): string => `pack/${pack.slice(0, 2)}/${pack}`;
export const partName = (part: string, n: number): string => `part/${part.slice(0, 2)}/${part}.${n}`;
export const setFolder = (set: string): string => `set/${set}/`;
export const setHead = (set: string): string => `${setFolder(set)}head`;
export const setBody = (set: string, n: number): string => `${setFolder(set)}body.${n}`;
export const setNames = (set: string, n: number): string => `${setFolder(set)}names.${n}`;
/** At the escrow place, as all below. */
export const setKeyName = (set: string): string => `set/${set}.age`;
export const ledgerKeyName = (id: string): string => `ledger/${id}.age`;
export const ledgerFolder = (id: string): string => `ledger/${id}/`;

/** The id of the set, or of the ledger key, that an object of `set/` or `ledger/` belongs to. */
export const ownerOf = (name: string): string => /^(?:set|ledger)\/([^/]+?)(?:\.age|\/.*)?$/.exec(name)?.[1] ?? "";
