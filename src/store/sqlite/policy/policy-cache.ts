/** MTA-STS policies in `policies.db`. Every change is one commit, durable when it fulfils (synchronous FULL). */
import { type Clock, systemClock } from "../../../host/clock.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { CachedPolicy, PolicyCache } from "../../policy-cache.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, type Database, openDatabase } from "../database.ts";
import { immediate, retried } from "../immediate.ts";
import { policyMigrations } from "./schema.ts";

export type SqlitePolicyCacheOptions = { readonly file: string; readonly key: FileKey; readonly clock?: Clock };

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqlitePolicyCache(options: SqlitePolicyCacheOptions): Promise<PolicyCache> {
  const clock = options.clock ?? systemClock;
  const db = await retried({ clock }, () =>
    openDatabase({
      path: options.file,
      key: options.key,
      applicationId: APPLICATION.policies,
      migrations: policyMigrations,
      synchronous: "full",
      create: {},
    }),
  );
  return new SqlitePolicyCache(db, clock);
}

const COLUMNS = "domain, id, text, fetched_at AS fetchedAt, expires_at AS expiresAt";

class SqlitePolicyCache implements PolicyCache {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  find(domain: string): Promise<CachedPolicy | undefined> {
    return this.#read(
      () => this.#db.prepare(`SELECT ${COLUMNS} FROM policy WHERE domain = ?`).get(domain) as CachedPolicy | undefined,
    );
  }

  keep({ domain, id, text, fetchedAt, expiresAt }: CachedPolicy): Promise<void> {
    return this.#write(() => {
      this.#db
        .prepare("INSERT OR REPLACE INTO policy (domain, id, text, fetched_at, expires_at) VALUES (?, ?, ?, ?, ?)")
        .run(domain, id, text, fetchedAt, expiresAt);
    });
  }

  fetchedBefore(time: number, now: number, most: number): Promise<readonly CachedPolicy[]> {
    const sql = `SELECT ${COLUMNS} FROM policy WHERE fetched_at < ? AND expires_at > ?
      ORDER BY fetched_at, domain LIMIT ?`;
    return this.#read(() => this.#db.prepare(sql).all(time, now, most) as readonly CachedPolicy[]);
  }

  removeExpired(now: number): Promise<number> {
    return this.#write(() => this.#db.prepare("DELETE FROM policy WHERE expires_at <= ?").run(now).changes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.open) this.#db.close();
  }

  async #read<T>(step: () => T): Promise<T> {
    this.#assertOpen();
    return retried({ clock: this.#clock }, step);
  }

  async #write<T>(step: () => T): Promise<T> {
    this.#assertOpen();
    return immediate(this.#db, { clock: this.#clock }, step);
  }

  #assertOpen(): void {
    if (!this.#db.open) throw new StoreError("closed", "The cache of policies is closed.");
  }
}
