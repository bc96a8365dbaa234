/**
 * How much each account has sent lately, in encrypted SQLite: one short transaction a message, or for all that a worker takes
 * within a moment (group-commits.ts), whichever worker has it.
 */
import { createHmac } from "node:crypto";
import { fdatasync } from "node:fs";
import { type Clock, systemClock } from "../../../host/clock.ts";
import type { AccountId } from "../../ids.ts";
import type { SendCounts, SentMinute } from "../../send-counts.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, type Database } from "../database.ts";
import { Commits, type Manner } from "../group-commits.ts";
import { retried, snapshot, truncateLog } from "../immediate.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import { sendCountsMigrations } from "./schema.ts";

const FINGERPRINT_BYTES = 16;
/** Each message changes a few pages, and mostly the same: moved into the file together they are written once. 8 MB of log. */
const CHECKPOINT_PAGES = 1000;
/** Who is written to again sooner is not noted again: a page less to write. Ten days end that much earlier at most. */
const RENEWED_AFTER_MINUTES = 60;

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteSendCounts(options: SystemDatabaseOptions): Promise<SendCounts> {
  const db = await openSystemDatabase(options, APPLICATION.sending, sendCountsMigrations);
  db.pragma("synchronous = NORMAL");
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  return sqliteSendCounts(db, options.clock ?? systemClock);
}

function sqliteSendCounts(db: Database, clock: Clock): SendCounts {
  const secret = db.prepare("SELECT value FROM secret WHERE name = 'recipient'").pluck().get() as Uint8Array;
  const sql = {
    minutes: db.prepare(
      "SELECT minute, messages, recipients, firsts FROM sent_minute WHERE account = ? AND minute >= ? ORDER BY minute",
    ),
    knownSince: db.prepare("SELECT minute FROM written_to WHERE account = ? AND fingerprint = ?").pluck(),
    remember: db.prepare(
      `INSERT INTO written_to (account, fingerprint, minute) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET minute = excluded.minute`,
    ),
    add: db.prepare(
      `INSERT INTO sent_minute (account, minute, messages, recipients, firsts) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET messages = messages + excluded.messages,
          recipients = recipients + excluded.recipients, firsts = firsts + excluded.firsts`,
    ),
    charged: db.prepare("SELECT total(reported) FROM sent_minute WHERE account = ? AND minute >= ?").pluck(),
    charge: db.prepare(
      `INSERT INTO sent_minute (account, minute, messages, recipients, firsts, reported) VALUES (?, ?, 0, 0, ?, ?)
        ON CONFLICT DO UPDATE SET firsts = firsts + excluded.firsts, reported = reported + excluded.reported`,
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
  return {
    async minutes(account, since) {
      return (await read(() => sql.minutes.all(account, since))) as readonly SentMinute[];
    },
    async strangers(account, addresses) {
      const prints = [...new Set(addresses)].map((address) => ({ address, print: fingerprint(account, address) }));
      const isStranger = ({ print }: { readonly print: Uint8Array }): boolean =>
        sql.knownSince.get(account, print) === undefined;
      // Beginning and ending a view costs more than one look.
      const found = await read(() =>
        prints.length < 2 ? prints.filter(isStranger) : snapshot(db, () => prints.filter(isStranger)),
      );
      return found.map(({ address }) => address);
    },
    async count(account, { minute, since }, recipients, allows) {
      const prints = [...new Set(recipients)].map((address) => fingerprint(account, address));
      return write(() => {
        const known = prints.map((print) => sql.knownSince.get(account, print) as number | undefined);
        const firsts = known.filter((at) => at === undefined).length;
        const added = { messages: 1, recipients: recipients.length, firsts };
        if (!allows(sql.minutes.all(account, since) as SentMinute[], added)) return undefined;
        sql.add.run(account, minute, added.messages, added.recipients, added.firsts);
        for (const [at, print] of prints.entries()) {
          const before = known[at];
          // Also when a clock was set back: nothing is to stay for longer than its time.
          if (before === undefined || Math.abs(minute - before) >= RENEWED_AFTER_MINUTES)
            sql.remember.run(account, print, minute);
        }
        return added;
      });
    },
    async takeBack(account, minute, { messages, recipients, firsts }) {
      await write(() => sql.add.run(account, minute, -messages, -recipients, -firsts));
    },
    async charge(account, { minute, since }, firsts, most) {
      return write(() => {
        const added = Math.max(0, Math.min(firsts, most - (sql.charged.get(account, since) as number)));
        if (added > 0) sql.charge.run(account, minute, added, added);
        return added;
      });
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
