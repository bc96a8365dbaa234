/**
 * `keys.db`: keys of account files, of the system's databases, and of each day's logs. Keys of accounts are wrapped under
 * keys of groups (key-groups.ts), all else under root and epoch (wrapping.ts). A key of an account dies with its row, its
 * group's key and the epoch: destroying one renews both at once, so no older copy of the data folder opens what it
 * opened, with or without the newest beside it. Promise D5.
 *
 * Commits are FULL: durable on return. Calls are short and wait for one another across processes.
 */
import { hkdfSync, randomBytes } from "node:crypto";
import { join } from "node:path";
import type { AccountId } from "../ids.ts";
import { APPLICATION, type Database, openDatabase } from "../sqlite/database.ts";
import type { Migration } from "../sqlite/migrate.ts";
import { storeError } from "../sqlite/sqlite-error.ts";
import { StoreError } from "../store-error.ts";
import type { Auditable } from "../auditable.ts";
import { auditableOf } from "../sqlite/auditable.ts";
import type { AccountKeys, ChangingKeys, FileKey } from "./account-keys.ts";
import { currentEpoch, epochMadeAt, type Epoch, prepareEpoch, settleEpoch } from "./epoch.ts";
import { createKeyGroups, type KeyGroups, regroupAll } from "./key-groups.ts";
import { type AccountKind, keyRows, type KeyRows, migrationsOfKeys } from "./key-rows.ts";
import type { Root } from "./root.ts";
import { createWrapping, type Wrapping } from "./wrapping.ts";

export interface Keys extends AccountKeys, Disposable {
  /** As `create` for each, in one commit. */
  createAll(accounts: readonly AccountId[]): void;
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

const LOCK_WAIT_MS = 10_000;
const NOTHING = new Uint8Array(0);

/** The steps of the schema, for files without keys in them. */
export const keysMigrations: readonly Migration[] = migrationsOfKeys(() => undefined);

/** @throws StoreError "key" when root or epoch is missing or not the one the keys are wrapped under. */
export function openKeys(options: KeysOptions): Keys {
  const { root, secretFolder } = options;
  const fileKey = new Uint8Array(hkdfSync("sha256", root, NOTHING, "altmail keys.db", 32)) as FileKey;
  const wrapping = createWrapping(root, secretFolder);
  const db = openFile(join(options.dataFolder, "keys.db"), fileKey, wrapping);
  try {
    return new SqliteKeys(db, wrapping, options);
  } catch (error) {
    db.close();
    throw storeError(error, "Opening the keys");
  }
}

function openFile(path: string, key: FileKey, wrapping: Wrapping): Database {
  try {
    return openDatabase({
      path,
      key,
      applicationId: APPLICATION.keys,
      migrations: migrationsOfKeys((rows) => regroupAll(rows, wrapping)),
      synchronous: "full",
      create: {},
      waitMs: LOCK_WAIT_MS,
      keepWaiting: true,
    });
  } catch (error) {
    // What has no cause found its words itself: the epoch is another, a row does not open.
    if (!(error instanceof StoreError) || error.code !== "key" || error.cause === undefined) throw error;
    const sentence = "The root key does not open keys.db: it is the key of another home, or keys.db is damaged.";
    throw new StoreError("key", sentence, { cause: error });
  }
}

class SqliteKeys implements Keys {
  readonly #db: Database;
  readonly #options: KeysOptions;
  readonly #wrapping: Wrapping;
  readonly #rows: KeyRows;
  readonly #groups: KeyGroups;
  readonly changing: ChangingKeys;
  readonly auditable: Auditable;

  constructor(db: Database, wrapping: Wrapping, options: KeysOptions) {
    this.#db = db;
    this.#options = options;
    this.#wrapping = wrapping;
    this.#rows = keyRows(db);
    this.#groups = createKeyGroups(this.#rows, wrapping);
    this.#exclusively(() => {
      const named = this.#rows.epoch();
      if (named !== undefined) return settleEpoch(options.secretFolder, named);
      // The file is new. An epoch that is there already may still open a data folder that is away: never overwrite it.
      const epoch = currentEpoch(options.secretFolder) ?? prepareEpoch(options.secretFolder);
      this.#rows.setEpoch(epoch.id);
    });
    this.#settle();
    this.#epoch();
    this.changing = {
      accounts: () => this.#guard(() => this.#rows.accounts("next")),
      next: (account) => this.#find("next", account),
      prepare: (account) => this.#find("next", account) ?? this.#make("next", account),
      promote: (account) => this.#promote(account),
      // Nothing rests under it, so it needs no new epoch.
      drop: (account) => this.#guard(() => this.#rows.delete("next", account)),
    };
    this.auditable = auditableOf("keys.db", (work) => this.#guard(() => work(db)));
  }

  create(account: AccountId): FileKey {
    return this.#find("account", account) ?? this.#make("account", account);
  }

