/**
 * Gives an account another key while the service runs. Everyone lets go of the file; a thread takes it alone; the second
 * key is named in keys.db, durably; the file is rewritten under it; then it becomes the only one, under a new epoch. Who
 * opens the account meanwhile finds it busy; after a crash he settles the change (settle.ts). No step loses mail.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Bus } from "../../../host/bus.ts";
import type { AccountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import { accountPath, type AccountPlace } from "../mail/open-account.ts";
import type { OpenAccounts } from "../mail/open-accounts.ts";
import { isBusy } from "../sqlite-error.ts";
import { LET_GO_TOPIC } from "./let-go.ts";
import type { ThreadHears, ThreadSays, ThreadStart, ThreadStep } from "./rekey-thread.ts";

export type RekeyOptions = {
  readonly accounts: OpenAccounts;
  readonly place: AccountPlace;
  readonly bus: Bus;
  /** How long the others may take to let go of the file. */
  readonly patienceMs?: number;
  /** Tests end the process after each of its steps. */
  readonly afterStep?: (step: RekeyStep) => void;
};

export type RekeyStep = ThreadStep | "named" | "promoted";

const PATIENCE_MS = 8000;
const THREAD = new URL("./rekey-thread.ts", import.meta.url);

/**
 * Fulfils when the file is under the new key alone and the old key is destroyed. One at a time for an account.
 * @throws StoreError "no-account"; "busy" when others do not let go of the file; "full", "io": it stays as it was.
 */
export async function rekeyAccount(options: RekeyOptions, account: AccountId): Promise<void> {
  const { accounts, place, bus, patienceMs = PATIENCE_MS, afterStep } = options;
  const { changing } = place.keys;
  if (changing === undefined) throw new StoreError("key", "These keys cannot be changed.");
  // Settles what a crash left: an earlier change of the key, and the numbers after a power cut.
  await accounts.use(account, () => undefined);
  const key = place.keys.get(account);
  if (key === undefined) throw new StoreError("no-account", "The account does not exist.");
  const workerData: ThreadStart = { path: accountPath(place.folder, account), key, patienceMs };
  const thread = new Worker(THREAD, { workerData, stderr: true });
  const gone = once(thread, "exit");
  const tell = (told: ThreadHears): void => thread.postMessage(told, []);
  const failure = await new Promise<unknown>((resolve) => {
    const next: Readonly<Record<ThreadStep, () => void>> = {
      open() {
        bus.publish(LET_GO_TOPIC, { account, isOver: false });
        accounts.letGo(account);
        tell("take");
      },
      // The lock is held: from here to its end nobody else names, promotes or drops a key of this account.
      alone() {
        const second = changing.prepare(account);
        afterStep?.("named");
        tell({ rewrite: second });
      },
      rewritten() {},
      logged() {
        changing.promote(account);
        afterStep?.("promoted");
        resolve(undefined);
      },
    };
    thread.on("message", (says: ThreadSays) => {
      try {
        if ("failed" in says) return resolve(failed(says.failed));
        afterStep?.(says.step);
        next[says.step]();
      } catch (error) {
        resolve(error);
      }
    });
    thread.once("error", resolve);
    thread.once("exit", () => resolve(failed("thread")));
  });
  tell("end");
  await gone;
  bus.publish(LET_GO_TOPIC, { account, isOver: true });
  accounts.takeAgain(account);
  if (failure === undefined) return;
  // Which key it is now the file itself tells.
  await accounts.use(account, () => undefined);
  throw failure;
}

function failed(code: string): StoreError {
  if (isBusy(Object.assign(new Error(code), { code }))) {
    return new StoreError("busy", "The account is in use all the time; repeat it at a quieter time.");
  }
  if (code === "SQLITE_FULL") return new StoreError("full", "There is no room for a second copy of the account.");
  return new StoreError("io", `Rewriting the account's file failed: ${code}.`);
}
