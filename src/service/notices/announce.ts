/**
 * Tells every holder (promise W5), one after another and at an even pace, so that mail and disk are left to those who work.
 * Who breaks it off and repeats it with the same words within nine days tells nobody twice.
 */
import { hash } from "node:crypto";
import { type Clock, pauseOrAbort, SECOND, stayAlive } from "../../host/clock.ts";
import type { Directory } from "../../store/directory.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Announcement, Notices } from "./notices.ts";

export type Announcing = {
  readonly directory: Pick<Directory, "accounts">;
  readonly notices: Pick<Notices, "tell">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: (step: string, done: number, total: number | undefined) => void;
};

/** How many were told, and how many could not be told now: their stores failed. */
export type Announced = { readonly told: number; readonly untold: number };

/** Each is a durable commit in a file of its own; ten thousand holders are told in some seven minutes. */
const PAUSE_MS: number = SECOND / 25;

export async function announce(words: Announcement, announcing: Announcing): Promise<Announced> {
  const { directory, notices, clock, signal, progress } = announcing;
  const accounts = (await directory.accounts()).filter(({ state }) => state !== "closing");
  const occasion = hash("sha256", JSON.stringify(words));
  let untold = 0;
  using _alive = stayAlive();
  for (const [done, { id }] of accounts.entries()) {
    if (done > 0) await pauseOrAbort(clock, PAUSE_MS, signal);
    signal.throwIfAborted();
    try {
      await notices.tell(id, { kind: "announcement", words }, occasion);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      untold += 1;
    }
    progress("holders told", done + 1, accounts.length);
  }
  return { told: accounts.length - untold, untold };
}
