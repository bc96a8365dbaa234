/**
 * A folder as a place for objects, best on a disk or a share that is not the service's own. The folder itself must be
 * there already: one that is missing is a share that is not mounted, and nothing may land on the disk below it.
 * An object is written beside the others under a name of its own, synced, renamed, and its folder synced.
 */
import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Clock, HOUR } from "../../host/clock.ts";
import { type ObjectPlace, type PlacedObject, PlaceError } from "../../service/backup/place.ts";
import { FolderSyncs } from "./folder-syncs.ts";
import { checkName, checkPrefix, checkRange, checkSize } from "./object-name.ts";

/** Holds what is being written; names of objects never start with a dot. */
const WRITING = ".writing";
/** No write takes that long: what is older was left by a crash. */
const LEFT_OVER_MS = HOUR;

export type FolderPlaceOptions = {
  readonly path: string;
  readonly clock: Clock;
  /** A path on the service's own disk: when the folder is on the same device, the label says so. */
  readonly home?: string;
};

/** @throws PlaceError when the folder is not there or may not be used. */
export async function openFolderPlace(options: FolderPlaceOptions): Promise<ObjectPlace> {
  const place = new FolderPlace(options.path, options.clock, await labelOf(options));
  await place.clear();
  return place;
}

async function labelOf({ path, home }: FolderPlaceOptions): Promise<string> {
  return guarded(path, async () => {
    const own = await stat(path);
    if (!own.isDirectory()) throw new PlaceError(`${path} is not a folder.`);
    const beside = home !== undefined && (await stat(home)).dev === own.dev;
    return beside ? `folder ${path} (on the disk of the service itself)` : `folder ${path}`;
  });
}

class FolderPlace implements ObjectPlace {
  readonly label: string;
  readonly #root: string;
  readonly #clock: Clock;
  readonly #syncs = new FolderSyncs();
  /** Folders whose own names are known to be durable, all the way from the root. */
  readonly #durable = new Set<string>();

  constructor(root: string, clock: Clock, label: string) {
    this.#root = root;
    this.#clock = clock;
    this.label = label;
  }

  async put(name: string, octets: Uint8Array): Promise<void> {
    checkName(name);
    checkSize(octets);
    await guarded(this.#root, async () => {
      const written = join(this.#root, WRITING, randomBytes(16).toString("hex"));
      try {
        await this.#write(written, octets);
        await this.#move(written, join(this.#root, name));
      } catch (error) {
        await unlink(written).catch(() => {});
        throw error;
      }
    });
  }

