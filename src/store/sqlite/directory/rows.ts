/** Rows of `system.db` as the values of the directory. */
import {
  type Account,
  type AccountState,
  type AppPassword,
  type Language,
  NO_PREFERENCES,
  type Preferences,
} from "../../directory.ts";
import { accountId } from "../../ids.ts";

/** What an account is made of, in the order in which it is written. */
export const OWN_COLUMNS = "id, primary_address, state, language, quota_bytes, created_at, password_hash";
/** What is read of one. */
export const ACCOUNT_COLUMNS: string = `${OWN_COLUMNS},
  EXISTS (SELECT 1 FROM second_step WHERE second_step.account = account.id) AS second_step`;

export type AccountRow = {
  readonly id: string;
  readonly primary_address: string;
  readonly state: AccountState;
  readonly language: Language;
  readonly quota_bytes: number;
  readonly created_at: number;
  readonly password_hash: string;
  readonly second_step: 0 | 1;
};

export function accountOf(row: AccountRow): Account {
  return {
    id: accountId(row.id),
    primary: row.primary_address,
    state: row.state,
    language: row.language,
    quotaBytes: row.quota_bytes,
    createdAt: row.created_at,
    passwordHash: row.password_hash,
    ...(row.second_step === 1 && { secondStep: true }),
  };
}

export type AppPasswordRow = {
  readonly account: string;
  readonly id: string;
  readonly label: string;
  readonly created_at: number;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly stored_key: Uint8Array;
  readonly server_key: Uint8Array;
};

export function appPasswordOf(row: AppPasswordRow): AppPassword {
  return {
    id: row.id,
    account: accountId(row.account),
    label: row.label,
    createdAt: row.created_at,
    scram: {
      salt: row.salt,
      iterations: row.iterations,
      storedKey: row.stored_key,
      serverKey: row.server_key,
    },
  };
}

export type PreferenceRow = {
  readonly empty_junk_days: number | null;
  readonly empty_trash_days: number | null;
  readonly learns: 0 | 1;
};

/** @param row undefined: nothing was ever said. */
export function preferencesOf(row: PreferenceRow | undefined, forwarders: readonly string[]): Preferences {
  if (row === undefined) return NO_PREFERENCES;
  const { empty_junk_days: junk, empty_trash_days: trash } = row;
  return { emptyJunkDays: junk ?? undefined, emptyTrashDays: trash ?? undefined, forwarders, learns: row.learns === 1 };
}
