/**
 * Where a message rests between its first octet and its commit when it is too large for memory. Files are sealed
 * under random keys that exist in memory only, made exclusively with mode 0600, and unlinked as soon as they are open:
 * the kernel frees them with their process, so a crash leaves nothing that anyone could read or must clean up
 * (promises D3 and D6). Several processes may open the same folder.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { SealedFile, type SpoolHandle } from "./sealed-file.ts";
import { spoolError } from "./spool-error.ts";
import type { SpoolFile } from "./spool-file.ts";

export type { Spooled, SpoolFile } from "./spool-file.ts";

export interface Spool {
  /** Makes an empty file. @throws SpoolError "full" or "io". */
  create(): Promise<SpoolFile>;
}

const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const openFile = (path: string): Promise<SpoolHandle> => open(path, FLAGS, 0o600);

/**
 * Opens the spool in `folder`, making the folder and removing what a crash between open and unlink left.
 * `openHandle` stands in for the file system in tests.
 */
export async function openSpool(
  folder: string,
  openHandle: (path: string) => Promise<SpoolHandle> = openFile,
): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isFile() && entry.name.endsWith(SUFFIX)) await remove(join(folder, entry.name));
  return {
    async create() {
      const path = join(folder, randomBytes(16).toString("hex") + SUFFIX);
      try {
        const handle = await openHandle(path);
        await remove(path);
        return new SealedFile(handle);
      } catch (error) {
        throw spoolError(error, "make a file");
      }
    },
  };
}

const SUFFIX = ".spool";

/** Another process that opens the folder may have been faster. */
async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}
