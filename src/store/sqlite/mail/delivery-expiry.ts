/**
 * Drops what deliveries leave behind when its time is over, in accounts that nobody uses too (promise D2): ids of
 * deliveries and fingerprints; and has erased what a worker that died had begun to store. A pass opens only accounts in which something may be due: new rows fall due after a fixed
 * time, so a look tells when the next is needed, and an account is opened once in some days rather than each night.
 */
import { type Clock, DAY } from "../../../host/clock.ts";
import type { AccountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import { isBusy, storeError } from "../sqlite-error.ts";
import { forgetOld } from "./deliveries.ts";
import { truncate } from "./eraser.ts";
import type { Handle } from "./handle.ts";
import { type MailLimits, mailLimits } from "./limits.ts";
import { type AccountPlace, openAccountFile } from "./open-account.ts";
import { Patience, turn } from "./waiting.ts";

export type DeliveryExpiryOptions = {
  readonly place: AccountPlace;
  readonly clock: Clock;
  /** The accounts that have a file. */
  readonly accounts: () => Promise<readonly AccountId[]>;
  /** Called when something waits to be erased in an account: of a worker that died, say. */
  readonly doomed?: (account: AccountId) => void;
  /** Called when the holder of an account has not been told of a line of the quota. */
  readonly crossed?: (account: AccountId) => void;
  readonly limits?: MailLimits;
};

export interface DeliveryExpiry {
  /** One pass; to be called every EXPIRY_EVERY_MS. Fulfils with how many accounts it opened, and how many did not open. */
  expire(signal: AbortSignal): Promise<{ readonly opened: number; readonly failed: number }>;
}

/** Twice a day: with a limit of 9 days of 24 hours nothing is ever older than 9 and a half. */
export const EXPIRY_EVERY_MS: number = DAY / 2;

export function createDeliveryExpiry(options: DeliveryExpiryOptions): DeliveryExpiry {
  const { place, clock, accounts, limits: full = mailLimits } = options;
  // Fingerprints have no room above their limit, so they go half a day early.
  const limits = { ...full, fingerprintMs: full.fingerprintMs - EXPIRY_EVERY_MS };
  /** When something may next be due. */
  const due = new Map<AccountId, number>();

  async function look(account: AccountId): Promise<void> {
    const patience = new Patience(clock, limits.lockMs);
    for (;;) {
      try {
        const now = clock.now();
        const { handle, hasDoomed, isCrossed } = openAccountFile(place, account, full, now);
        try {
          if (hasDoomed) options.doomed?.(account);
          if (isCrossed) options.crossed?.(account);
          due.set(account, expireIn(handle, limits, now));
          return;
        } finally {
          handle.close();
        }
      } catch (error) {
        await patience.after(storeError(error, "Expiring deliveries"));
      }
    }
  }

  return {
    async expire(signal) {
      let opened = 0;
      let failed = 0;
      const all = await accounts();
      const living = new Set(all);
      for (const account of due.keys()) if (!living.has(account)) due.delete(account);
      for (const account of all) {
        if (signal.aborted) break;
        if ((due.get(account) ?? 0) > clock.now()) continue;
        try {
          opened += 1;
          await look(account);
        } catch (error) {
          // It is looked at again in the next pass; whoever uses the account is told what is wrong with it.
          if (!(error instanceof StoreError) && !isBusy(error)) throw error;
          failed += 1;
        }
        await turn();
      }
      return { opened, failed };
    },
  };
}

/** Returns when the next look is due: at the latest when a row that is made now may be. */
function expireIn(handle: Handle, limits: MailLimits, now: number): number {
  if (nextDue(handle, limits) <= now) {
    handle.run("BEGIN IMMEDIATE");
    try {
      forgetOld({ handle, limits, now });
      handle.run("COMMIT");
    } catch (error) {
      if (handle.db.inTransaction) handle.run("ROLLBACK");
      throw error;
    }
    truncate(handle);
  }
  return Math.min(nextDue(handle, limits), now + limits.fingerprintMs);
}

function nextDue(handle: Handle, { deliveryMs, fingerprintMs }: MailLimits): number {
  const { id, print } = handle.row(
    "SELECT min(stored) AS id, min(iif(fingerprint IS NULL, NULL, stored)) AS print FROM delivery",
  ) as { readonly id: number | null; readonly print: number | null };
  return Math.min(id === null ? Infinity : id + deliveryMs, print === null ? Infinity : print + fingerprintMs);
}
