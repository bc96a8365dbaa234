/**
 * Opens every database of the program: encrypted with a raw key (AEGIS-256), pages of 8 KiB, write-ahead log. What
 * protects data is set on each connection and verified: no temporary files (they would be plaintext), deleted content
 * overwritten, the loop never blocked by another process's lock, durability as asked.
 *
 * A new file is made whole under a temporary name and then linked to its own, so that of two processes that create it
 * at once one wins, and nobody ever sees half a database.
 */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3-multiple-ciphers";
import { syncFolder } from "../../host/sync-folder.ts";
import type { FileKey } from "../crypt/account-keys.ts";
import { StoreError } from "../store-error.ts";
import { type Migration, migrate, migrateNew } from "./migrate.ts";
import { storeError } from "./sqlite-error.ts";

export type { Database };

/** Distinguishes our files by kind: "AltM", "AltK", "AltS" and so on in the file's header. */
export const APPLICATION = {
  mail: 0x416c744d,
  keys: 0x416c744b,
  system: 0x416c7453,
  queue: 0x416c7451,
  access: 0x416c7441,
  backup: 0x416c7442,
  figures: 0x416c7446,
  outbound: 0x416c744f,
  dkim: 0x416c7444,
  sending: 0x416c7443,
  policies: 0x416c7450,
  tlsrpt: 0x416c7454,
  dmarcrpt: 0x416c7452,
  received: 0x416c7456,
  defence: 0x416c7445,
  watch: 0x416c7457,
  billing: 0x416c7424,
  web: 0x416c7448,
} as const;

export type DatabaseOptions = {
  readonly path: string;
  readonly key: FileKey;
  readonly applicationId: number;
  readonly migrations: readonly Migration[];
  /** `full`: COMMIT returns durable. `normal`: the caller syncs the `-wal` file itself. */
  readonly synchronous: "full" | "normal";
  /** Makes the file when it is missing; `fill` puts the first rows in before anyone can see it. */
  readonly create?: { readonly fill?: (db: Database) => void } | undefined;
  /** How long opening, and with `keepWaiting` each statement, waits for locks of others; blocks the loop. Default 0. */
  readonly waitMs?: number;
  readonly keepWaiting?: boolean;
  /** Pages kept in memory, KiB. Default 1,000. */
  readonly cacheKiB?: number;
};

/**
 * @throws StoreError "no-account" when the file is missing and `create` is not given, "key" when the key does not open
 * it or it is no database, "busy", "full", "io".
 */
export function openDatabase(options: DatabaseOptions): Database {
  try {
    if (!existsSync(options.path)) {
      if (options.create === undefined) throw new StoreError("no-account", "The database file does not exist.");
      createFile(options, options.create.fill);
    }
    return connect(options);
  } catch (error) {
    throw storeError(error, "Opening a database");
  }
}

/**
 * Makes the file, durably, and does not open it; one that is there already stays as it is.
 * @throws StoreError "full", "io"
 */
export function createDatabase(options: DatabaseOptions): void {
  try {
    if (!existsSync(options.path)) createFile(options, options.create?.fill);
  } catch (error) {
    throw storeError(error, "Creating a database");
  }
}

function connect(options: DatabaseOptions): Database {
  const db = new Database(options.path, { fileMustExist: true, timeout: options.waitMs ?? 0 });
  try {
    unlock(db, options.key);
    protect(db, options);
    if (Number(db.pragma("application_id", { simple: true })) !== options.applicationId) {
      throw new StoreError("key", "The file is a database of another kind.");
    }
    migrate(db, options.migrations);
    if (options.waitMs !== undefined && options.keepWaiting !== true) db.pragma("busy_timeout = 0");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Cipher, then key: before anything else touches the file. */
function unlock(db: Database, key: FileKey): void {
  db.pragma("cipher = 'aegis'");
  db.pragma("algorithm = 'aegis-256'");
  db.pragma(`key = 'raw:${Buffer.from(key).toString("hex")}'`);
}

function protect(db: Database, options: DatabaseOptions): void {
  const synchronous = options.synchronous === "full" ? 2 : 1;
  db.exec(
    `PRAGMA temp_store = MEMORY; PRAGMA synchronous = ${synchronous}; PRAGMA cache_size = -${options.cacheKiB ?? 1000}`,
  );
  const holds =
    db.pragma("secure_delete = ON", { simple: true }) === 1 &&
    db.pragma("wal_autocheckpoint = 250", { simple: true }) === 250 &&
    db.pragma("temp_store", { simple: true }) === 2 &&
    db.pragma("synchronous", { simple: true }) === synchronous &&
    db.pragma("busy_timeout", { simple: true }) === (options.waitMs ?? 0);
  if (!holds) throw new StoreError("io", "The SQLite binding did not take a setting that protects data.");
}

function createFile(options: DatabaseOptions, fill: ((db: Database) => void) | undefined): void {
  const temporary = `${options.path}.new-${randomBytes(8).toString("hex")}`;
  try {
    build(temporary, options, fill);
    const descriptor = openSync(temporary, "r+");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    link(temporary, options.path);
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(dirname(options.path));
}

/** The file is not yet anyone's, so it is written without journal, in one transaction, and synced once at the end. */
function build(path: string, options: DatabaseOptions, fill: ((db: Database) => void) | undefined): void {
  closeSync(openSync(path, "wx", 0o600));
  const db = new Database(path, { timeout: 0 });
  try {
    unlock(db, options.key);
    // Journal and syncs first: the mode of vacuuming is written to the file at once.
    db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY");
    db.exec("PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL");
    db.exec("BEGIN");
    db.pragma(`application_id = ${options.applicationId}`);
    migrateNew(db, options.migrations);
    fill?.(db);
    db.exec("COMMIT");
    if (db.pragma("journal_mode = WAL", { simple: true }) !== "wal") {
      throw new StoreError("io", "The file system does not carry a write-ahead log.");
    }
  } finally {
    db.close();
  }
}

function link(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
