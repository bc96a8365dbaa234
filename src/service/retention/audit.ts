/**
 * The audit of retention (promise D2): every file, table and object class with its limit and the age of its oldest item.
 * Green says that everything that rests is known and within its limit. Reads names, times and counts; changes nothing.
 */
import { DAY } from "../../host/clock.ts";
import type { Auditable, AuditableAccount } from "../../store/auditable.ts";
import type { AccountId } from "../../store/ids.ts";
import type { ObjectPlace } from "../backup/place.ts";
import { auditHome, auditPlace } from "./audit-names.ts";
import { auditAccounts, auditDatabases } from "./audit-tables.ts";
import type { DatabaseClass, NamedClass } from "./classified.ts";
import type { AuditRow } from "./found.ts";
import type { PlaceKind } from "./registry/places.ts";

export type RetentionAudit = {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly rows: readonly AuditRow[];
  /** What nobody knows, by name; only for the operator's eyes. */
  readonly unknown: readonly string[];
  /** Account files that were looked into, of how many. */
  readonly accounts: { readonly looked: number; readonly of: number };
  /** Sentences that name no file, no account and nothing personal; empty is green. */
  readonly findings: readonly string[];
};

export type AuditedHome = {
  readonly home: string;
  readonly files: readonly NamedClass[];
  readonly tables: readonly DatabaseClass[];
  /** The form of account files; its name is that of `tables`. */
  readonly accountTables: DatabaseClass;
  readonly databases: readonly Auditable[];
  /** Accounts that have a record. */
  readonly accounts: () => Promise<readonly AccountId[]>;
  readonly accountFiles: (accounts: readonly AccountId[]) => AsyncIterable<AuditableAccount>;
  readonly places: readonly AuditedPlace[];
  /** Account files to look into in one audit; the rest comes in the nights that follow. */
  readonly accountsAtOnce: number;
};

export type AuditedPlace = {
  readonly kind: PlaceKind;
  readonly place: ObjectPlace;
  /** Its folder below HOME, where it is there. */
  readonly folder: string | undefined;
};

export async function auditRetention(audited: AuditedHome, now: number): Promise<RetentionAudit> {
  const accounts = await audited.accounts();
  const judging = { now, accounts: new Set<string>(accounts) };
  const folders = audited.places.flatMap(({ folder }) => (folder === undefined ? [] : [folder]));
  const parts = [await auditHome(audited.home, audited.files, judging, folders)];
  parts.push(await auditDatabases(audited.tables, audited.databases, now));
  const share = shareOf(accounts, audited.accountsAtOnce, now);
  const files = await auditAccounts(audited.accountTables, audited.accountFiles(share), now);
  parts.push(files);
  for (const { kind, place } of audited.places) parts.push(await auditPlace(kind, place, judging));
  const rows = parts.flatMap((part) => part.rows);
  const unknown = parts.flatMap((part) => part.unknown);
  const findings = rows.flatMap(({ where, what, red }) => red.map((why) => `${where}: ${what}: ${why}`));
  if (files.shut > 0) findings.push(`account files: ${files.shut} do not open`);
  if (unknown.length > 0) findings.push(`${unknown.length} files, tables or objects that no row of the registry knows`);
  return { at: now, rows, unknown, accounts: { looked: files.looked, of: accounts.length }, findings };
}

/** Another part each day, so that each account has its turn. */
function shareOf(accounts: readonly AccountId[], atOnce: number, now: number): readonly AccountId[] {
  if (accounts.length <= atOnce) return accounts;
  const sorted = accounts.toSorted();
  const from = (Math.floor(now / DAY) * atOnce) % sorted.length;
  return [...sorted, ...sorted].slice(from, from + atOnce);
}
