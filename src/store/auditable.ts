/** How the audit of retention looks into a database: which tables there are, and how old the oldest row of one is. */
import type { AccountId } from "./ids.ts";

export type RowTimes = {
  readonly table: string;
  /** A column of epoch milliseconds, or of days or minutes since 1970 as `unit` says. */
  readonly since: string;
  readonly unit?: "days" | "minutes";
  /** Only rows where this column holds something count. */
  readonly having?: string;
};

export interface Auditable {
  /** As the registry of the audit names it: `system.db`. */
  readonly name: string;
  tables(): Promise<readonly string[]>;
  /** Epoch milliseconds; `undefined` when no row has a time. */
  oldest(rows: RowTimes): Promise<number | undefined>;
}

/** `tables` is valid until the next account is asked for; `undefined`: the file does not open. */
export type AuditableAccount = { readonly account: AccountId; readonly tables: Auditable | undefined };
