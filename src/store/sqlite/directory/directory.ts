/**
 * The directory in `system.db`, which every worker opens for itself. A commit is durable when it returns (synchronous
 * FULL) and seen by the next read of any worker; what mail asks for is kept as long as nobody commits. Addresses of removed
 * accounts stay behind as HMACs under a key of this file, so that none is ever given to someone else and none can be listed
 * (promise D5).
 */
import { createHmac } from "node:crypto";
import { type Clock, systemClock } from "../../../host/clock.ts";
import type { Credentials } from "../../credentials.ts";
import type {
  Account,
  AccountState,
  AliasRoom,
  AppPassword,
  Directory,
  Language,
  Preferences,
} from "../../directory.ts";
import { type AccountId, accountId } from "../../ids.ts";
import { APPLICATION, type Database } from "../database.ts";
import { type Steps, snapshot, stepsOn, truncateLog } from "../immediate.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import { auditDirectory } from "./audit.ts";
import { sqliteCredentials } from "./credentials.ts";
import { Lately } from "./lately.ts";
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  type AppPasswordRow,
  accountOf,
  appPasswordOf,
  type PreferenceRow,
  preferencesOf,
} from "./rows.ts";
import { directoryMigrations } from "./schema.ts";
import { type DirectoryStatements, directoryStatements } from "./statements.ts";

export type SqliteDirectoryOptions = SystemDatabaseOptions;

