/** MTA-STS policies in `policies.db`. Every change is one commit, durable when it fulfils (synchronous FULL). */
import { type Clock, systemClock } from "../../../host/clock.ts";
import type { CachedPolicy, PolicyCache, PolicyPlace } from "../../policy-cache.ts";
import { APPLICATION, type Database } from "../database.ts";
import { type Steps, stepsOn } from "../immediate.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import { policyMigrations } from "./schema.ts";

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqlitePolicyCache(options: SystemDatabaseOptions): Promise<PolicyCache> {
  const db = await openSystemDatabase(options, APPLICATION.policies, policyMigrations);
  return new SqlitePolicyCache(db, options.clock ?? systemClock);
}

const COLUMNS = "domain, id, text, fetched_at AS fetchedAt, expires_at AS expiresAt";

const BEFORE_ALL: PolicyPlace = Object.freeze({ fetchedAt: -1, domain: "" });

class SqlitePolicyCache implements PolicyCache {
  readonly #db: Database;
  readonly #steps: Steps;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#steps = stepsOn(db, clock, "The cache of policies is closed.");
  }

  find(domain: string): Promise<CachedPolicy | undefined> {
    return this.#steps.read(
      () => this.#db.prepare(`SELECT ${COLUMNS} FROM policy WHERE domain = ?`).get(domain) as CachedPolicy | undefined,
    );
  }

  keep({ domain, id, text, fetchedAt, expiresAt }: CachedPolicy): Promise<void> {
    return this.#steps.write(() => {
      this.#db
        .prepare("INSERT OR REPLACE INTO policy (domain, id, text, fetched_at, expires_at) VALUES (?, ?, ?, ?, ?)")
        .run(domain, id, text, fetchedAt, expiresAt);
    });
  }

  fetchedBefore(
    time: number,
    now: number,
    most: number,
    behind: PolicyPlace = BEFORE_ALL,
  ): Promise<readonly CachedPolicy[]> {
    const { fetchedAt, domain } = behind;
    const sql = `SELECT ${COLUMNS} FROM policy
      WHERE (fetched_at, domain) > (?, ?) AND fetched_at < ? AND expires_at > ?
      ORDER BY fetched_at, domain LIMIT ?`;
    const values = [fetchedAt, domain, time, now, most];
    return this.#steps.read(() => this.#db.prepare(sql).all(...values) as readonly CachedPolicy[]);
  }

  removeExpired(now: number): Promise<number> {
    return this.#steps.write(() => this.#db.prepare("DELETE FROM policy WHERE expires_at <= ?").run(now).changes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.open) this.#db.close();
  }
}
