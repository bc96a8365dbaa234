/** The schema of `dkim.db`: keys that sign our mail, by domain and selector, and every selector that was ever used. */
import type { Migration } from "../migrate.ts";

export const dkimMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      CREATE TABLE dkim_key (
        domain TEXT NOT NULL,
        selector TEXT NOT NULL,
        algorithm TEXT NOT NULL CHECK (algorithm IN ('rsa-sha256', 'ed25519-sha256')),
        public_key BLOB NOT NULL,
        -- PKCS#8; NULL when the key signs no more.
        private_key BLOB,
        state TEXT NOT NULL CHECK (state IN ('made', 'published', 'seen', 'active', 'retiring', 'gone')),
        since INTEGER NOT NULL,
        made_at INTEGER NOT NULL,
        PRIMARY KEY (domain, selector)
      ) STRICT, WITHOUT ROWID;
      -- A selector that came again would be checked against what resolvers remember of the key before.
      CREATE TABLE used_selector (
        domain TEXT NOT NULL,
        selector TEXT NOT NULL,
        PRIMARY KEY (domain, selector)
      ) STRICT, WITHOUT ROWID;
    `);
  },
];
