/**
 * Erases what no mail names any more, promptly (promise D4: within 60 s, also out of the write-ahead log and free pages)
 * and without making EXPUNGE slow: contents in slices that do not block the loop, then the log is truncated. Freed pages
 * are overwritten by `secure_delete`; when many are free they are given back.
 */
import { type Clock, SECOND } from "../../../host/clock.ts";
import type { AccountId, ContentId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import { dropUnreported } from "./archive/ledger.ts";
import { forgetContent } from "./archive/sent.ts";
import type { Commits } from "./commits.ts";
import { pieceKeys } from "./content.ts";
import { forgetOld } from "./deliveries.ts";
import type { Handle } from "./handle.ts";
import type { MailLimits } from "./limits.ts";
import type { OpenAccounts } from "./open-accounts.ts";
import type { Transaction } from "./transaction.ts";
import { turn } from "./waiting.ts";

/** One slice: 7,800 contents a second can be overwritten, and large ones cost by their octets. */
const SLICE_CONTENTS = 64;
const SLICE_PIECES = 96;
/** Free pages are kept for new mail until they are a quarter of the file. */
const VACUUM_PAGES = 256;
const AGAIN_MS: number = 5 * SECOND;

export type EraserOptions = {
  readonly accounts: OpenAccounts;
  readonly commits: Commits;
  readonly clock: Clock;
  readonly limits: MailLimits;
};

export class Eraser {
  readonly #options: EraserOptions;
  readonly #waiting = new Map<AccountId, Disposable>();
  /** One account at a time: erasing is never urgent enough to take the loop from those who read. */
  #line: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: EraserOptions) {
    this.#options = options;
  }

  /** Erases the account's doomed contents soon; calls meanwhile change nothing. */
  soon(account: AccountId, delayMs: number = this.#options.limits.eraseDelayMs): void {
    if (this.#closed || this.#waiting.has(account)) return;
    const timer = this.#options.clock.after(delayMs, () => {
      this.#waiting.delete(account);
      this.#line = this.#line.then(() => this.#run(account));
    });
    this.#waiting.set(account, timer);
  }

  /** Erases at once what waits; fulfils when it is gone, or cannot be reached now. */
  async settle(): Promise<void> {
    for (const [account, timer] of this.#waiting) {
      timer[Symbol.dispose]();
      this.#line = this.#line.then(() => this.#run(account));
    }
    this.#waiting.clear();
    await this.#line;
  }

  drop(account: AccountId): void {
    this.#waiting.get(account)?.[Symbol.dispose]();
    this.#waiting.delete(account);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settle();
    this.#closed = true;
    for (const account of this.#waiting.keys()) this.drop(account);
  }

  async #run(account: AccountId): Promise<void> {
    try {
      await this.#erase(account);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // A destroyed account has nothing left to erase; what is locked or broken now is tried again.
      if (error.code !== "no-account" && error.code !== "closed") this.soon(account, AGAIN_MS);
    }
  }

  async #erase(account: AccountId): Promise<void> {
    const { accounts, commits } = this.#options;
    while (await commits.commit(account, (tx) => eraseSlice(tx), { lazy: true })) await turn();
    const isTruncated = await accounts.use(account, truncate);
    if (!isTruncated) this.soon(account, SECOND);
  }
}

/** Empties the write-ahead log into the file. Returns false when another process still reads from it. */
export function truncate(handle: Handle): boolean {
  const done = checkpoint(handle);
  if (!done || !vacuum(handle)) return done;
  return checkpoint(handle);
}

function checkpoint(handle: Handle): boolean {
  const [outcome] = handle.db.pragma("wal_checkpoint(TRUNCATE)") as readonly { readonly busy: number }[];
  return outcome?.busy === 0;
}

function vacuum(handle: Handle): boolean {
  const free = Number(handle.db.pragma("freelist_count", { simple: true }));
  const pages = Number(handle.db.pragma("page_count", { simple: true }));
  if (free < VACUUM_PAGES || free * 4 < pages) return false;
  handle.db.pragma(`incremental_vacuum(${VACUUM_PAGES})`);
  return true;
}

/** Returns true when more is left. */
function eraseSlice(tx: Transaction): boolean {
  const { handle, limits, now } = tx;
  forgetOld(tx);
  if (!tx.ledger) dropUnreported(handle);
  handle.run("INSERT OR IGNORE INTO doomed(content) SELECT id FROM content WHERE staged < ?", now - limits.stagedMs);
  let pieces = 0;
  for (const content of handle.column<ContentId>("SELECT content FROM doomed LIMIT 0 + ?", SLICE_CONTENTS)) {
    const [low, high] = pieceKeys(content);
    pieces += handle.run(
      "DELETE FROM body WHERE piece IN (SELECT piece FROM body WHERE piece >= ? AND piece <= ? LIMIT 0 + ?)",
      low,
      high,
      SLICE_PIECES - pieces,
    );
    if (pieces >= SLICE_PIECES) return true;
    eraseRest(handle, content);
    forgetContent(handle, content);
  }
  return handle.value("SELECT 1 FROM doomed LIMIT 1") !== undefined;
}

function eraseRest(handle: Handle, content: ContentId): void {
  handle.run("DELETE FROM text WHERE content = ?", content);
  handle.run("DELETE FROM derived WHERE content = ?", content);
  handle.run("DELETE FROM content WHERE id = ?", content);
  handle.run("DELETE FROM doomed WHERE content = ?", content);
  // Its number is never given again: a session may still hold it.
  handle.run("UPDATE account SET content_floor = max(content_floor, ?)", content);
}
