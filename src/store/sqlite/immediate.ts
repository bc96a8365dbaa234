/**
 * Write transactions on a database that many processes share: BEGIN IMMEDIATE, and when another holds the lock, another
 * try after a pause that lets the loop go on, until a deadline. The steps inside run without an await.
 */
import { randomInt } from "node:crypto";
import { type Clock, pause, SECOND, stayAlive } from "../../host/clock.ts";
import { StoreError } from "../store-error.ts";
import type { Database } from "./database.ts";
import { isBusy, storeError } from "./sqlite-error.ts";

export type Patience = { readonly clock: Clock; readonly deadlineMs?: number };

const DEADLINE_MS: number = 10 * SECOND;
const LONGEST_PAUSE_MS = 20;

/** Runs `step` in one transaction; what it throws rolls everything back. @throws StoreError "busy" after the deadline. */
export async function immediate<T>(db: Database, patience: Patience, step: () => T): Promise<T> {
  // Begun and ended without an await: another operation of this process shares the connection.
  const outcome = await retried(patience, () => {
    db.exec("BEGIN IMMEDIATE");
    return attempt(db, step);
  });
  if (outcome.kind === "failed") throw storeError(outcome.error, "A transaction");
  return outcome.value;
}

type Outcome<T> = { readonly kind: "done"; readonly value: T } | { readonly kind: "failed"; readonly error: unknown };

function attempt<T>(db: Database, step: () => T): Outcome<T> {
  try {
    const value = step();
    db.exec("COMMIT");
    return { kind: "done", value };
  } catch (error) {
    if (db.open && db.inTransaction) db.exec("ROLLBACK");
    return { kind: "failed", error };
  }
}

/** Calls `step` until it is not turned away by a lock. What goes at once, as most does, does not ask what time it is. */
export async function retried<T>({ clock, deadlineMs = DEADLINE_MS }: Patience, step: () => T): Promise<T> {
  let end: number | undefined;
  for (let longest = 1; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
    try {
      return step();
    } catch (error) {
      if (!isBusy(error)) throw storeError(error, "A statement");
      const now = clock.steady();
      end ??= now + deadlineMs;
      if (now >= end) throw new StoreError("busy", "Another process holds the database's lock.", { cause: error });
    }
    await wait(clock, randomInt(1, longest + 1));
  }
}

async function wait(clock: Clock, delayMs: number): Promise<void> {
  using _alive = stayAlive();
  await pause(clock, delayMs);
}

/** Empties the write-ahead log, so that what was deleted is nowhere; gives up quietly when readers stay in the way. */
export async function truncateLog(db: Database, { clock }: Patience): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    if (!db.open) return false;
    const [state] = db.pragma("wal_checkpoint(TRUNCATE)") as readonly { readonly busy: number }[];
    if (state?.busy === 0) return true;
    await wait(clock, 20);
  }
  return false;
}

/** What `look` sees of the database is of one moment, however many statements it needs: others change it between two of them. */
export function snapshot<T>(db: Database, look: () => T): T {
  db.exec("BEGIN");
  try {
    return look();
  } finally {
    if (db.inTransaction) db.exec("ROLLBACK");
  }
}

type Step = <T>(step: () => T) => Promise<T>;

/** How a store comes at a database that many processes share. @throws StoreError "closed" from both after its end. */
export type Steps = {
  /** A look that waits out locks. */
  readonly read: Step;
  /** One transaction. */
  readonly write: Step;
};

/** @param closed the sentence for who comes too late */
export function stepsOn(db: Database, clock: Clock, closed: string): Steps {
  const whileOpen =
    (perform: Step): Step =>
    (step) =>
      db.open ? perform(step) : Promise.reject(new StoreError("closed", closed));
  return {
    read: whileOpen((step) => retried({ clock }, step)),
    write: whileOpen((step) => immediate(db, { clock }, step)),
  };
}
