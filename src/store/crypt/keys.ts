/**
 * `keys.db`: one sealed row a key. Keys of account files, of the system's databases, and of each day's logs; each is
 * wrapped under root and epoch, with its kind, name and epoch as associated data. A key dies with its row and the epoch:
 * destroying one makes a new epoch at once, so no older copy of the data folder opens what it opened. Promise D5.
 *
 * Commits are FULL: durable on return. Calls are short and wait for one another across processes.
 */
import { hkdfSync, randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Statement } from "better-sqlite3-multiple-ciphers";
import { type AccountId, accountId } from "../ids.ts";
import { APPLICATION, type Database, openDatabase } from "../sqlite/database.ts";
import type { Migration } from "../sqlite/migrate.ts";
import { storeError } from "../sqlite/sqlite-error.ts";
import { StoreError } from "../store-error.ts";
import type { Auditable } from "../auditable.ts";
import { auditableOf } from "../sqlite/auditable.ts";
import type { AccountKeys, ChangingKeys, FileKey } from "./account-keys.ts";
import {
  currentEpoch,
  epochMadeAt,
  type Epoch,
  findEpoch,
  keyEncryptionKey,
  prepareEpoch,
  settleEpoch,
} from "./epoch.ts";
import type { Root } from "./root.ts";
import { seal, unseal } from "./seal.ts";
import { readSecret, removeSecret, type Secret, writeSecret } from "./secret-file.ts";

export interface Keys extends AccountKeys, Disposable {
  /** The accounts that have a key. */
  accounts(): readonly AccountId[];
  /** The key of one of the system's own databases, made on first use. */
  systemKey(name: string): FileKey;
  /** The key of a day's logs, `YYYY-MM-DD`. `undefined` when it was destroyed, or never made and `create` is not set. */
  dayKey(date: string, options?: { readonly create?: boolean }): FileKey | undefined;
  /** Destroys a day's key durably: its secret is unlinked. Needs no root when done by unlinking the file alone. */
  destroyDay(date: string): void;
  /** Wraps all keys under a new epoch and destroys the old one. Each night, and by `destroy`. */
  rotateEpoch(): void;
  readonly changing: ChangingKeys;
  /** How many keys there are of each kind, and since when the epoch is. */
  census(): KeyCensus;
  /** What the audit of retention sees of keys.db. */
  readonly auditable: Auditable;
}

export type KeyCensus = {
  readonly accounts: number;
  /** Accounts that are just getting another key. */
  readonly changing: number;
  readonly system: number;
  readonly days: number;
  /** Epoch milliseconds. */
  readonly epochMadeAt: number;
};

export type KeysOptions = {
  readonly dataFolder: string;
  readonly secretFolder: string;
  readonly root: Root;
  /** Tests stop the change of epoch after each of its steps by throwing. */
  readonly afterStep?: (step: "written" | "committed") => void;
};

/** `next`: the second key of an account (account-keys.ts). */
type Kind = "account" | "next" | "system" | "day";
type Row = { readonly kind: Kind; readonly name: string; readonly epoch: string; readonly sealed: Uint8Array };

const LOCK_WAIT_MS = 10_000;
const NOTHING = new Uint8Array(0);

/** @throws StoreError "key" when root or epoch is missing or not the one the keys are wrapped under. */
export function openKeys(options: KeysOptions): Keys {
  const fileKey = new Uint8Array(hkdfSync("sha256", options.root, NOTHING, "altmail keys.db", 32)) as FileKey;
  const db = openFile(join(options.dataFolder, "keys.db"), fileKey);
  try {
    return new SqliteKeys(db, options);
  } catch (error) {
    db.close();
    throw storeError(error, "Opening the keys");
  }
}

function openFile(path: string, key: FileKey): Database {
  try {
    return openDatabase({
      path,
      key,
      applicationId: APPLICATION.keys,
      migrations: keysMigrations,
      synchronous: "full",
      create: {},
      waitMs: LOCK_WAIT_MS,
      keepWaiting: true,
    });
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "key") throw error;
    const sentence = "The root key does not open keys.db: it is the key of another home, or keys.db is damaged.";
    throw new StoreError("key", sentence, { cause: error });
  }
}

export const keysMigrations: readonly Migration[] = [
  (db) =>
    void db.exec(`
    CREATE TABLE wrapping(one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL) STRICT;
    CREATE TABLE key(
      kind TEXT NOT NULL, name TEXT NOT NULL, epoch TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID;
  `),
];

class SqliteKeys implements Keys {
  readonly #db: Database;
  readonly #options: KeysOptions;
  /** The newest epoch met; dropped when a row names another. */
  #epoch: Epoch | undefined;
  /** Keys that wrap, by kind, under that epoch: deriving one costs more than all else of a look-up. */
  readonly #wrappings = new Map<Kind, Uint8Array>();
  readonly #select: Statement;
  readonly changing: ChangingKeys;
  readonly auditable: Auditable;

