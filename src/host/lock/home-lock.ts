/**
 * One altmail a home: an exclusive lock that the kernel holds for this process and drops with it, however it ends.
 * Node offers no lock on files, but its SQLite does (fcntl, on Linux and macOS): the lock is an exclusive transaction
 * on an empty database that never gets a page. So there are no stale locks and no process ids to judge; the id in the
 * file beside it is only for the sentence. The lock file must not be opened in any other way by the process that
 * holds it: closing that descriptor would drop the lock.
 */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { HostError } from "../host-error.ts";
import { makeFolder } from "../make-folder.ts";

/** SQLITE_BUSY. */
const BUSY = 5;

/**
 * Takes the lock of the home whose run folder is given; making the folder when it is missing.
 * @throws HostError when another altmail holds it.
 */
export function lockHome(runFolder: string): Disposable {
  makeFolder(runFolder);
  // The folder is the gate to the control socket, whoever made it.
  chmodSync(runFolder, 0o700);
  const database = new DatabaseSync(join(runFolder, "lock"));
  try {
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!(error instanceof Error && "errcode" in error && error.errcode === BUSY)) throw error;
    throw new HostError(
      `another altmail runs with this home (${holder(runFolder)}): stop it first, or give this command to it`,
      { cause: error },
    );
  }
  writeFileSync(join(runFolder, "pid"), `${process.pid}\n`, { mode: 0o600 });
  return { [Symbol.dispose]: () => database.close() };
}

function holder(runFolder: string): string {
  try {
    return `pid ${Number.parseInt(readFileSync(join(runFolder, "pid"), "latin1"), 10)}`;
  } catch {
    return "its pid is not known";
  }
}
