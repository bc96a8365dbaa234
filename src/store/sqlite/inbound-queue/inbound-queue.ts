/**
 * The queue of accepted mail in `queue.db`, open in every worker. A large message is committed piece by piece under a
 * number that no entry names yet; the commit that makes the entries makes it count. Pieces that nobody came to name
 * (the process died) are erased when the queue is next opened an hour later.
 */
import { type Clock, HOUR, systemClock } from "../../../host/clock.ts";
import { accountId, deliveryId } from "../../ids.ts";
import type { Deferred, InboundQueue } from "../../inbound-queue.ts";
import type { ContentSource } from "../../mail-store.ts";
import { StoreError } from "../../store-error.ts";
import { wholePieces } from "../../whole-pieces.ts";
import { APPLICATION, type Database } from "../database.ts";
import { type Steps, stepsOn, truncateLog } from "../immediate.ts";
import { inboundMigrations } from "./schema.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";

export type SqliteInboundQueueOptions = SystemDatabaseOptions;

const PIECE_BYTES = 256 * 1024;
/** Pieces of one transaction: 1 MiB shares a sync and keeps the loop free. */
const PIECES_AT_ONCE = 4;
/** After this long nobody is still writing the pieces. */
const ABANDONED_MS: number = HOUR;

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteInboundQueue(options: SqliteInboundQueueOptions): Promise<InboundQueue> {
  const clock = options.clock ?? systemClock;
  const db = await openSystemDatabase(options, APPLICATION.queue, inboundMigrations);
  const queue = new SqliteInboundQueue(db, clock);
  await queue.eraseAbandoned();
  return queue;
}

type EntryRow = {
  readonly delivery: string;
  readonly account: string;
  readonly mailbox: string;
  readonly sender: string;
  readonly accepted_at: number;
  readonly attempts: number;
  readonly next_attempt_at: number;
  readonly size: number;
  readonly fingerprint: Uint8Array | null;
};

