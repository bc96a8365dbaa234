/**
 * One open account file: the connection, its statements (prepared at first use: opening must be lean), and the
 * descriptor of the write-ahead log through which commits are made durable. Everything here is synchronous, so whoever
 * has a handle in hand uses it up before the next await.
 */
import { closeSync, openSync } from "node:fs";
import type { Statement, Value } from "better-sqlite3-multiple-ciphers";
import type { AccountId } from "../../ids.ts";
import type { Database } from "../database.ts";
import { Keywords } from "./keywords.ts";
import type { Statements } from "./statements.ts";

type Prepared = { readonly statement: Statement; readonly writes: boolean };

export class Handle implements Statements {
  readonly account: AccountId;
  readonly db: Database;
  /** Under which fingerprints of deliveries are kept. */
  readonly fingerprintKey: Uint8Array;
  /** Grows with each statement that changed something: tells whether a transaction did anything. */
  changes = 0;
  readonly keywords: Keywords = new Keywords();
  /** False until this boot of the kernel is noted in the file. */
  bootNoted: boolean;
  readonly #statements = new Map<string, Prepared>();
  #wal: number | undefined;
  /** Syncs under way: until they end the descriptor must not be given to another file. */
  #pins = 0;
  #isClosing = false;

  constructor(account: AccountId, db: Database, fingerprintKey: Uint8Array, bootNoted: boolean) {
    this.account = account;
    this.db = db;
    this.fingerprintKey = fingerprintKey;
    this.bootNoted = bootNoted;
  }

  run(sql: string, ...values: readonly Value[]): number {
    const { changes } = this.#prepared(sql).statement.run(...values);
    this.changes += changes;
    return changes;
  }

  row(sql: string, ...values: readonly Value[]): unknown {
    return this.#counting(this.#prepared(sql)).get(...values);
  }

  rows<T>(sql: string, ...values: readonly Value[]): T[] {
    return this.#counting(this.#prepared(sql)).all(...values) as T[];
  }

  /** Rows as arrays: for statements that run once a message. */
  arrays<T extends readonly unknown[]>(sql: string, ...values: readonly Value[]): T[] {
    return this.#counting(this.#prepared(sql, "raw")).all(...values) as T[];
  }

  value(sql: string, ...values: readonly Value[]): unknown {
    return this.#counting(this.#prepared(sql, "pluck")).get(...values);
  }

  column<T>(sql: string, ...values: readonly Value[]): T[] {
    return this.#counting(this.#prepared(sql, "pluck")).all(...values) as T[];
  }

  /** Runs reads that must see one state: another process may commit between two statements. */
  snapshot<T>(work: () => T): T {
    if (this.db.inTransaction) return work();
    this.run("BEGIN");
    try {
      return work();
    } finally {
      this.run("COMMIT");
    }
  }

  /** Of the `-wal` file, which exists from the first commit on and stays the same file while this connection is open. */
  walDescriptor(): number {
    this.#wal ??= openSync(`${this.db.name}-wal`, "r+");
    return this.#wal;
  }

  pin(): void {
    this.#pins += 1;
  }

  unpin(): void {
    this.#pins -= 1;
    if (this.#pins === 0 && this.#isClosing) this.#close();
  }

  /** Closes file and descriptor; as soon as nothing uses the descriptor any more. */
  close(): void {
    this.#isClosing = true;
    if (this.#pins === 0) this.#close();
  }

  #close(): void {
    if (this.#wal !== undefined) closeSync(this.#wal);
    this.#wal = undefined;
    this.#statements.clear();
    this.db.close();
  }

  /** What answers with rows may write too (RETURNING). */
  #counting({ statement, writes }: Prepared): Statement {
    if (writes) this.changes += 1;
    return statement;
  }

  #prepared(sql: string, mode: "rows" | "raw" | "pluck" = "rows"): Prepared {
    const found = this.#statements.get(sql);
    if (found !== undefined) return found;
    const statement = this.db.prepare(sql);
    if (mode === "pluck") statement.pluck();
    if (mode === "raw") statement.raw();
    const made = { statement, writes: !statement.readonly };
    this.#statements.set(sql, made);
    return made;
  }
}
