/**
 * The one way in which this process changes a database that it shares: a queue with group commit. Operations that came meanwhile share
 * one transaction; after COMMIT the write-ahead log is synced through a descriptor of its own in libuv's pool, once for all
 * commits made meanwhile, also by other processes. The loop waits neither for the disk nor for another's lock.
 *
 * A `durable` operation fulfils when it would survive a power cut, a `light` one with COMMIT: a power cut may take that
 * back, but nothing that was made durable before, and whatever is synced later brings it along, for the log is written in
 * order. All wait for a sync that is under way before they commit, and find company meanwhile: the pages of one message
 * are few when they are written together with those of others, and many alone. A killed process loses no commit, so what
 * waits to be committed is all that it takes along: never more than came while one sync took.
 *
 * An error of the sync is told to all who wait for it, and what the disk holds is then not known: a second sync of the same
 * octets may say yes to nothing. So before anything counts as durable again, the log is moved into the file and that is
 * synced. What was refused so may still be there; its sender is told to repeat it, as after a lost reply.
 */
import { closeSync, openSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../host/clock.ts";
import { StoreError } from "../store-error.ts";
import type { Database } from "./database.ts";
import { retried, truncateLog } from "./immediate.ts";
import type { Sync } from "./mail/commits.ts";
import { isBusy, storeError } from "./sqlite-error.ts";
import { sql } from "./statements.ts";

export type Manner = "durable" | "light";

export type CommitsOptions = { readonly db: Database; readonly clock: Clock; readonly sync: Sync };

/** Some milliseconds, so that the loop stays free. */
const OPERATIONS_A_COMMIT = 64;
/** Others hold the lock for about a millisecond: looking again at once is worth it so often. */
const QUICK_TRIES = 4;

type Operation = {
  readonly step: (db: Database) => unknown;
  readonly manner: Manner;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};
type Settled = { readonly operation: Operation; readonly value: unknown };

export class Commits {
  readonly #options: CommitsOptions;
  #queue: Operation[] = [];
  #pumping: Promise<void> | undefined;
  #unsynced: Settled[] = [];
  #syncing: Promise<void> | undefined;
  #log: number | undefined;
  #isSuspect = false;
  #isClosed = false;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /** Fulfils with what `step` gives. It runs inside a transaction without an await, and again when that is rolled back. */
  write<T>(step: (db: Database) => T, manner: Manner): Promise<T> {
    if (this.#isClosed) return Promise.reject(new StoreError("closed", "The database is closed."));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#queue.push({ step, manner, resolve: (value) => resolve(value as T), reject });
    this.#pumping ??= this.#pump();
    return promise;
  }

  /** Takes nothing more, and fulfils when all that was taken is settled. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    while (this.#pumping !== undefined || this.#syncing !== undefined) await (this.#pumping ?? this.#syncing);
    if (this.#log !== undefined) closeSync(this.#log);
    this.#log = undefined;
  }

  async #pump(): Promise<void> {
    while (this.#queue.length > 0) {
      await turn();
      while (this.#syncing !== undefined) await this.#syncing;
      const batch = this.#queue.splice(0, OPERATIONS_A_COMMIT);
      await this.#commit(this.#isSuspect ? await this.#admitted(batch) : batch);
    }
    this.#pumping = undefined;
  }

  /** What can be made durable at all: while the log cannot be trusted nothing new is taken that would be refused later. */
  async #admitted(batch: readonly Operation[]): Promise<readonly Operation[]> {
    try {
      await this.#restoreTrust();
      return batch;
    } catch (error) {
      const failed = storeError(error, "Moving the write-ahead log into the file");
      for (const operation of batch) if (operation.manner === "durable") operation.reject(failed);
      return batch.filter(({ manner }) => manner !== "durable");
    }
  }

  async #commit(batch: readonly Operation[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      this.#fulfil(await this.#unlocked(() => this.#transact(batch)));
    } catch (error) {
      const [first] = batch;
      if (batch.length === 1 || isBusy(error)) for (const operation of batch) operation.reject(error);
      // One of them failed: each for itself, so that it fails alone.
      else if (first !== undefined) for (const operation of batch) await this.#commit([operation]);
    }
  }

  /** Throws "busy" before anything was done. */
  #transact(batch: readonly Operation[]): readonly Settled[] {
    const { db } = this.#options;
    sql(db, "BEGIN IMMEDIATE").run();
    try {
      const settled = batch.map((operation) => ({ operation, value: operation.step(db) }));
      sql(db, "COMMIT").run();
      return settled;
    } catch (error) {
      if (db.inTransaction) sql(db, "ROLLBACK").run();
      throw storeError(error, "A transaction");
    }
  }

  async #unlocked<T>(step: () => T): Promise<T> {
    for (let tries = 0; tries < QUICK_TRIES; tries++) {
      try {
        return step();
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
      await turn();
    }
    return retried(this.#options, step);
  }

  #fulfil(settled: readonly Settled[]): void {
    for (const one of settled)
      if (one.operation.manner === "light") one.operation.resolve(one.value);
      else this.#unsynced.push(one);
    if (this.#unsynced.length > 0) this.#syncing ??= this.#syncAll();
  }

  async #syncAll(): Promise<void> {
    while (this.#unsynced.length > 0) {
      const covered = this.#unsynced;
      this.#unsynced = [];
      try {
        await this.#makeDurable();
        for (const { operation, value } of covered) operation.resolve(value);
      } catch (error) {
        this.#isSuspect = true;
        const failed = storeError(error, "Syncing the write-ahead log");
        for (const { operation } of covered) operation.reject(failed);
      }
    }
    this.#syncing = undefined;
  }

  async #makeDurable(): Promise<void> {
    const { db, sync } = this.#options;
    if (this.#isSuspect) return this.#restoreTrust();
    this.#log ??= openSync(`${db.name}-wal`, "r+");
    const descriptor = this.#log;
    await new Promise<void>((resolve, reject) => {
      sync(descriptor, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  async #restoreTrust(): Promise<void> {
    if (!(await truncateLog(this.#options.db, this.#options)))
      throw new StoreError("io", "The log cannot be moved into the file while another process reads it.");
    this.#isSuspect = false;
  }
}
