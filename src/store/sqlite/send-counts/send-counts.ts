/** How much each account has sent lately, in encrypted SQLite: one short transaction a message, whichever worker has it. */
import { createHmac } from "node:crypto";
import { fdatasync } from "node:fs";
import { type Clock, systemClock } from "../../../host/clock.ts";
import type { AccountId } from "../../ids.ts";
import type { SendCounts, SentMinute } from "../../send-counts.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, type Database } from "../database.ts";
import { Commits, type Manner } from "../group-commits.ts";
import { retried, truncateLog } from "../immediate.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import { sendCountsMigrations } from "./schema.ts";

const FINGERPRINT_BYTES = 16;

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteSendCounts(options: SystemDatabaseOptions): Promise<SendCounts> {
  const db = await openSystemDatabase(options, APPLICATION.sending, sendCountsMigrations);
  db.pragma("synchronous = NORMAL");
  return sqliteSendCounts(db, options.clock ?? systemClock);
}

function sqliteSendCounts(db: Database, clock: Clock): SendCounts {
  const secret = db.prepare("SELECT value FROM secret WHERE name = 'recipient'").pluck().get() as Uint8Array;
  const sql = {
    minutes: db.prepare(
      "SELECT minute, messages, recipients, firsts FROM sent_minute WHERE account = ? AND minute >= ? ORDER BY minute",
    ),
    isKnown: db.prepare("SELECT 1 FROM written_to WHERE account = ? AND fingerprint = ?"),
    remember: db.prepare("REPLACE INTO written_to (account, fingerprint, minute) VALUES (?, ?, ?)"),
    add: db.prepare(
      `INSERT INTO sent_minute (account, minute, messages, recipients, firsts) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET messages = messages + excluded.messages,
          recipients = recipients + excluded.recipients, firsts = firsts + excluded.firsts`,
    ),
    forget: [
      db.prepare("DELETE FROM sent_minute WHERE minute < ?"),
      db.prepare("DELETE FROM written_to WHERE minute < ?"),
    ],
    forgetAccount: [
      db.prepare("DELETE FROM sent_minute WHERE account = ?"),
      db.prepare("DELETE FROM written_to WHERE account = ?"),
    ],
  } as const;
  const fingerprint = (account: AccountId, address: string): Uint8Array =>
    createHmac("sha256", secret).update(`${account}\n${address}`).digest().subarray(0, FINGERPRINT_BYTES);
  const open = (): void => {
    if (!db.open) throw new StoreError("closed", "The counts of sending are closed.");
  };
  const read = <T>(step: () => T): Promise<T> => {
    open();
    return retried({ clock }, step);
  };
  const commits = new Commits({ db, clock, sync: fdatasync });
  const write = <T>(step: () => T, manner: Manner = "light"): Promise<T> => {
    open();
    return commits.write(step, manner);
  };
  const strangersOf = (account: AccountId, addresses: readonly string[]): readonly string[] =>
    [...new Set(addresses)].filter((address) => sql.isKnown.get(account, fingerprint(account, address)) === undefined);

  return {
    async minutes(account, since) {
      return (await read(() => sql.minutes.all(account, since))) as readonly SentMinute[];
    },
    async strangers(account, addresses) {
      return read(() => strangersOf(account, addresses));
    },
    async count(account, { minute, since }, recipients, allows) {
      return write(() => {
        const firsts = strangersOf(account, recipients).length;
        const added = { messages: 1, recipients: recipients.length, firsts };
        if (!allows(sql.minutes.all(account, since) as SentMinute[], added)) return undefined;
        sql.add.run(account, minute, added.messages, added.recipients, added.firsts);
        for (const address of new Set(recipients)) sql.remember.run(account, fingerprint(account, address), minute);
        return added;
      });
    },
    async takeBack(account, minute, { messages, recipients, firsts }) {
      await write(() => sql.add.run(account, minute, -messages, -recipients, -firsts));
    },
    async forget(countsBefore, recipientsBefore) {
      const [minutes, recipients] = sql.forget;
      const rows = await write(() => minutes.run(countsBefore).changes + recipients.run(recipientsBefore).changes);
      if (rows > 0) await truncateLog(db, { clock });
      return rows;
    },
    async forgetAccount(account) {
      await write(() => {
        for (const statement of sql.forgetAccount) statement.run(account);
      }, "durable");
      await truncateLog(db, { clock });
    },
    async [Symbol.asyncDispose]() {
      await commits[Symbol.asyncDispose]();
      if (db.open) db.close();
      secret.fill(0);
    },
  };
}
