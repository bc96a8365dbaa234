/**
 * The one way in which this worker changes an account: a queue with group commit. Operations that came meanwhile share
 * one transaction, each in a savepoint, so that one that fails does not fail the others. After COMMIT the write-ahead
 * log is synced through a descriptor of its own in libuv's pool, once for all commits made meanwhile; only then are
 * watchers told and promises fulfilled, in the order of the commits. The loop waits neither for a disk nor for a lock.
 *
 * A lazy operation (flags) fulfils after COMMIT; its sync follows soon. An error of the sync condemns the handle: what
 * the disk holds is not known, so nothing is acknowledged and nothing is tried again on it.
 */
import type { Clock } from "../../../host/clock.ts";
import type { AccountId } from "../../ids.ts";
import type { MailboxChange } from "../../mail-store.ts";
import { StoreError } from "../../store-error.ts";
import type { Handle } from "./handle.ts";
import type { MailLimits } from "./limits.ts";
import type { OpenAccounts } from "./open-accounts.ts";
import { keepQuotaMarks } from "./quota.ts";
import { Transaction } from "./transaction.ts";
import { turn } from "./waiting.ts";

/** Makes the octets behind a descriptor durable. */
export type Sync = (descriptor: number, done: (error: Error | null) => void) => void;

export type CommitsOptions = {
  readonly accounts: OpenAccounts;
  readonly clock: Clock;
  readonly limits: MailLimits;
  readonly sync: Sync;
  /** Puts small left-over work at the head of a transaction that happens anyway. */
  readonly piggyback: (tx: Transaction) => void;
  /** Called after each commit, in order, when it is durable (a lazy one: when it is committed). */
  readonly tell: (account: AccountId, changes: readonly MailboxChange[]) => void;
  /** Called after a commit that doomed contents. */
  readonly doomed: (account: AccountId) => void;
  /** What vanishes is noted for the ledger of the backups. */
  readonly ledger: boolean;
  /** Called after each commit that noted something for it, when it is durable. */
  readonly noted: (account: AccountId) => void;
  /** Called after each commit that crossed a line of the quota upwards, when it is durable. */
  readonly crossed: (account: AccountId) => void;
};

type Operation = {
  readonly run: (tx: Transaction) => unknown;
  readonly lazy: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};

/** A commit whose sync is outstanding. */
type Unsynced = { readonly handle: Handle; readonly fulfil: () => void; readonly reject: (error: unknown) => void };

type Writer = {
  readonly account: AccountId;
  readonly queue: Operation[];
  pumping: Promise<void> | undefined;
  unsynced: Unsynced[];
  syncing: Promise<void> | undefined;
  lazySync: Disposable | undefined;
};