  createAll(accounts: readonly AccountId[]): void {
    this.#guard(() =>
      this.#exclusively(() => {
        for (const account of accounts) this.#makeWithin("account", account);
      }),
    );
  }

  get(account: AccountId): FileKey | undefined {
    return this.#find("account", account);
  }

  destroy(account: AccountId): void {
    this.#changeEpoch((epoch) => {
      this.#rows.delete("account", account);
      this.#rows.delete("next", account);
      this.#groups.renew(account, epoch);
    });
  }

  accounts(): readonly AccountId[] {
    return this.#guard(() => this.#rows.accounts("account"));
  }

  census(): KeyCensus {
    return this.#guard(() => ({
      accounts: this.#rows.count("account"),
      changing: this.#rows.count("next"),
      system: this.#rows.count("system"),
      days: this.#rows.count("day"),
      epochMadeAt: epochMadeAt(this.#options.secretFolder),
    }));
  }

  systemKey(name: string): FileKey {
    return this.#direct("system", name) ?? this.#makeDirect("system", name);
  }

  dayKey(date: string, options: { readonly create?: boolean } = {}): FileKey | undefined {
    const { days } = this.#wrapping;
    if (!days.exists(date)) {
      if (options.create !== true) return undefined;
      days.make(date);
      // A row from before cannot be opened any more: its secret was destroyed.
      this.#guard(() => this.#sweepDay(date));
    }
    const key = this.#direct("day", date);
    return key === undefined && options.create === true ? this.#makeDirect("day", date) : key;
  }

  destroyDay(date: string): void {
    this.#wrapping.days.destroy(date);
    this.#guard(() => this.#rows.delete("day", date));
  }

  rotateEpoch(): void {
    this.#changeEpoch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.#wrapping.adopt(undefined);
    this.#groups.forget();
    this.#db.close();
  }

  #promote(account: AccountId): void {
    this.#changeEpoch((epoch) => {
      const next = this.#rows.account("next", account);
      if (next === undefined) return;
      this.#groups.put("account", account, this.#groups.open(next), epoch);
      this.#rows.delete("next", account);
      this.#groups.renew(account, epoch);
    });
  }

  /** One transaction: what `first` does, then all that the epoch wraps under a new one. */
  #changeEpoch(first: (epoch: Epoch) => void): void {
    this.#guard(() => {
      this.#exclusively(() => {
        settleEpoch(this.#options.secretFolder, this.#rows.epoch() ?? "");
        first(this.#epoch());
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
    this.#exclusively(() => settleEpoch(this.#options.secretFolder, this.#rows.epoch() ?? ""));
  }

  #wrapAll(next: Epoch): void {
    const opened = this.#rows.allDirect().map((row) => ({ ...row, key: this.#wrapping.open(row) }));
    this.#wrapping.adopt(next);
    for (const { kind, name, key } of opened) {
      // A day whose secret is gone: destroyed, perhaps while the service stood sealed.
      if (key === undefined) this.#rows.delete(kind, name);
      else this.#rows.put(this.#wrapping.seal(kind, name, key, next));
    }
    this.#rows.setEpoch(next.id);
  }

  /** The one that counts. */
  #epoch(): Epoch {
    return this.#wrapping.epoch(this.#rows.epoch() ?? "");
  }

  #find(kind: AccountKind, account: AccountId): FileKey | undefined {
    return this.#look(
      () => this.#rows.account(kind, account),
      (row) => this.#groups.open(row),
      ({ group }) => group?.under,
    );
  }

  #direct(kind: "system" | "day", name: string): FileKey | undefined {
    return this.#look(
      () => this.#rows.direct(kind, name),
      (row) => this.#wrapping.open(row),
      ({ under }) => under,
    );
  }

  /** `undefined` when there is no row, or none that can still be opened. */
  #look<R>(
    row: () => R | undefined,
    open: (row: R) => FileKey | undefined,
    epochOf: (row: R) => string | undefined,
  ): FileKey | undefined {
    return this.#guard(() => {
      const found = row();
      if (found === undefined) return undefined;
      if (this.#wrapping.finds(epochOf(found) ?? "")) return open(found);
      // Another process changed the epoch between the two looks: with the lock held nothing moves.
      return this.#exclusively(() => {
        const again = row();
        return again && open(again);
      });
    });
  }

  #make(kind: AccountKind, account: AccountId): FileKey {
    return this.#guard(() => this.#exclusively(() => this.#makeWithin(kind, account)));
  }

  #makeWithin(kind: AccountKind, account: AccountId): FileKey {
    const row = this.#rows.account(kind, account);
    if (row !== undefined) return this.#groups.open(row);
    const key = randomBytes(32) as Uint8Array as FileKey;
    this.#groups.put(kind, account, key, this.#epoch());
    return key;
  }

  #makeDirect(kind: "system" | "day", name: string): FileKey {
    return this.#guard(() =>
      this.#exclusively(() => {
        const row = this.#rows.direct(kind, name);
        const existing = row && this.#wrapping.open(row);
        if (existing !== undefined) return existing;
        const key = randomBytes(32) as Uint8Array as FileKey;
        this.#rows.put(this.#wrapping.seal(kind, name, key, this.#epoch()));
        return key;
      }),
    );
  }

  #sweepDay(date: string): void {
    this.#exclusively(() => {
      const row = this.#rows.direct("day", date);
      if (row !== undefined && !this.#wrapping.opens(row)) this.#rows.delete("day", date);
    });
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
