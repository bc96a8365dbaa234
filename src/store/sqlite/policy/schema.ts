/** The schema of `policies.db`: what domains promise of the hosts that take their mail. No person, no address of mail. */
import type { Migration } from "../migrate.ts";

export const policyMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE policy (
        domain TEXT PRIMARY KEY,
        id TEXT NOT NULL,
        text TEXT NOT NULL,
        fetched_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX policy_by_fetch ON policy (fetched_at);
      CREATE INDEX policy_by_expiry ON policy (expires_at);
    `);
  },
];
