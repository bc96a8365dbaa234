/**
 * What the server keeps of its backups: the sets, and the objects at the target with the accounts they are of. Ids, sizes
 * and times, no keys: nothing in it opens anything. An object is named by every set from `born` on until it `ended`.
 *
 * An account that has not changed costs nothing here: its objects stay as they are.
 */
import type { AccountId } from "./ids.ts";

export type BookedObject = { readonly name: string; readonly size: number };

export type BookedSet = {
  /** Ascending, never given twice. */
  readonly number: number;
  readonly id: string;
  /** When it was begun, epoch milliseconds. */
  readonly madeAt: number;
  /** `undefined`: it was never finished. */
  readonly doneAt: number | undefined;
  readonly accounts: number;
  /** Octets that were sent for this set. */
  readonly sentOctets: number;
};

export interface BackupBook extends AsyncDisposable {
  /** Notes that a set is begun; fulfils with its number. */
  begin(id: string, madeAt: number): Promise<number>;
  finish(
    number: number,
    facts: { readonly doneAt: number; readonly accounts: number; readonly sentOctets: number },
  ): Promise<void>;
  /** Oldest first, unfinished ones too. */
  sets(): Promise<readonly BookedSet[]>;
  /** Its objects stay until `forget`. */
  removeSet(number: number): Promise<void>;
  /**
   * Notes a whole set that the book does not have, or has unfinished, with what it needs. Objects that are new to the book
   * belong to no account and end with the set. May be repeated.
   */
  adopt(id: string, madeAt: number, objects: AsyncIterable<readonly BookedObject[]>): Promise<void>;

  /** The objects that the account needs now. */
  current(account: AccountId): Promise<readonly BookedObject[]>;
  /** From set `number` on the account needs these and no others. */
  replace(account: AccountId, number: number, objects: readonly BookedObject[]): Promise<void>;
  /** The accounts that have objects now. */
  accounts(): Promise<readonly AccountId[]>;

  /** What a set needs, in slices. */
  needed(number: number): AsyncIterable<readonly BookedObject[]>;
  /** Up to `limit` objects that no set needs. */
  dead(limit: number): Promise<readonly string[]>;
  forget(names: readonly string[]): Promise<void>;
  /** Those of `names` that are in the book. */
  known(names: readonly string[]): Promise<ReadonlySet<string>>;

  /** Accounts that were closed and that the ledger was not told of. */
  closings(): Promise<readonly AccountId[]>;
  /** `waits`: the ledger must be told; else it was. */
  setClosing(accounts: readonly AccountId[], state: "waits" | "told"): Promise<void>;

  /** `undefined` when no restore of everything is under way; else the accounts that are back. */
  restored(): Promise<ReadonlySet<AccountId> | undefined>;
  /** `begin` marks that a restore is under way, `end` that it is over. */
  noteRestored(step: AccountId | "begin" | "end"): Promise<void>;
}