class SqliteInboundQueue implements InboundQueue {
  readonly #db: Database;
  readonly #steps: Steps;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#steps = stepsOn(db, clock, "The queue is closed.");
    this.#clock = clock;
  }

  async add(entries: readonly Omit<Deferred, "attempts" | "size">[], content: ContentSource): Promise<void> {
    const message = await this.#steps.write(() => {
      const insert = this.#db.prepare("INSERT INTO message (size, created_at) VALUES (?, ?)");
      return insert.run(content.size, this.#clock.now()).lastInsertRowid;
    });
    try {
      await this.#addPieces(message, content);
      const named = await this.#steps.write(() => {
        const insert = this.#db.prepare("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)");
        let count = 0;
        for (const { id, account, into, sender, acceptedAt, nextAttemptAt, fingerprint = null } of entries) {
          count += insert.run(id, account, message, into, sender, acceptedAt, nextAttemptAt, fingerprint).changes;
        }
        return count;
      });
      if (named === 0) await this.#erase(message);
    } catch (error) {
      if (this.#db.open) await this.#erase(message);
      throw error;
    }
  }

  async due(now: number, most: number): Promise<readonly Deferred[]> {
    const rows = await this.#steps.read(() =>
      this.#db
        .prepare(
          `SELECT entry.*, size FROM entry JOIN message ON message.id = message
            WHERE next_attempt_at <= ? ORDER BY accepted_at, delivery, account LIMIT ?`,
        )
        .all(now, most),
    );
    return rows.map((row) => deferredOf(row as EntryRow));
  }

  async content(entry: Deferred): Promise<ContentSource> {
    const message = await this.#steps.read(() => this.#messageOf(entry));
    if (message === undefined) throw gone();
    const read = this.#db.prepare("SELECT octets FROM piece WHERE message = ? AND n = ?").pluck();
    const piece = async (n: number): Promise<Uint8Array> => {
      const octets = await this.#steps.read(() => read.get(message, n));
      if (octets === undefined) throw gone();
      return octets as Uint8Array;
    };
    const { size } = entry;
    return {
      size,
      bytes: size > 0 && size <= PIECE_BYTES ? await piece(0) : undefined,
      async *pieces(): AsyncGenerator<Uint8Array> {
        for (let n = 0; n * PIECE_BYTES < size; n++) yield await piece(n);
      },
    };
  }

  async postpone(entry: Deferred, nextAttemptAt: number): Promise<void> {
    await this.#steps.write(() =>
      this.#db
        .prepare("UPDATE entry SET next_attempt_at = ?, attempts = attempts + 1 WHERE delivery = ? AND account = ?")
        .run(nextAttemptAt, entry.id, entry.account),
    );
  }

  async done(entry: Deferred): Promise<void> {
    const orphan = await this.#steps.write(() => {
      const message = this.#messageOf(entry);
      if (message === undefined) return undefined;
      this.#db.prepare("DELETE FROM entry WHERE delivery = ? AND account = ?").run(entry.id, entry.account);
      const left = this.#db.prepare("SELECT 1 FROM entry WHERE message = ?").get(message);
      return left === undefined ? message : undefined;
    });
    if (orphan === undefined) return;
    await this.#erase(orphan);
    await truncateLog(this.#db, { clock: this.#clock });
  }

  async count(): Promise<number> {
    return Number(await this.#steps.read(() => this.#db.prepare("SELECT count(*) FROM entry").pluck().get()));
  }

  /** Erases messages that no entry names and that nobody can still be writing. */
  async eraseAbandoned(): Promise<void> {
    const before = this.#clock.now() - ABANDONED_MS;
    const abandoned = await this.#steps.read(() =>
      this.#db
        .prepare("SELECT id FROM message WHERE created_at < ? AND id NOT IN (SELECT message FROM entry)")
        .pluck()
        .all(before),
    );
    for (const message of abandoned) await this.#erase(Number(message));
    if (abandoned.length > 0) await truncateLog(this.#db, { clock: this.#clock });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.open) this.#db.close();
  }

  async #addPieces(message: number, content: ContentSource): Promise<void> {
    const insert = this.#db.prepare("INSERT INTO piece (message, n, octets) VALUES (?, ?, ?)");
    let n = 0;
    let size = 0;
    let waiting: Uint8Array[] = [];
    const flush = (): Promise<void> =>
      this.#steps.write(() => {
        for (const octets of waiting) insert.run(message, n++, octets);
        waiting = [];
      });
    for await (const octets of wholePieces(content, PIECE_BYTES)) {
      size += octets.length;
      waiting.push(octets);
      if (waiting.length === PIECES_AT_ONCE) await flush();
    }
    if (waiting.length > 0) await flush();
    if (size !== content.size) throw new RangeError("a content is not as long as it says");
  }

  async #erase(message: number): Promise<void> {
    const slice = this.#db.prepare(
      "DELETE FROM piece WHERE rowid IN (SELECT rowid FROM piece WHERE message = ? LIMIT ?)",
    );
    while ((await this.#steps.write(() => slice.run(message, PIECES_AT_ONCE).changes)) > 0);
    await this.#steps.write(() => this.#db.prepare("DELETE FROM message WHERE id = ?").run(message));
  }

  #messageOf({ id, account }: Deferred): number | undefined {
    const sql = "SELECT message FROM entry WHERE delivery = ? AND account = ?";
    return this.#db.prepare(sql).pluck().get(id, account) as number | undefined;
  }
}

const gone = (): StoreError => new StoreError("gone", "The queued message was erased.");

function deferredOf(row: EntryRow): Deferred {
  return {
    id: deliveryId(row.delivery),
    account: accountId(row.account),
    into: row.mailbox === "\\Junk" ? "\\Junk" : "INBOX",
    sender: row.sender,
    fingerprint: row.fingerprint ?? undefined,
    acceptedAt: row.accepted_at,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    size: row.size,
  };
}
