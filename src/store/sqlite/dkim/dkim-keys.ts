/** The keys that sign our mail, in encrypted SQLite: small, written rarely, each commit fsynced. */
import { type Clock, systemClock } from "../../../host/clock.ts";
import type { DkimKey, DkimKeys } from "../../dkim-keys.ts";
import { APPLICATION, type Database } from "../database.ts";
import { stepsOn, truncateLog } from "../immediate.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import { dkimMigrations } from "./schema.ts";

const COLUMNS = "domain, selector, algorithm, public_key AS publicKey, state, since, made_at AS madeAt";

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteDkimKeys(options: SystemDatabaseOptions): Promise<DkimKeys> {
  const db = await openSystemDatabase(options, APPLICATION.dkim, dkimMigrations);
  return sqliteDkimKeys(db, options.clock ?? systemClock);
}

function sqliteDkimKeys(db: Database, clock: Clock): DkimKeys {
  const sql = {
    all: db.prepare(`SELECT ${COLUMNS} FROM dkim_key ORDER BY domain, made_at, selector`),
    ofDomain: db.prepare(`SELECT ${COLUMNS} FROM dkim_key WHERE domain = ? ORDER BY made_at, selector`),
    privateKey: db.prepare("SELECT private_key FROM dkim_key WHERE domain = ? AND selector = ?").pluck(),
    use: db.prepare("INSERT OR IGNORE INTO used_selector (domain, selector) VALUES (?, ?)"),
    add: db.prepare(
      `INSERT INTO dkim_key (domain, selector, algorithm, public_key, private_key, state, since, made_at)
        VALUES (?, ?, ?, ?, ?, 'made', ?, ?)`,
    ),
    move: db.prepare("UPDATE dkim_key SET state = ?, since = ? WHERE domain = ? AND selector = ? AND state = ?"),
    wipe: db.prepare("UPDATE dkim_key SET private_key = NULL WHERE domain = ? AND selector = ?"),
    remove: db.prepare("DELETE FROM dkim_key WHERE domain = ? AND selector = ?"),
  };
  const { read, write } = stepsOn(db, clock, "The store of DKIM keys is closed.");

  return {
    async keys(domain) {
      const rows = await read(() => (domain === undefined ? sql.all.all() : sql.ofDomain.all(domain)));
      return rows as readonly DkimKey[];
    },
    async privateKey(domain, selector) {
      return ((await read(() => sql.privateKey.get(domain, selector))) as Uint8Array | null | undefined) ?? undefined;
    },
    async add({ domain, selector, algorithm, publicKey, madeAt }, privateKey) {
      return write(() => {
        if (sql.use.run(domain, selector).changes === 0) return "taken";
        sql.add.run(domain, selector, algorithm, publicKey, privateKey, madeAt, madeAt);
        return "added";
      });
    },
    async move(domain, selector, from, to, at) {
      const wipes = to === "retiring" || to === "gone";
      const moved = await write(() => {
        if (sql.move.run(to, at, domain, selector, from).changes === 0) return false;
        if (wipes) sql.wipe.run(domain, selector);
        return true;
      });
      if (moved && wipes) await truncateLog(db, { clock });
      return moved ? "moved" : "not-so";
    },
    async remove(domain, selector) {
      await write(() => sql.remove.run(domain, selector));
      await truncateLog(db, { clock });
    },
    async [Symbol.asyncDispose]() {
      if (db.open) db.close();
    },
  };
}
