/** How holders come in, in encrypted SQLite: one short transaction a change, each commit fsynced. */
import { type Clock, systemClock } from "../../../host/clock.ts";
import { type WebAccess, type WebAccessLimits, webAccessLimits } from "../../web-access.ts";
import { APPLICATION, type Database } from "../database.ts";
import { stepsOn, truncateLog } from "../immediate.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import { linkStore } from "./links.ts";
import { logInStore } from "./log-ins.ts";
import type { WebAccessParts } from "./parts.ts";
import { webAccessMigrations } from "./schema.ts";
import { sessionStore } from "./sessions.ts";

export type SqliteWebAccessOptions = SystemDatabaseOptions & { readonly limits?: WebAccessLimits };

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteWebAccess(options: SqliteWebAccessOptions): Promise<WebAccess> {
  const db = await openSystemDatabase(options, APPLICATION.web, webAccessMigrations);
  return sqliteWebAccess(db, options.clock ?? systemClock, options.limits ?? webAccessLimits);
}

function sqliteWebAccess(db: Database, clock: Clock, limits: WebAccessLimits): WebAccess {
  const { read, write } = stepsOn(db, clock, "The store of sessions and log-ins is closed.");
  const erase = async <T>(step: () => T): Promise<T> => {
    const value = await write(step);
    await truncateLog(db, { clock });
    return value;
  };
  const forgets = {
    sessions: db.prepare("DELETE FROM session WHERE expires_at <= ?"),
    links: db.prepare("DELETE FROM link WHERE expires_at <= ?"),
    logIns: db.prepare("DELETE FROM log_in WHERE first_at < ?"),
    kinds: db.prepare("DELETE FROM known_client WHERE day < ?"),
  };
  const ofAccount = [
    db.prepare("DELETE FROM session WHERE account = ?"),
    db.prepare("DELETE FROM link WHERE owner = ?"),
    db.prepare("DELETE FROM log_in WHERE account = ?"),
    db.prepare("DELETE FROM known_client WHERE account = ?"),
  ];
  const parts: WebAccessParts = { db, read, write, erase, limits };
  return {
    ...sessionStore(parts),
    ...linkStore(parts),
    ...logInStore(parts),
    forget: ({ now, logIns, kindsDay }) =>
      erase(
        () =>
          forgets.sessions.run(now).changes +
          forgets.links.run(now).changes +
          forgets.logIns.run(logIns).changes +
          forgets.kinds.run(kindsDay).changes,
      ),
    forgetAccount: (account) =>
      erase(() => {
        for (const statement of ofAccount) statement.run(account);
      }),
    async [Symbol.asyncDispose]() {
      if (db.open) db.close();
    },
  };
}
