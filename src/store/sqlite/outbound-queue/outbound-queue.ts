/**
 * Mail on its way, in a queue file, open in every worker. A small message is one commit with its recipients; a large one
 * is committed piece by piece under a content that no message names yet, and the commit that makes message and
 * recipients makes it count. What is done with loses its key in the commit that ends it; its sealed pieces and the
 * write-ahead log are emptied within half a minute, when the queue is next opened, and when it is closed.
 *
 * Commits share syncs (group-commits.ts). Durable is what somebody outside was told: a message that was taken, an end, a report,
 * an operator's word. Claims, rests and what becomes of them are not: taken back by a power cut, they lead to asking a host
 * again that had taken nothing. An end that a power cut takes back leads to a second copy, so ends are committed in the
 * turn in which they are told, and whoever hands over knows when they are durable.
 */
import { fdatasync } from "node:fs";
import { setImmediate as othersFirst } from "node:timers/promises";
import { type Clock, HOUR, SECOND, systemClock } from "../../../host/clock.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { AccountId, DeliveryId } from "../../ids.ts";
import type { ContentSource } from "../../mail-store.ts";
import type {
  Batch,
  ClaimWish,
  DeliveryRecord,
  FeedbackNoted,
  HoldReason,
  ListedItem,
  Outbound,
  OutboundQueue,
  OutboundRecipient,
  PendingReport,
  QueueSums,
  RemoteReply,
  Report,
  Selection,
  Settlement,
  Taker,
  Work,
} from "../../outbound-queue.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, type Database, openDatabase } from "../database.ts";
import { retried, snapshot, truncateLog } from "../immediate.ts";
import type { Sync } from "../mail/commits.ts";
import * as claims from "./claims.ts";
import { Commits, type Manner } from "../group-commits.ts";
import { isSmall, offered } from "./offering.ts";
import * as records from "./records.ts";
import { addMessage, isKnown, type Times } from "./adding.ts";
import { addExpress, isAnyExpress, isExpress, settleExpress, unfoldAll, unfoldDue } from "./express.ts";
import * as reports from "./reports.ts";
import type { ItemRow } from "./rows.ts";
import { outboundMigrations } from "./schema.ts";
import {
  addContent,
  addPiece,
  addPieces,
  doomAbandoned,
  eraseSome,
  newContentKey,
  openContent,
  sealedPieces,
} from "./sealed-content.ts";
import * as chosen from "./selected.ts";
import { endMessage, settle } from "./settle.ts";
import { sql } from "../statements.ts";
import { forgetTurns, isAnyDue, wake } from "./turns.ts";

export type SqliteOutboundQueueOptions = {
  readonly file: string;
  readonly key: FileKey;
  readonly clock?: Clock;
  /** Makes the log durable; for tests. */
  readonly sync?: Sync;
};

/** Messages up to this many octets are one commit; it is held in memory sealed meanwhile. */
const ONE_COMMIT_BYTES = 1024 * 1024;
/** Items of one transaction: a few milliseconds. */
const ITEMS_AT_ONCE = 200;
/** A checkpoint syncs twice within a COMMIT, on the loop; what came and went meanwhile is never written to the file. 32 MiB. */
const CHECKPOINT_PAGES = 4000;
/** With a hundred thousand messages waiting, the pages that each commit needs stay at hand. */
const CACHE_KIB = 8000;
/** After this long nobody is still writing the pieces. */
const ABANDONED_MS: number = HOUR;
/** Half of what promise D6 gives, for the log may be in use when its time comes. */
const ERASE_AFTER_MS: number = 30 * SECOND;

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteOutboundQueue(options: SqliteOutboundQueueOptions): Promise<OutboundQueue> {
  const clock = options.clock ?? systemClock;
  const db = await retried({ clock }, () =>
    openDatabase({
      path: options.file,
      key: options.key,
      applicationId: APPLICATION.outbound,
      migrations: outboundMigrations,
      synchronous: "normal",
      cacheKiB: CACHE_KIB,
      create: {},
    }),
  );
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  const queue = new SqliteOutboundQueue(db, clock, options.sync ?? fdatasync);
  await queue.erase();
  return queue;
}

class SqliteOutboundQueue implements OutboundQueue {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #commits: Commits;
  #eraser: Disposable | undefined;
  #taker: Taker | undefined;

  constructor(db: Database, clock: Clock, sync: Sync) {
    this.#db = db;
    this.#clock = clock;
    this.#commits = new Commits({ db, clock, sync });
  }

