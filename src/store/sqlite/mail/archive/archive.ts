/** The account's side of backup and restore on encrypted SQLite: joins the parts of this folder. */
import type { Clock } from "../../../../host/clock.ts";
import type { AccountArchive, AccountSnapshot } from "../../../account-archive.ts";
import type { AccountId } from "../../../ids.ts";
import { StoreError } from "../../../store-error.ts";
import { openDatabase } from "../../database.ts";
import { storeError } from "../../sqlite-error.ts";
import type { Commits } from "../commits.ts";
import { Handle } from "../handle.ts";
import type { MailLimits } from "../limits.ts";
import { accountFileOptions, accountPath, type AccountPlace } from "../open-account.ts";
import type { OpenAccounts } from "../open-accounts.ts";
import { Patience } from "../waiting.ts";
import { markReported, vanishedOf } from "./ledger.ts";
import { markOf } from "./mark.ts";
import { restoreAccount } from "./restore.ts";
import { forgetSent, rememberedPart, rememberSent } from "./sent.ts";
import { snapshotOf } from "./snapshot.ts";
import { inflateStored, storedPieces } from "./stored-pieces.ts";

export type ArchiveOptions = {
  readonly place: AccountPlace;
  readonly accounts: OpenAccounts;
  readonly commits: Commits;
  readonly clock: Clock;
  readonly limits: MailLimits;
  /** Makes every worker close the account's file. */
  readonly letGo: (account: AccountId) => Promise<void>;
  /** Called when an account was restored. */
  readonly restored: (account: AccountId) => void;
  /** Called by the store when something vanished. */
  readonly listeners: Set<(account: AccountId) => void>;
};

export function accountArchive(options: ArchiveOptions): AccountArchive {
  const { accounts, commits, listeners } = options;
  /** Snapshots under way: SQLite must not close one of a lost file when the new one is there. */
  const taking = new Set<Promise<AccountSnapshot>>();
  return {
    mark: (account) => accounts.use(account, (handle) => handle.snapshot(() => markOf(handle))),
    async snapshot(account) {
      const snapshot = take(options, account);
      taking.add(snapshot);
      try {
        return await snapshot;
      } finally {
        taking.delete(snapshot);
      }
    },
    pieces: (account, ids) => storedPieces(accounts, account, ids),
    inflate: inflateStored,
    remembered: (account) => accounts.use(account, rememberedPart),
    remember: (account, part, sent) => rememberSent(accounts, commits, account, part, sent),
    forget: (account) => commits.commit(account, forgetSent),
    vanished: (account) => accounts.use(account, vanishedOf),
    reported: (account, vanished) => commits.commit(account, (tx) => markReported(tx, vanished), { lazy: true }),
    onVanished(listener) {
      const own = (account: AccountId): void => listener(account);
      listeners.add(own);
      return { [Symbol.dispose]: () => void listeners.delete(own) };
    },
    async restore(account, snapshot, content) {
      await options.letGo(account);
      await Promise.allSettled(taking);
      await restoreAccount(options.place, options.clock.now(), account, snapshot, content);
      options.restored(account);
    },
  };
}

async function take(options: ArchiveOptions, account: AccountId): Promise<AccountSnapshot> {
  const handle = await openBeside(options, account);
  try {
    return await snapshotOf(handle);
  } catch (error) {
    throw storeError(error, "Reading an account for its backup");
  } finally {
    handle.close();
  }
}

/** A second connection, after the first has looked whether the file was closed in good order. */
async function openBeside({ accounts, place, clock, limits }: ArchiveOptions, account: AccountId): Promise<Handle> {
  const patience = new Patience(clock, limits.lockMs);
  for (;;) {
    const fingerprintKey = await accounts.use(account, (handle) => handle.fingerprintKey);
    const key = place.keys.get(account);
    if (key === undefined) throw new StoreError("no-account", "The account does not exist.");
    try {
      const db = openDatabase(accountFileOptions(accountPath(place.folder, account), key));
      return new Handle(account, db, fingerprintKey, true);
    } catch (error) {
      await patience.after(error);
    }
  }
}