  async get(name: string, range?: { readonly from: number; readonly to: number }): Promise<Uint8Array | undefined> {
    checkName(name);
    if (range !== undefined) checkRange(range);
    return guarded(this.#root, async () => {
      const file = await unless("ENOENT", open(join(this.#root, name), "r"));
      if (file === undefined) {
        // A folder that is not mounted would say of everything that it is missing.
        await stat(this.#root);
        return undefined;
      }
      await using _ = file;
      const { size } = await file.stat();
      const from = Math.min(range?.from ?? 0, size);
      const octets = new Uint8Array(Math.min(range?.to ?? size, size) - from);
      for (let at = 0; at < octets.length; ) {
        const { bytesRead } = await file.read(octets, at, octets.length - at, from + at);
        if (bytesRead === 0) throw new PlaceError(`A file in ${this.#root} became shorter while it was read.`);
        at += bytesRead;
      }
      return octets;
    });
  }

  async *list(prefix: string): AsyncGenerator<PlacedObject> {
    checkPrefix(prefix);
    await this.clear();
    yield* this.#below(prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix);
  }

  async delete(names: readonly string[]): Promise<void> {
    for (const name of names) checkName(name);
    await guarded(this.#root, async () => {
      await stat(this.#root);
      const changed = new Set<string>();
      for (const name of names) {
        const path = join(this.#root, name);
        if (
          (await unless(
            "ENOENT",
            unlink(path).then(() => true),
          )) === true
        )
          changed.add(dirname(path));
      }
      for (const folder of changed) await this.#clearEmpty(folder);
    });
  }

  async keepers(): Promise<readonly string[]> {
    return [];
  }

  /** Removes what a crash left half written. */
  async clear(): Promise<void> {
    await guarded(this.#root, async () => {
      const folder = join(this.#root, WRITING);
      for (const name of (await unless("ENOENT", readdir(folder))) ?? []) {
        const path = join(folder, name);
        const found = await unless("ENOENT", stat(path));
        if (found !== undefined && found.mtimeMs < this.#clock.now() - LEFT_OVER_MS)
          await unless("ENOENT", unlink(path));
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #write(path: string, octets: Uint8Array): Promise<void> {
    await stat(this.#root);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await using file = await open(path, "wx", 0o600);
    await file.writeFile(octets);
    await file.sync();
  }

  /** Renames into a folder that may have to be made, or that a deletion may just have removed as empty. */
  async #move(from: string, to: string): Promise<void> {
    const folder = dirname(to);
    for (let tries = 0; ; tries++) {
      try {
        // A folder on the way may go between its making and the next one's.
        const made = await mkdir(folder, { recursive: true, mode: 0o700 });
        if (made !== undefined) this.#durable.delete(folder);
        await rename(from, to);
        break;
      } catch (error) {
        if (codeOf(error) !== "ENOENT" || tries >= 8) throw error;
      }
    }
    await this.#syncs.sync(folder);
    if (this.#durable.has(folder)) return;
    for (let above = folder; above !== this.#root; ) {
      above = dirname(above);
      await this.#syncs.sync(above);
    }
    this.#durable.add(folder);
  }

  /** Syncs a folder in which names were removed, and removes it and those above when nothing is left in them. */
  async #clearEmpty(folder: string): Promise<void> {
    for (let at = folder; ; at = dirname(at)) {
      await this.#syncs.sync(at);
      if (at === this.#root) return;
      this.#durable.delete(at);
      const removed = rmdir(at).then(() => true);
      if ((await unless("ENOTEMPTY", unless("EEXIST", unless("ENOENT", removed)))) === undefined) return;
    }
  }

  /** Walks in order of whole names, for which a folder counts as its name with a slash. */
  async *#below(folder: string, prefix: string): AsyncGenerator<PlacedObject> {
    const path = join(this.#root, folder);
    const entries = await guarded(this.#root, async () => {
      await stat(this.#root);
      const found = (await unless("ENOENT", readdir(path, { withFileTypes: true }))) ?? [];
      return found
        .filter((entry) => (entry.isFile() || entry.isDirectory()) && !(folder === "" && entry.name === WRITING))
        .map((entry) => ({
          name: `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`,
          nested: entry.isDirectory(),
        }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    });
    for (const { name, nested } of entries) {
      if (!name.startsWith(prefix) && !prefix.startsWith(name)) continue;
      if (nested) {
        yield* this.#below(name, prefix);
        continue;
      }
      if (!name.startsWith(prefix)) continue;
      const found = await guarded(this.#root, () => unless("ENOENT", stat(join(this.#root, name))));
      if (found !== undefined) yield { name, size: found.size, writtenAt: Math.floor(found.mtimeMs) };
    }
  }
}

/** `undefined` where the machine answers with this error. */
async function unless<T>(code: string, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === code) return undefined;
    throw error;
  }
}

/** Turns what the machine refuses into a sentence about the folder. */
async function guarded<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlaceError) throw error;
    const code = codeOf(error);
    throw new PlaceError(SENTENCES[code]?.(root) ?? `The folder ${root} cannot be used (${code}).`, { cause: error });
  }
}

const full = (root: string): string => `The disk of the folder ${root} is full.`;
const refused = (root: string): string =>
  `The service's user may not read and write in the folder ${root}; look at its owner, mode and mount.`;
const SENTENCES: Readonly<Record<string, (root: string) => string>> = {
  ENOENT: (root) => `The folder ${root} is not there: make it, or mount what belongs there.`,
  ENOSPC: full,
  EDQUOT: full,
  EACCES: refused,
  EPERM: refused,
  EROFS: refused,
};

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}