  offerTo(taker: Taker): Disposable {
    this.#taker = taker;
    return {
      [Symbol.dispose]: () => {
        if (this.#taker === taker) this.#taker = undefined;
      },
    };
  }

  async add(
    message: Omit<Outbound, "size">,
    recipients: readonly OutboundRecipient[],
    times: Times,
    content: ContentSource,
  ): Promise<"added" | "taken" | "known"> {
    const key = newContentKey();
    const whole = { ...message, size: content.size };
    const put = (stored: number): "added" => {
      addMessage(this.#db, whole, recipients, times, stored, this.#clock.now());
      return "added";
    };
    if (content.size <= ONE_COMMIT_BYTES) {
      const pieces = await Array.fromAsync(sealedPieces(content, key));
      const store = (db: Database): number => {
        const stored = addContent(db, key, this.#clock.now());
        for (const [n, piece] of pieces.entries()) addPiece(db, stored, n, piece);
        return stored;
      };
      const now = this.#clock.now();
      const taker = isSmall(recipients, content) && times.dueAt <= now ? this.#taker : undefined;
      return offered(taker, recipients, content, (until) =>
        this.#write((db) => {
          if (isKnown(db, message.id)) return "known";
          const express = until === undefined ? undefined : { key, piece: pieces[0], until, now };
          return (express && addExpress(db, whole, recipients, times, express)) ?? put(store(db));
        }),
      );
    }
    const stored = await this.#write((db) => addContent(db, key, this.#clock.now()), "light");
    try {
      await addPieces((step) => this.#write(step, "light"), stored, sealedPieces(content, key));
      const outcome = await this.#write(() => (isKnown(this.#db, message.id) ? "known" : put(stored)));
      if (outcome === "known") await this.#abandon(stored);
      return outcome;
    } catch (error) {
      if (this.#db.open) await this.#abandon(stored);
      throw error;
    }
  }

  async content(message: DeliveryId): Promise<ContentSource> {
    const isInHand = await this.#read((db) => isExpress(db, message));
    if (isInHand) await this.#write(unfoldAll, "light");
    return openContent(message, (step) => this.#read(step));
  }

  /** Wakes a slice before each look, not everything: after an outage there may be tens of thousands to be woken. */
  async claim(wish: ClaimWish): Promise<Batch | undefined> {
    for (;;) {
      const isMore = await this.#wake(wish.now);
      // A look costs less than a transaction, and mostly there is nothing.
      const isIdle = await this.#read((db) => claims.nextDestination(db, wish) === undefined);
      const batch = isIdle ? undefined : await this.#write((db) => claims.claim(db, wish), "light");
      if (batch !== undefined || !isMore) return batch;
      await othersFirst();
    }
  }

  async claimExpired(now: number, until: number, most: number): Promise<readonly Work[]> {
    const some = await this.#read((db) =>
      sql(db, "SELECT 1 FROM item WHERE phase <> 2 AND deadline <= ? LIMIT 1").get(now),
    );
    return some === undefined ? [] : this.#write((db) => claims.claimExpired(db, now, until, most), "light");
  }

  late(now: number, dueBefore: number, most: number): Promise<readonly Work[]> {
    return this.#look((db) => claims.late(db, now, dueBefore, most));
  }

  noteLate(item: number, report: Report | undefined): Promise<void> {
    return this.#write((db) => claims.noteLate(db, item, report, this.#clock.now()));
  }

  renew(held: readonly string[], until: number): Promise<void> {
    return this.#writeAll((db) => claims.renew(db, held, until), "light");
  }

  async settle(work: Work, settlement: Settlement): Promise<void> {
    const ended = await this.#write((db) => settleExpress(db, work, settlement) || settle(db, work, settlement));
    if (ended) this.#eraseSoon();
  }

  putBack(works: readonly Work[], deadline?: number): Promise<void> {
    return this.#writeAll((db) => claims.putBack(db, works, deadline), "light");
  }

  holdClaimed(works: readonly Work[], reason: HoldReason, lifeMs: number): Promise<void> {
    return this.#writeAll((db) => claims.holdClaimed(db, works, reason, lifeMs), "light");
  }

  rest(destination: string, until: number, failed: RemoteReply | undefined): Promise<void> {
    return this.#writeAll((db) => claims.rest(db, destination, until, failed), "light");
  }

  well(destination: string): Promise<void> {
    return this.#writeAll((db) => claims.well(db, destination), "light");
  }

  async reports(now: number, most: number): Promise<readonly PendingReport[]> {
    const some = await this.#read((db) => reports.isAnyDue(db, now));
    return some ? this.#write((db) => reports.takeDue(db, now, most)) : [];
  }

  async reported(report: DeliveryId): Promise<void> {
    const ended = await this.#write((db) => {
      const message = reports.endReport(db, report);
      return message !== undefined && endMessage(db, message);
    });
    if (ended) this.#eraseSoon();
  }

  async postponeReport(report: DeliveryId, at: number): Promise<void> {
    await this.#write((db) => sql(db, "UPDATE report SET at = ? WHERE id = ?").run(at, report));
  }

  endClaims(): Promise<void> {
    return this.#writeAll(claims.endClaims, "light");
  }

  hold(selection: Selection, reason: HoldReason, lifeMs: number): Promise<number> {
    return this.#inSlices(selection, (db, items) => chosen.hold(db, items, reason, lifeMs));
  }

  release(selection: Selection, reason: HoldReason, times: Parameters<OutboundQueue["release"]>[2]): Promise<number> {
    return this.#inSlices(selection, (db, items) => chosen.release(db, items, reason, times));
  }

  retryNow(selection: Selection): Promise<number> {
    return this.#inSlices(selection, chosen.retryNow);
  }

  async drop(selection: Selection, now: number): Promise<number> {
    const count = await this.#inSlices(selection, (db, items) => chosen.drop(db, items, now));
    this.#eraseSoon();
    return count;
  }

  heldAccounts(): Promise<readonly AccountId[]> {
    return this.#read(chosen.heldAccounts);
  }

  async list(selection: Selection | undefined, after: number, most: number): Promise<readonly ListedItem[]> {
    await this.#unfolded();
    return this.#look((db) => chosen.list(db, selection, after, most));
  }

  async sums(): Promise<QueueSums> {
    await this.#unfolded();
    return this.#look(chosen.sums);
  }

  records(account: AccountId, since: number): Promise<readonly DeliveryRecord[]> {
    return this.#read((db) => records.records(db, account, since));
  }

  submitterOf(message: DeliveryId): Promise<AccountId | undefined> {
    return this.#read((db) => records.submitterOf(db, message));
  }

  async noteFeedback(...[account, about, feedback]: Parameters<OutboundQueue["noteFeedback"]>): Promise<FeedbackNoted> {
    const { verdict } = await this.#look((db) => records.reportedOn(db, account, about));
    // Most is about what lies in another lane, or nowhere.
    if (feedback === undefined || verdict !== "known") return verdict;
    return this.#write((db) => records.noteFeedback(db, account, about, feedback));
  }

  async forget(before: number): Promise<number> {
    let count = 0;
    for (;;) {
      const some = await this.#write((db) => records.forget(db, before, ITEMS_AT_ONCE));
      count += some;
      if (some < ITEMS_AT_ONCE) break;
      await othersFirst();
    }
    if (count > 0) this.#eraseSoon();
    return count;
  }

  async forgetAccount(account: AccountId): Promise<void> {
    await this.drop({ kind: "account", account }, this.#clock.now());
    await this.#write((db) => records.forgetAccount(db, account));
    await this.erase();
  }

  async erase(): Promise<void> {
    this.#eraser?.[Symbol.dispose]();
    this.#eraser = undefined;
    const before = this.#clock.now() - ABANDONED_MS;
    await this.#write((db) => {
      doomAbandoned(db, before);
      forgetTurns(db);
    }, "light");
    while ((await this.#write((db) => eraseSome(db), "light")) > 0);
    if (!(await truncateLog(this.#db, { clock: this.#clock }))) this.#eraseSoon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#db.open) return;
    if (this.#eraser !== undefined) await this.erase();
    this.#eraser?.[Symbol.dispose]();
    await this.#commits[Symbol.asyncDispose]();
    this.#db.close();
  }

  #eraseSoon(): void {
    this.#eraser ??= this.#clock.after(ERASE_AFTER_MS, () => {
      this.#eraser = undefined;
      // What fails now (a lock, a full disk) is made up for when the next message ends, or at the next start.
      if (this.#db.open) this.erase().catch(() => this.#eraseSoon());
    });
  }

  async #abandon(content: number): Promise<void> {
    await this.#write((db) => sql(db, "UPDATE content SET key = NULL WHERE id = ?").run(content), "light");
    this.#eraseSoon();
  }

  /** True when there may be more. */
  async #wake(now: number): Promise<boolean> {
    const some = await this.#read((db) => isAnyDue(db, now));
    if (!some) return false;
    const woken = await this.#write((db) => {
      unfoldDue(db, now);
      return wake(db, now, ITEMS_AT_ONCE);
    }, "light");
    return woken >= ITEMS_AT_ONCE;
  }

