/**
 * Ends a change of an account's key that a crash broke off: finds out which of the two keys opens the file, makes it the
 * only one, and destroys the other. Whoever opens the account next does it, in any process.
 */
import { APPLICATION, openDatabase } from "../database.ts";
import type { ChangingKeys } from "../../crypt/account-keys.ts";
import type { AccountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import type { MailLimits } from "../mail/limits.ts";
import { type AccountPlace, accountPath, openAccountFile } from "../mail/open-account.ts";
import { mailMigrations } from "../mail/schema.ts";
import { backToLog, takeAlone } from "./key-change.ts";

export type Settling = { readonly place: AccountPlace; readonly limits: MailLimits; readonly now: number };

/**
 * Does nothing when no change is under way.
 * @throws StoreError "busy" while somebody carries one out, or has the file open.
 */
export function settleKey({ place, limits, now }: Settling, account: AccountId): void {
  const { changing } = place.keys;
  if (changing?.next(account) === undefined) return;
  try {
    // The old key first: should the journal of a broken rewriting be there, it is rolled back with it.
    const { handle } = openAccountFile(place, account, limits, now);
    try {
      takeAlone(handle.db);
      backToLog(handle.db);
      changing.drop(account);
    } finally {
      handle.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "key") throw error;
    finish(place, changing, account);
  }
}

/** The old key opens the file no more: the new one does, or the file is damaged. */
function finish(place: AccountPlace, changing: ChangingKeys, account: AccountId): void {
  const key = changing.next(account);
  // Somebody else was faster.
  if (key === undefined) return;
  const db = openDatabase({
    path: accountPath(place.folder, account),
    key,
    applicationId: APPLICATION.mail,
    migrations: mailMigrations,
    synchronous: "full",
  });
  try {
    takeAlone(db);
    backToLog(db);
    changing.promote(account);
  } finally {
    db.close();
  }
}