export class Commits {
  readonly #options: CommitsOptions;
  readonly #writers = new Map<AccountId, Writer>();
  #closed = false;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /** Queues an operation. `run` is synchronous; a promise of it fulfils with its result when that is durable. */
  commit<T>(account: AccountId, run: (tx: Transaction) => T, how: { readonly lazy?: boolean } = {}): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError("closed", "The store is closed."));
    const writer = this.#writer(account);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const fulfil = (value: unknown): void => resolve(value as T);
    writer.queue.push({ run, lazy: how.lazy === true, resolve: fulfil, reject });
    writer.pumping ??= this.#pump(writer);
    return promise;
  }

  /** Says whether something of the account is queued or not durable yet. */
  isBusy(account: AccountId): boolean {
    return this.#writers.has(account);
  }

  /** Fulfils when nothing is queued nor waits for its sync; of one account, or of all. */
  async drain(account?: AccountId): Promise<void> {
    for (;;) {
      const writers = [...this.#writers.values()].filter((one) => account === undefined || one.account === account);
      if (writers.length === 0) return;
      for (const writer of writers) {
        if (writer.lazySync !== undefined) this.#syncNow(writer);
        await (writer.pumping ?? writer.syncing);
      }
      await turn();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.drain();
  }

  #writer(account: AccountId): Writer {
    const existing = this.#writers.get(account);
    if (existing !== undefined) return existing;
    const made: Writer = {
      account,
      queue: [],
      pumping: undefined,
      unsynced: [],
      syncing: undefined,
      lazySync: undefined,
    };
    this.#writers.set(account, made);
    return made;
  }

  #retire(writer: Writer): void {
    const idle = writer.queue.length === 0 && writer.pumping === undefined && writer.syncing === undefined;
    if (!idle || writer.lazySync !== undefined) return;
    this.#writers.delete(writer.account);
    this.#options.accounts.trim();
  }

  async #pump(writer: Writer): Promise<void> {
    while (writer.queue.length > 0) {
      await turn();
      // What waits for a sync anyway loses nothing by waiting here, and finds company.
      while (writer.syncing !== undefined && !writer.queue.some((operation) => operation.lazy)) await writer.syncing;
      const batch = writer.queue.splice(0, this.#options.limits.operationsPerCommit);
      try {
        await this.#options.accounts.use(writer.account, (handle) => this.#transact(writer, handle, batch));
      } catch (error) {
        for (const operation of batch) operation.reject(error);
      }
    }
    writer.pumping = undefined;
    this.#retire(writer);
  }

  /** One transaction. Throws only what concerns the whole batch; BUSY before anything was done. */
  #transact(writer: Writer, handle: Handle, batch: readonly Operation[]): void {
    const { clock, limits, piggyback, ledger } = this.#options;
    handle.run("BEGIN IMMEDIATE");
    const tx = new Transaction(handle, limits, clock.now(), ledger);
    const settled: { readonly operation: Operation; readonly value: unknown }[] = [];
    const before = handle.changes;
    let crosses = false;
    try {
      piggyback(tx);
      for (const operation of batch) {
        const outcome = runOne(tx, operation, batch.length > 1);
        if (outcome.kind === "done") settled.push({ operation, value: outcome.value });
        else operation.reject(outcome.error);
      }
      if (handle.changes === before) {
        handle.run("ROLLBACK");
        for (const { operation, value } of settled) operation.resolve(value);
        return;
      }
      if (tx.sizes) crosses = keepQuotaMarks(handle, tx.now);
      if (!handle.bootNoted) handle.run("UPDATE account SET boot_id = ?", this.#options.accounts.bootId);
      handle.run("COMMIT");
      handle.bootNoted = true;
    } catch (error) {
      handle.keywords.forget();
      if (handle.db.inTransaction) handle.run("ROLLBACK");
      throw error;
    }
    this.#committed(writer, tx, settled, crosses);
  }

  #committed(
    writer: Writer,
    tx: Transaction,
    settled: readonly { readonly operation: Operation; readonly value: unknown }[],
    crosses: boolean,
  ): void {
    const fulfil = (): void => {
      if (tx.dooms) this.#options.doomed(writer.account);
      if (tx.notes) this.#options.noted(writer.account);
      if (crosses) this.#options.crossed(writer.account);
      try {
        if (tx.told.length > 0) this.#options.tell(writer.account, tx.told);
      } finally {
        // A listener that throws is a bug of its own; what was stored is stored.
        for (const { operation, value } of settled) operation.resolve(value);
      }
    };
    // Who changed flags need not wait for others' mail; watchers hear in the order of the commits all the same.
    for (const { operation, value } of settled) if (operation.lazy) operation.resolve(value);
    const isLazy = settled.every(({ operation }) => operation.lazy);
    if (isLazy && writer.unsynced.length === 0 && writer.syncing === undefined) {
      fulfil();
      writer.lazySync ??= this.#options.clock.after(this.#options.limits.lazySyncMs, () => this.#syncNow(writer));
      return;
    }
    const reject = (error: unknown): void => {
      for (const { operation } of settled) operation.reject(error);
    };
    writer.unsynced.push({ handle: tx.handle, fulfil, reject });
    this.#syncNow(writer);
  }

  #syncNow(writer: Writer): void {
    if (writer.syncing !== undefined) return;
    writer.lazySync?.[Symbol.dispose]();
    writer.lazySync = undefined;
    const covered = writer.unsynced;
    writer.unsynced = [];
    const handle = this.#options.accounts.peek(writer.account);
    const { promise, resolve } = Promise.withResolvers<void>();
    writer.syncing = promise;
    const done = (error: Error | null): void => {
      handle?.unpin();
      writer.syncing = undefined;
      if (error === null) for (const commit of covered) commit.fulfil();
      else this.#failed(writer, [...covered, ...writer.unsynced.splice(0)], error);
      if (writer.unsynced.length > 0) this.#syncNow(writer);
      resolve();
      this.#retire(writer);
    };
    handle?.pin();
    if (handle === undefined || covered.some((commit) => commit.handle !== handle)) {
      done(new Error("The account's file was closed before its sync."));
    } else this.#options.sync(handle.walDescriptor(), done);
  }

  #failed(writer: Writer, commits: readonly Unsynced[], error: Error): void {
    const io = new StoreError("io", "Syncing the write-ahead log failed.", { cause: error });
    const judged = this.#options.accounts.condemn(writer.account, io, "sync");
    for (const commit of commits) commit.reject(judged);
  }
}

type Outcome =
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "failed"; readonly error: unknown };

/** Throws when SQLite gave up the whole transaction, or when the operation is alone in it. */
function runOne(tx: Transaction, operation: Operation, isShared: boolean): Outcome {
  const { handle } = tx;
  if (!isShared) return { kind: "done", value: operation.run(tx) };
  const told = tx.told.length;
  handle.run("SAVEPOINT operation");
  try {
    const value = operation.run(tx);
    handle.run("RELEASE operation");
    return { kind: "done", value };
  } catch (error) {
    handle.keywords.forget();
    if (!handle.db.inTransaction) throw error;
    handle.run("ROLLBACK TO operation");
    handle.run("RELEASE operation");
    tx.told.length = told;
    return { kind: "failed", error };
  }
}