/** With what its accounts prove themselves with. @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteDirectory(
  options: SqliteDirectoryOptions,
): Promise<Directory & { readonly credentials: Credentials }> {
  const clock = options.clock ?? systemClock;
  const db = await openSystemDatabase(options, APPLICATION.system, directoryMigrations);
  return new SqliteDirectory(db, clock);
}

class SqliteDirectory implements Directory {
  readonly credentials: Credentials;
  readonly #db: Database;
  readonly #steps: Steps;
  readonly #clock: Clock;
  readonly #sql: DirectoryStatements;
  readonly #fingerprintKey: Uint8Array;
  /** By id, and by address. */
  readonly #accounts: Lately<Account>;
  readonly #byAddress: Lately<Account>;
  readonly #aliases: Lately<readonly string[]>;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#accounts = new Lately(db);
    this.#byAddress = new Lately(db);
    this.#aliases = new Lately(db);
    const { read, write } = stepsOn(db, clock, "The directory is closed.");
    const lately = [this.#accounts, this.#byAddress, this.#aliases];
    this.#steps = {
      read,
      // Before the transaction ends: nobody of this process reads in between.
      write: (step) =>
        write(() => {
          for (const one of lately) one.forget();
          return step();
        }),
    };
    this.#clock = clock;
    this.#sql = directoryStatements(db);
    this.credentials = sqliteCredentials(db, this.#steps);
    this.#fingerprintKey = db
      .prepare("SELECT value FROM secret WHERE name = 'used-address'")
      .pluck()
      .get() as Uint8Array;
  }

  async byAddress(address: string): Promise<Account | undefined> {
    return this.#steps.read(() => this.#byAddress.get(address, () => accountIn(this.#sql.byAddress.get(address))));
  }

  async byId(id: AccountId): Promise<Account | undefined> {
    return this.#steps.read(() => this.#accounts.get(id, () => accountIn(this.#sql.byId.get(id))));
  }

  async isTaken(address: string): Promise<boolean> {
    return this.#look(() => this.#isTaken(address));
  }

  async accounts(): Promise<readonly Account[]> {
    const rows = await this.#steps.read(() =>
      this.#db.prepare(`SELECT ${ACCOUNT_COLUMNS} FROM account ORDER BY primary_address`).all(),
    );
    return rows.map((row) => accountOf(row as AccountRow));
  }

  async aliases(id: AccountId): Promise<readonly string[]> {
    return this.#steps.read(() => this.#aliases.get(id, () => this.#sql.aliases.all(id) as string[]) ?? []);
  }

  async appPasswords(id: AccountId): Promise<readonly AppPassword[]> {
    const rows = await this.#steps.read(() => this.#sql.appPasswords.all(id));
    return rows.map((row) => appPasswordOf(row as AppPasswordRow));
  }

  async preferences(id: AccountId): Promise<Preferences> {
    return this.#look(() => this.#preferences(id));
  }

  async emptying(): Promise<readonly AccountId[]> {
    return (await this.#steps.read(() => this.#sql.emptying.all())).map((id) => accountId(String(id)));
  }

  async add(accounts: readonly Account[]): ReturnType<Directory["add"]> {
    return this.#steps.write(() => {
      const seen = new Set<string>();
      for (const { primary } of accounts) {
        if (this.#isTaken(primary) || seen.has(primary)) return { kind: "taken", address: primary };
        seen.add(primary);
      }
      for (const account of accounts) {
        const { id, primary, state, language, quotaBytes, createdAt, passwordHash } = account;
        this.#sql.addAccount.run(id, primary, state, language, quotaBytes, createdAt, passwordHash);
        this.#sql.addAddress.run(primary, id, "primary");
      }
      return { kind: "added" };
    });
  }

  async addAlias(id: AccountId, address: string, room?: AliasRoom): ReturnType<Directory["addAlias"]> {
    return this.#steps.write(() => {
      if (this.#sql.byId.get(id) === undefined) return "no-account";
      const { living, held } = this.#sql.aliasCount.get(id) as AliasRoom;
      const hasRoom = room === undefined || living < room.living;
      if (hasRoom && this.#sql.returnAlias.run(address, id).changes > 0) return "added";
      if (this.#isTaken(address)) return "taken";
      if (!hasRoom || (room !== undefined && held >= room.held)) return "too-many";
      this.#sql.addAddress.run(address, id, "alias");
      return "added";
    });
  }

  async removeAlias(id: AccountId, address: string): Promise<"removed" | "no-alias"> {
    return this.#steps.write(() => (this.#sql.reserveAlias.run(address, id).changes > 0 ? "removed" : "no-alias"));
  }

  async setPassword(id: AccountId, passwordHash: string): Promise<"set" | "no-account"> {
    return this.#steps.write(() => (this.#sql.setPassword.run(passwordHash, id).changes > 0 ? "set" : "no-account"));
  }

  async setState(id: AccountId, state: AccountState, from?: AccountState): ReturnType<Directory["setState"]> {
    return this.#steps.write(() => {
      const { changes } =
        from === undefined ? this.#sql.setState.run(state, id) : this.#sql.setStateFrom.run(state, id, from);
      if (changes > 0) return "set";
      return from !== undefined && this.#sql.byId.get(id) !== undefined ? "other-state" : "no-account";
    });
  }

  async setLanguage(id: AccountId, language: Language): Promise<"set" | "no-account"> {
    return this.#steps.write(() => (this.#sql.setLanguage.run(language, id).changes > 0 ? "set" : "no-account"));
  }

  async setQuota(id: AccountId, quotaBytes: number): Promise<"set" | "no-account"> {
    return this.#steps.write(() => (this.#sql.setQuota.run(quotaBytes, id).changes > 0 ? "set" : "no-account"));
  }

  async setPreferences(id: AccountId, preferences: Partial<Preferences>): Promise<"set" | "no-account"> {
    return this.#steps.write(() => {
      if (this.#sql.byId.get(id) === undefined) return "no-account";
      const { emptyJunkDays, emptyTrashDays, forwarders, learns } = { ...this.#preferences(id), ...preferences };
      this.#sql.setPreference.run(id, emptyJunkDays ?? null, emptyTrashDays ?? null, learns ? 1 : 0);
      this.#sql.clearForwarders.run(id);
      for (const domain of forwarders) this.#sql.addForwarder.run(id, domain);
      return "set";
    });
  }

  async addAppPassword({ account, id, label, createdAt, scram }: AppPassword): Promise<"added" | "no-account"> {
    return this.#steps.write(() => {
      if (this.#sql.byId.get(account) === undefined) return "no-account";
      const { salt, iterations, storedKey, serverKey } = scram;
      this.#sql.addAppPassword.run(account, id, label, createdAt, salt, iterations, storedKey, serverKey);
      return "added";
    });
  }

  async removeAppPassword(id: AccountId, passwordId: string): Promise<"removed" | "no-password"> {
    return this.#steps.write(() =>
      this.#sql.removeAppPassword.run(id, passwordId).changes > 0 ? "removed" : "no-password",
    );
  }

  async remove(id: AccountId): Promise<"removed" | "no-account"> {
    const outcome = await this.#steps.write(() => {
      if (this.#sql.byId.get(id) === undefined) return "no-account";
      for (const address of this.#sql.allAddresses.all(id))
        this.#sql.addFingerprint.run(this.#fingerprint(address as string));
      for (const statement of this.#sql.removeAccount) statement.run(id);
      return "removed";
    });
    if (outcome === "removed") await truncateLog(this.#db, { clock: this.#clock });
    return outcome;
  }

  async check(): ReturnType<Directory["check"]> {
    return this.#look(() => auditDirectory(this.#db, (address) => this.#fingerprint(address)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.open) this.#db.close();
    this.#fingerprintKey.fill(0);
  }

  /** For what needs several statements. */
  #look<T>(step: () => T): Promise<T> {
    return this.#steps.read(() => snapshot(this.#db, step));
  }

  #fingerprint(address: string): Uint8Array {
    return createHmac("sha256", this.#fingerprintKey).update(address).digest();
  }

  #preferences(id: AccountId): Preferences {
    const row = this.#sql.preference.get(id) as PreferenceRow | undefined;
    return preferencesOf(row, row === undefined ? [] : (this.#sql.forwarders.all(id) as string[]));
  }

  #isTaken(address: string): boolean {
    return (
      this.#sql.isAddress.get(address) !== undefined ||
      this.#sql.isFingerprint.get(this.#fingerprint(address)) !== undefined
    );
  }
}

function accountIn(row: unknown): Account | undefined {
  return row === undefined ? undefined : Object.freeze(accountOf(row as AccountRow));
}