  async #inSlices(selection: Selection, step: (db: Database, items: readonly ItemRow[]) => number): Promise<number> {
    let count = 0;
    for (let after = 0; ; ) {
      const { items, concerned } = await this.#writeAll((db) => {
        const slice = chosen.selected(db, selection, after, ITEMS_AT_ONCE);
        return { items: slice, concerned: step(db, slice) };
      });
      count += concerned;
      if (items.length < ITEMS_AT_ONCE) return count;
      after = items.at(-1)?.id ?? after;
      await othersFirst();
    }
  }

  async #read<T>(step: (db: Database) => T): Promise<T> {
    if (!this.#db.open) throw new StoreError("closed", "The queue is closed.");
    return retried({ clock: this.#clock }, () => step(this.#db));
  }

  /** For what needs several statements. */
  #look<T>(step: (db: Database) => T): Promise<T> {
    return this.#read((db) => snapshot(db, () => step(db)));
  }

  /** For what may concern an item that is being handed over. */
  #writeAll<T>(step: (db: Database) => T, manner?: Manner): Promise<T> {
    return this.#write((db) => {
      unfoldAll(db);
      return step(db);
    }, manner);
  }

  async #unfolded(): Promise<void> {
    if (await this.#read(isAnyExpress)) await this.#write(unfoldAll, "light");
  }

  #write<T>(step: (db: Database) => T, manner: Manner = "durable"): Promise<T> {
    return this.#commits.write(step, manner);
  }
}
