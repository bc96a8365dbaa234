/**
 * Rewrites one account's file in a thread of its own: a large file takes seconds, and no event loop may wait so long.
 * Talks with rekey.ts: says `open`, and on `take` has the file alone; gets the new key, which keys.db has named by then; says
 * `rewritten` when all octets are under it and durable; keeps the lock until it is told to end.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { FileKey } from "../../crypt/account-keys.ts";
import { APPLICATION, type Database, openDatabase } from "../database.ts";
import { mailMigrations } from "../mail/schema.ts";
import { isBusy } from "../sqlite-error.ts";
import { backToLog, rewrite, takeAlone } from "./key-change.ts";

export type ThreadStart = { readonly path: string; readonly key: Uint8Array; readonly patienceMs: number };
export type ThreadStep = "open" | "alone" | "rewritten" | "logged";
/** `code`: of what was thrown. */
export type ThreadSays = { readonly step: ThreadStep } | { readonly failed: string };
export type ThreadHears = "take" | { readonly rewrite: Uint8Array } | "end";

const PAUSE_MS = 5;

function begin({ path, key, patienceMs }: ThreadStart): void {
  const db = openDatabase({
    path,
    key: new Uint8Array(key) as FileKey,
    applicationId: APPLICATION.mail,
    migrations: mailMigrations,
    synchronous: "full",
  });
  parentPort?.on("message", (told: ThreadHears) => {
    if (told === "end") {
      db.close();
      parentPort?.close();
      return;
    }
    reporting(() => {
      if (told === "take") {
        takePatiently(db, patienceMs);
        say("alone");
        return;
      }
      rewrite(db, new Uint8Array(told.rewrite) as FileKey);
      say("rewritten");
      backToLog(db);
      say("logged");
    });
  });
  say("open");
}

/** The others close the file when they hear of the change; this thread has nothing else to do than to wait. */
function takePatiently(db: Database, patienceMs: number): void {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    try {
      return takeAlone(db);
    } catch (error) {
      if (!isBusy(error) || waitedMs >= patienceMs) throw error;
    }
    Atomics.wait(nothing, 0, 0, PAUSE_MS);
  }
}

function reporting(work: () => void): void {
  try {
    work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    parentPort?.postMessage({ failed: code } satisfies ThreadSays, []);
  }
}

function say(step: ThreadStep): void {
  parentPort?.postMessage({ step } satisfies ThreadSays, []);
}

reporting(() => begin(workerData as ThreadStart));
