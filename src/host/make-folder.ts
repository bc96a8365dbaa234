/**
 * Makes a folder, one level only: a path that was mistyped is not made, and Node's mkdir of several levels never ends
 * below /proc.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { HostError } from "./host-error.ts";

/** For the service's user alone; one that is there stays as it is. @throws HostError that says what to do */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (code === "EEXIST") return;
    const why =
      code === "ENOENT"
        ? `the folder ${dirname(folder)} does not exist or takes no folders: make it first, or choose another`
        : `${folder} cannot be made (${code}): choose another folder, or run this as a user who may write there`;
    throw new HostError(why, { cause });
  }
}
