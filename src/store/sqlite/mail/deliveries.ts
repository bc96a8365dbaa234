/**
 * Which deliveries an account has had: each delivery id once, and no message whose fingerprint still lives (a peer that
 * did not read our 250 sends it again). At rest is an HMAC of the fingerprint under a key of the account's own file.
 */
import { createHmac } from "node:crypto";
import type { AccountId, DeliveryId } from "../../ids.ts";
import type { Delivery } from "../../mail-store.ts";
import type { Transaction } from "./transaction.ts";

const PRINT_BYTES = 16;

function printOf(tx: Transaction, fingerprint: Uint8Array): Uint8Array {
  return createHmac("sha256", tx.handle.fingerprintKey).update(fingerprint).digest().subarray(0, PRINT_BYTES);
}

/** Notes the delivery, and returns true when it is new. */
export function noteDelivery(tx: Transaction, { id, fingerprint }: Delivery): boolean {
  const { handle, limits, now } = tx;
  const print = printOf(tx, fingerprint);
  const known = handle.value(
    `SELECT 1 FROM delivery WHERE id = ? AND stored > ? UNION ALL
     SELECT 1 FROM delivery WHERE fingerprint = ? AND stored > ? LIMIT 1`,
    id,
    now - limits.deliveryMs,
    print,
    now - limits.fingerprintMs,
  );
  if (known !== undefined) return false;
  handle.run("INSERT OR REPLACE INTO delivery(id, fingerprint, stored) VALUES (?, ?, ?)", id, print, now);
  return true;
}

/** Drops what has lived its time. A scan, but of one small row a recent delivery. */
export function forgetOld({ handle, limits, now }: Pick<Transaction, "handle" | "limits" | "now">): void {
  handle.run("DELETE FROM delivery WHERE stored <= ?", now - limits.deliveryMs);
  handle.run(
    "UPDATE delivery SET fingerprint = NULL WHERE fingerprint IS NOT NULL AND stored <= ?",
    now - limits.fingerprintMs,
  );
}

/** Deliveries whose peer has read the 250; their fingerprints go with the next commit. */
export class Forgotten {
  readonly #ids = new Map<AccountId, Set<DeliveryId>>();

  add(account: AccountId, id: DeliveryId): void {
    const ids = this.#ids.get(account) ?? new Set();
    this.#ids.set(account, ids.add(id));
  }

  accounts(): readonly AccountId[] {
    return [...this.#ids.keys()];
  }

  drop(account: AccountId): void {
    this.#ids.delete(account);
  }

  /** Within any write transaction of the account. Should that fail, the fingerprints die by age. */
  apply(tx: Transaction): void {
    const { handle } = tx;
    const ids = this.#ids.get(handle.account);
    if (ids === undefined) return;
    this.#ids.delete(handle.account);
    for (const id of ids) handle.run("UPDATE delivery SET fingerprint = NULL WHERE id = ?", id);
  }
}
