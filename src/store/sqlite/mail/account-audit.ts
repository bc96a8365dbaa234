/** Lends account files to the audit of retention, one after another, each open only while it is looked at. */
import type { Clock } from "../../../host/clock.ts";
import type { AuditableAccount } from "../../auditable.ts";
import type { AccountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import { auditableOf } from "../auditable.ts";
import { storeError } from "../sqlite-error.ts";
import { mailLimits } from "./limits.ts";
import { type AccountPlace, openAccountFile } from "./open-account.ts";
import { Patience, turn } from "./waiting.ts";

/** Each one given is closed when the next is asked for. */
export async function* auditableAccounts(
  place: AccountPlace,
  clock: Clock,
  accounts: readonly AccountId[],
): AsyncGenerator<AuditableAccount> {
  for (const account of accounts) {
    await turn();
    try {
      const { handle } = await openPatiently(place, clock, account);
      try {
        yield { account, tables: auditableOf("account files", (work) => work(handle.db)) };
      } finally {
        handle.close();
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // Deleted since the list was made.
      if (error.code !== "no-account") yield { account, tables: undefined };
    }
  }
}

async function openPatiently(
  place: AccountPlace,
  clock: Clock,
  account: AccountId,
): Promise<ReturnType<typeof openAccountFile>> {
  const patience = new Patience(clock, mailLimits.lockMs);
  for (;;) {
    try {
      return openAccountFile(place, account, mailLimits, clock.now());
    } catch (error) {
      await patience.after(storeError(error, "Auditing an account"));
    }
  }
}