  constructor(db: Database, options: KeysOptions) {
    this.#db = db;
    this.#options = options;
    this.#select = db.prepare("SELECT kind, name, epoch, sealed FROM key WHERE kind = ? AND name = ?");
    this.#exclusively(() => {
      const named = this.#namedEpoch();
      if (named !== undefined) return settleEpoch(options.secretFolder, named);
      // The file is new. An epoch that is there already may still open a data folder that is away: never overwrite it.
      const epoch = currentEpoch(options.secretFolder) ?? prepareEpoch(options.secretFolder);
      db.prepare("INSERT INTO wrapping(one, epoch) VALUES (1, ?)").run(epoch.id);
    });
    this.#settle();
    this.#epochNamed(this.#namedEpoch() ?? "");
    this.changing = {
      accounts: () => this.#named("next"),
      next: (account) => this.#get("next", account),
      prepare: (account) => this.#get("next", account) ?? this.#make("next", account),
      promote: (account) => this.#promote(account),
      // Nothing rests under it, so it needs no new epoch.
      drop: (account) => this.#guard(() => this.#delete("next", account)),
    };
    this.auditable = auditableOf("keys.db", (work) => this.#guard(() => work(db)));
  }

  create(account: AccountId): FileKey {
    return this.#get("account", account) ?? this.#make("account", account);
  }

  get(account: AccountId): FileKey | undefined {
    return this.#get("account", account);
  }

  destroy(account: AccountId): void {
    this.#changeEpoch(() => {
      this.#delete("account", account);
      this.#delete("next", account);
    });
  }

  accounts(): readonly AccountId[] {
    return this.#named("account");
  }

  census(): KeyCensus {
    return this.#guard(() => {
      const count = this.#db.prepare("SELECT count(*) FROM key WHERE kind = ?").pluck();
      const of = (kind: Kind): number => Number(count.get(kind));
      return {
        accounts: of("account"),
        changing: of("next"),
        system: of("system"),
        days: of("day"),
        epochMadeAt: epochMadeAt(this.#options.secretFolder),
      };
    });
  }

  systemKey(name: string): FileKey {
    return this.#get("system", name) ?? this.#make("system", name);
  }

  dayKey(date: string, options: { readonly create?: boolean } = {}): FileKey | undefined {
    const path = this.#dayPath(date);
    if (readSecret(path) === undefined) {
      if (options.create !== true) return undefined;
      writeSecret(path, randomBytes(32) as Uint8Array as Secret);
      // A row from before cannot be opened any more: its secret was destroyed.
      this.#guard(() => this.#sweepDay(date));
    }
    const key = this.#get("day", date);
    return key === undefined && options.create === true ? this.#make("day", date) : key;
  }

  destroyDay(date: string): void {
    removeSecret(this.#dayPath(date));
    this.#guard(() => this.#delete("day", date));
  }

  rotateEpoch(): void {
    this.#changeEpoch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.#adopt(undefined);
    this.#db.close();
  }

  #promote(account: AccountId): void {
    this.#changeEpoch(() => {
      const next = this.#row("next", account);
      const key = next && this.#open(next);
      if (key === undefined) return;
      const epoch = this.#epochNamed(this.#namedEpoch() ?? "");
      this.#insert("account", account, epoch, key);
      this.#delete("next", account);
    });
  }

  /** One transaction: what `first` does, then every living key under a new epoch. */
  #changeEpoch(first: () => void): void {
    this.#guard(() => {
      this.#exclusively(() => {
        settleEpoch(this.#options.secretFolder, this.#namedEpoch() ?? "");
        first();
        const next = prepareEpoch(this.#options.secretFolder);
        this.#options.afterStep?.("written");
        this.#wrapAll(next);
      });
      this.#options.afterStep?.("committed");
      this.#settle();
      this.#db.pragma("wal_checkpoint(TRUNCATE)");
    });
  }

  /** Another process may change the epoch at the same time: who renames holds the lock and looks first. */
  #settle(): void {
    this.#exclusively(() => settleEpoch(this.#options.secretFolder, this.#namedEpoch() ?? ""));
  }

  #wrapAll(next: Epoch): void {
    const rows = this.#db.prepare("SELECT kind, name, epoch, sealed FROM key").all() as Row[];
    const opened = rows.map((row) => ({ ...row, key: this.#open(row) }));
    this.#adopt(next);
    const update = this.#db.prepare("UPDATE key SET epoch = ?, sealed = ? WHERE kind = ? AND name = ?");
    for (const { kind, name, key } of opened) {
      // A day whose secret is gone: destroyed, perhaps while the service stood sealed.
      if (key === undefined) this.#delete(kind, name);
      else update.run(next.id, this.#seal(kind, name, next, key), kind, name);
    }
    this.#db.prepare("UPDATE wrapping SET epoch = ?").run(next.id);
  }

  #get(kind: Kind, name: string): FileKey | undefined {
    return this.#guard(() => {
      const row = this.#row(kind, name);
      if (row === undefined) return undefined;
      if (row.epoch === this.#epoch?.id || findEpoch(this.#options.secretFolder, row.epoch) !== undefined) {
        return this.#open(row);
      }
      // Another process changed the epoch between the two looks: with the lock held nothing moves.
      return this.#exclusively(() => {
        const again = this.#row(kind, name);
        return again && this.#open(again);
      });
    });
  }

  #make(kind: Kind, name: string): FileKey {
    return this.#guard(() =>
      this.#exclusively(() => {
        const row = this.#row(kind, name);
        const existing = row && this.#open(row);
        if (existing !== undefined) return existing;
        const key = randomBytes(32) as Uint8Array as FileKey;
        const epoch = this.#epochNamed(this.#namedEpoch() ?? "");
        this.#insert(kind, name, epoch, key);
        return key;
      }),
    );
  }

  #insert(kind: Kind, name: string, epoch: Epoch, key: FileKey): void {
    const insert = this.#db.prepare("INSERT OR REPLACE INTO key(kind, name, epoch, sealed) VALUES (?, ?, ?, ?)");
    insert.run(kind, name, epoch.id, this.#seal(kind, name, epoch, key));
  }

  #delete(kind: Kind, name: string): void {
    this.#db.prepare("DELETE FROM key WHERE kind = ? AND name = ?").run(kind, name);
  }

  #named(kind: Kind): readonly AccountId[] {
    return this.#guard(() => {
      const names = this.#db.prepare("SELECT name FROM key WHERE kind = ? ORDER BY name").pluck().all(kind);
      return names.map((name) => accountId(String(name)));
    });
  }

  #sweepDay(date: string): void {
    const row = this.#row("day", date);
    if (row !== undefined && this.#unwrap(row) === undefined) this.#delete("day", date);
  }

  #row(kind: Kind, name: string): Row | undefined {
    return this.#select.get(kind, name) as Row | undefined;
  }

  #seal(kind: Kind, name: string, epoch: Epoch, key: FileKey): Uint8Array {
    const wrapping = this.#wrapping(kind, name, epoch);
    if (wrapping === undefined) throw new StoreError("key", "The secret of the day does not exist.");
    return seal(wrapping, key, `${kind}:${name}:${epoch.id}`);
  }

  /** `undefined`: a day whose secret is gone. */
  #open(row: Row): FileKey | undefined {
    if (row.kind === "day" && readSecret(this.#dayPath(row.name)) === undefined) return undefined;
    const key = this.#unwrap(row);
    if (key === undefined) throw new StoreError("key", "A key does not open under this root and epoch.");
    return key;
  }

  #unwrap(row: Row): FileKey | undefined {
    const wrapping = this.#wrapping(row.kind, row.name, this.#epochNamed(row.epoch));
    if (wrapping === undefined) return undefined;
    return unseal(wrapping, row.sealed, `${row.kind}:${row.name}:${row.epoch}`) as FileKey | undefined;
  }

  /** `undefined`: a day whose secret is gone. */
  #wrapping(kind: Kind, name: string, epoch: Epoch): Uint8Array | undefined {
    if (kind === "day") {
      const secret = readSecret(this.#dayPath(name));
      return secret && keyEncryptionKey(this.#options.root, epoch, secret, kind);
    }
    if (epoch !== this.#epoch) return keyEncryptionKey(this.#options.root, epoch, NOTHING, kind);
    const known = this.#wrappings.get(kind) ?? keyEncryptionKey(this.#options.root, epoch, NOTHING, kind);
    this.#wrappings.set(kind, known);
    return known;
  }

  #adopt(epoch: Epoch | undefined): void {
    this.#epoch = epoch;
    this.#wrappings.clear();
  }

  #epochNamed(id: string): Epoch {
    if (this.#epoch?.id === id) return this.#epoch;
    const epoch = findEpoch(this.#options.secretFolder, id);
    if (epoch === undefined) {
      throw new StoreError("key", "The epoch in the secret folder is not the one the keys are wrapped under.");
    }
    this.#adopt(epoch);
    return epoch;
  }

  #namedEpoch(): string | undefined {
    return this.#db.prepare("SELECT epoch FROM wrapping").pluck().get() as string | undefined;
  }

  #dayPath(date: string): string {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new RangeError("a day is named YYYY-MM-DD");
    return join(this.#options.secretFolder, `day-${date}`);
  }

  #exclusively<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storeError(error, "Using the keys");
    }
  }
}
