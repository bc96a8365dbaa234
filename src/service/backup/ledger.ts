/**
 * Tells the escrow place within a minute what was deleted. What it has not been told of rests in the account's own file
 * and in the book, so nothing is lost with a process: at the start all are asked. One process runs it; others pass it
 * hints. Each run and each UTC day has a key of its own.
 */
import { randomBytes } from "node:crypto";
import { DAY, SECOND } from "../../host/clock.ts";
import type { Vanished } from "../../store/account-archive.ts";
import type { AccountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import { entryOf, type LedgerEntry, writeEntries } from "./ledger-entries.ts";
import { newLedgerId } from "./object-names.ts";
import type { BackupParts } from "./parts.ts";
import { PlaceError } from "./place.ts";
import { depositHalf } from "./private-halves.ts";

export interface Ledger extends AsyncDisposable {
  /** Something vanished in the account: its file says what. */
  vanished(account: AccountId): void;
  /** The account was closed. Fulfils when that can no longer be forgotten. */
  closed(account: AccountId): Promise<void>;
  /** Asks every account, and compares the book with the directory: after a start, and when hints may have been lost. */
  askAll(): Promise<void>;
  /** Tells now what waits. @throws PlaceError; it waits on then. */
  flush(): Promise<void>;
}

/** Deletions often come in crowds; two tries at the place still end within a minute. */
const DELAY_MS: number = 10 * SECOND;
const AGAIN_MS: number = 20 * SECOND;
/** Entries of one object. */
const ENTRIES_AT_ONCE = 5000;

/** Runs until disposed, then tells what waits once more. */
export function createLedger(parts: BackupParts): Ledger {
  const { archive, book, clock, directory, escrow, log, recipient, sealing } = parts;
  const waiting = new Set<AccountId>();
  let timer: Disposable | undefined;
  let key: { readonly id: string; readonly day: number; readonly publicKey: Uint8Array } | undefined;
  let last: Promise<void> = Promise.resolve();
  let isOver = false;

  function schedule(delayMs: number): void {
    if (isOver || timer !== undefined) return;
    timer = clock.after(delayMs, () => {
      timer = undefined;
      flush().catch((error: unknown) => {
        if (isOver) return;
        const isKnown = error instanceof PlaceError || error instanceof StoreError;
        log("backup.ledger-late", { waiting: waiting.size, sentence: isKnown ? error.message : "a fault of altmail" });
        schedule(AGAIN_MS);
      });
    });
  }

  async function keyOfToday(): Promise<{ readonly id: string; readonly publicKey: Uint8Array }> {
    const day = Math.floor(clock.now() / DAY);
    if (key?.day === day) return key;
    const id = newLedgerId(clock.now());
    key = { id, day, publicKey: await depositHalf(escrow, recipient, "ledger", id) };
    return key;
  }

  async function write(entries: readonly LedgerEntry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += ENTRIES_AT_ONCE) {
      const name = `${clock.now()}-${randomBytes(4).toString("hex")}`;
      await writeEntries(escrow, sealing, await keyOfToday(), name, entries.slice(at, at + ENTRIES_AT_ONCE));
    }
    if (entries.length > 0) log("backup.ledger-told", { entries: entries.length });
  }

  async function tellAll(): Promise<void> {
    const closings = await book.closings();
    const found: (readonly [AccountId, readonly Vanished[]])[] = [];
    const asked = [...waiting];
    waiting.clear();
    try {
      for (const account of asked) found.push([account, await vanishedOf(account)]);
      const entries = found.flatMap(([account, vanished]) => vanished.map((row) => entryOf(account, row)));
      await write([...closings.map((account) => ({ kind: "closed", account }) as const), ...entries]);
      await book.setClosing(closings, "told");
      for (const [account, vanished] of found)
        if (vanished.length > 0) await ignoringClosed(() => archive.reported(account, vanished));
    } catch (error) {
      for (const account of asked) waiting.add(account);
      throw error;
    }
  }

  /** An account that is gone has nothing left that could vanish. */
  async function vanishedOf(account: AccountId): Promise<readonly Vanished[]> {
    return (await ignoringClosed(() => archive.vanished(account))) ?? [];
  }

  /** One at a time. */
  function flush(): Promise<void> {
    const next = last.then(tellAll);
    last = next.catch(() => undefined);
    return next;
  }

  async function closed(accounts: readonly AccountId[]): Promise<void> {
    await book.setClosing(accounts, "waits");
    schedule(DELAY_MS);
  }

  return {
    vanished(account) {
      waiting.add(account);
      schedule(DELAY_MS);
    },
    closed: (account) => closed([account]),
    async askAll() {
      const accounts = await directory.accounts();
      for (const { id, state } of accounts) if (state !== "closing") waiting.add(id);
      const living = new Set(accounts.map(({ id }) => id));
      const gone = (await book.accounts()).filter((id) => !living.has(id));
      if (gone.length > 0) await book.setClosing(gone, "waits");
      schedule(0);
    },
    flush,
    async [Symbol.asyncDispose]() {
      isOver = true;
      timer?.[Symbol.dispose]();
      await last;
      // What is not told now is told at the next start.
      if (waiting.size > 0) await flush().catch(() => undefined);
      // And what is under way must not meet a book that was closed.
      await last;
    },
  };
}

async function ignoringClosed<T>(step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof StoreError && (error.code === "no-account" || error.code === "key")) return undefined;
    throw error;
  }
}
