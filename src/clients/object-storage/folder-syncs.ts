/** Syncs folders; who asks while a sync of the same folder waits to start shares it, so that many writes cost few syncs. */
import { open } from "node:fs/promises";

export class FolderSyncs {
  /** By folder: the sync that runs, and the one that starts after it. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  /** Fulfils when the names that were in the folder at this moment are durable. */
  sync(folder: string): Promise<void> {
    const waiting = this.#next.get(folder);
    if (waiting !== undefined) return waiting;
    const running = this.#running.get(folder);
    if (running === undefined) return this.#start(folder);
    // One that runs may have begun before the caller's change.
    const next = running
      .catch(() => {})
      .then(() => {
        this.#next.delete(folder);
        return this.#start(folder);
      });
    this.#next.set(folder, next);
    return next;
  }

  #start(folder: string): Promise<void> {
    const done = syncNow(folder).finally(() => {
      if (this.#running.get(folder) === done) this.#running.delete(folder);
    });
    this.#running.set(folder, done);
    return done;
  }
}

async function syncNow(folder: string): Promise<void> {
  let file;
  try {
    file = await open(folder, "r");
  } catch (error) {
    // Removed as empty meanwhile: then the folder above is synced for that.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  await using _ = file;
  await file.sync();
}
