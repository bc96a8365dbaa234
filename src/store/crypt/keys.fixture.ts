/** A home with nothing but keys, for tests: made in a temporary folder and gone with the test. */
import { hkdfSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { APPLICATION, type Database, openDatabase } from "../sqlite/database.ts";
import type { Migration } from "../sqlite/migrate.ts";
import { StoreError } from "../store-error.ts";
import type { FileKey } from "./account-keys.ts";
import type { KeysOptions } from "./keys.ts";
import { generateRoot, type Root } from "./root.ts";

export const isKeyError = (error: unknown): boolean => error instanceof StoreError && error.code === "key";

export function home(): { options: KeysOptions; folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "altmail-keys-"));
  for (const name of ["data", "secret"]) mkdirSync(join(folder, name));
  const root = generateRoot(join(folder, "secret", "root"));
  const options = { dataFolder: join(folder, "data"), secretFolder: join(folder, "secret"), root };
  return { options, folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

export const epochText = (options: KeysOptions): string => readFileSync(join(options.secretFolder, "epoch"), "latin1");

/** The `keys.db` of a data folder, as whoever has the root opens it by hand. */
export function keysFile(dataFolder: string, root: Root, migrations: readonly Migration[]): Database {
  const key = new Uint8Array(hkdfSync("sha256", root, new Uint8Array(0), "altmail keys.db", 32)) as FileKey;
  const path = join(dataFolder, "keys.db");
  return openDatabase({ path, key, applicationId: APPLICATION.keys, migrations, synchronous: "full", create: {} });
}
