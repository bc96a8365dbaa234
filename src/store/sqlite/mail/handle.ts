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

export class Handle implements Statements {
  readonly account: AccountId;
  readonly db: Database;
  readonly keywords: Keywords = new Keywords();
  /** False until this boot of the kernel is noted in the file. */
  bootNoted: boolean;
  readonly #statements = new Map<string, Statement>();
  #wal: number | undefined;
  /** Syncs under way: until they end the descriptor must not be given to another file. */
  #pins = 0;
  #isClosing = false;

  constructor(account: AccountId, db: Database, bootNoted: boolean) {
    this.account = account;
    this.db = db;
    this.bootNoted = bootNoted;
  }

  run(sql: string, ...values: readonly Value[]): number {
    return this.#statement(sql).run(...values).changes;
  }

  row(sql: string, ...values: readonly Value[]): unknown {
    return this.#statement(sql).get(...values);
  }

  rows<T>(sql: string, ...values: readonly Value[]): T[] {
    return this.#statement(sql).all(...values) as T[];
  }

  value(sql: string, ...values: readonly Value[]): unknown {
    return this.#statement(sql, "pluck").get(...values);
  }

  column<T>(sql: string, ...values: readonly Value[]): T[] {
    return this.#statement(sql, "pluck").all(...values) as T[];
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

  /** Rows inserted, changed and deleted on this connection so far. */
  totalChanges(): number {
    return Number(this.value("SELECT total_changes()"));
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

  #statement(sql: string, mode: "rows" | "pluck" = "rows"): Statement {
    const found = this.#statements.get(sql);
    if (found !== undefined) return found;
    const made = this.db.prepare(sql);
    if (mode === "pluck") made.pluck();
    this.#statements.set(sql, made);
    return made;
  }
}
