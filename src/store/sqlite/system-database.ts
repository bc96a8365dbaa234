/** Opens one of the service's own databases: commits are durable when they return, and whoever is locked out waits its turn. */
import { type Clock, systemClock } from "../../host/clock.ts";
import type { FileKey } from "../crypt/account-keys.ts";
import { type Database, openDatabase } from "./database.ts";
import { retried } from "./immediate.ts";
import type { Migration } from "./migrate.ts";

export type SystemDatabaseOptions = { readonly file: string; readonly key: FileKey; readonly clock?: Clock };

/** The file is made when it is missing. @throws StoreError "key", "io", "full", "busy". */
export function openSystemDatabase(
  { file, key, clock = systemClock }: SystemDatabaseOptions,
  applicationId: number,
  migrations: readonly Migration[],
): Promise<Database> {
  return retried({ clock }, () =>
    openDatabase({ path: file, key, applicationId, migrations, synchronous: "full", create: {} }),
  );
}
