/**
 * The watch's book in `watch.db`. Every worker opens it for the key of fingerprints; the elected one writes. What is
 * forgotten is overwritten in the file (secure_delete) and gone from its write-ahead log.
 */
import { type Clock, DAY, systemClock } from "../../../host/clock.ts";
import { type AccountId, accountId } from "../../ids.ts";
import type { Evidence, Flag, Habit, Usual, WatchBook } from "../../watch-book.ts";
import { APPLICATION, type Database } from "../database.ts";
import { type Steps, stepsOn, truncateLog } from "../immediate.ts";
import { watchMigrations } from "./schema.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";

export type SqliteWatchBookOptions = SystemDatabaseOptions;

/** Habits of one transaction: some ten milliseconds, so that the loop stays free. */
const HABITS_AT_ONCE = 200;
/** Of who comes from more places in a day, the first are enough: that account is at home everywhere. */
const PLACES_A_DAY = 16;

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteWatchBook(options: SqliteWatchBookOptions): Promise<WatchBook> {
  const clock = options.clock ?? systemClock;
  const db = await openSystemDatabase(options, APPLICATION.watch, watchMigrations);
  const networkKey = db.prepare("SELECT value FROM secret WHERE name = 'network'").pluck().get() as Uint8Array;
  return new SqliteWatchBook(db, clock, networkKey);
}

type FlagRow = {
  readonly id: string;
  readonly account: string;
  readonly rule: string;
  readonly since: number;
  readonly evidence: string;
  readonly pauses: number;
  readonly closed_as: string | null;
  readonly closed_at: number | null;
};

type HabitRow = { readonly day: number; readonly log_ins: number; readonly networks: number; readonly places: string };

const placesIn = (text: unknown): readonly string[] => (typeof text === "string" && text !== "" ? text.split(" ") : []);

class SqliteWatchBook implements WatchBook {
  readonly networkKey: Uint8Array;
  readonly #db: Database;
  readonly #steps: Steps;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock, networkKey: Uint8Array) {
    this.#db = db;
    this.#steps = stepsOn(db, clock, "The watch's book is closed.");
    this.#clock = clock;
    this.networkKey = networkKey;
  }

  async raise({ id, account, rule, since, evidence, pauses }: Omit<Flag, "closed">): Promise<void> {
    const row = [id, account, rule, since, JSON.stringify(evidence), Number(pauses)];
    await this.#steps.write(() =>
      this.#db
        .prepare("INSERT INTO flag (id, account, rule, since, evidence, pauses, settled) VALUES (?, ?, ?, ?, ?, ?, 0)")
        .run(...row),
    );
  }

  flags(): Promise<readonly Flag[]> {
    return this.#flags("1 ORDER BY since DESC, id");
  }

  async unsettled(): ReturnType<WatchBook["unsettled"]> {
    const of = (settled: number): Promise<readonly Flag[]> =>
      this.#flags(`settled = ${settled} AND closed_at IS NULL ORDER BY since, id`);
    const [nothing, paused] = [await of(0), await of(1)];
    return [
      ...nothing.map((flag) => ({ ...flag, isPaused: false })),
      ...paused.map((flag) => ({ ...flag, isPaused: true })),
    ].toSorted((a, b) => a.since - b.since);
  }

  async settle(id: string, step: "paused" | "told"): Promise<void> {
    const settled = step === "told" ? 2 : 1;
    await this.#steps.write(() => this.#db.prepare("UPDATE flag SET settled = ? WHERE id = ?").run(settled, id));
  }

  async close(id: string, word: string, at: number): Promise<"closed" | "no-flag"> {
    const { changes } = await this.#steps.write(() =>
      this.#db.prepare("UPDATE flag SET closed_as = ?, closed_at = ? WHERE id = ?").run(word, at, id),
    );
    return changes > 0 ? "closed" : "no-flag";
  }

  async noteHabits(habits: readonly Habit[]): Promise<void> {
    const known = this.#db.prepare("SELECT places FROM habit WHERE account = ? AND day = ?").pluck();
    const put = this.#db.prepare(
      `INSERT INTO habit (account, day, log_ins, networks, places) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET log_ins = max(log_ins, excluded.log_ins), networks = max(networks, excluded.networks),
          places = excluded.places`,
    );
    for (let at = 0; at < habits.length; at += HABITS_AT_ONCE) {
      await this.#steps.write(() => {
        for (const { account, day, logIns, networks, places } of habits.slice(at, at + HABITS_AT_ONCE)) {
          const before = placesIn(known.get(account, day));
          const all = [...new Set([...before, ...places])].slice(0, PLACES_A_DAY);
          put.run(account, day, logIns, networks, all.join(" "));
        }
      });
    }
  }

  async usual(account: AccountId, day: number): Promise<Usual> {
    const rows = await this.#steps.read(() =>
      this.#db
        .prepare("SELECT day, log_ins, networks, places FROM habit WHERE account = ? AND day <= ?")
        .all(account, day),
    );
    const habits = rows as readonly HabitRow[];
    const before = habits.filter((habit) => habit.day < day);
    return {
      days: before.length,
      logIns: Math.max(0, ...before.map(({ log_ins: logIns }) => logIns)),
      networks: Math.max(0, ...before.map(({ networks }) => networks)),
      places: new Set(habits.flatMap(({ places }) => placesIn(places))),
    };
  }

  async forget(before: number): Promise<number> {
    const count = await this.#steps.write(
      () =>
        this.#db.prepare("DELETE FROM flag WHERE since < ?").run(before).changes +
        this.#db.prepare("DELETE FROM habit WHERE day * ? < ?").run(DAY, before).changes,
    );
    if (count > 0) await truncateLog(this.#db, { clock: this.#clock });
    return count;
  }

  async forgetAccount(account: AccountId): Promise<void> {
    await this.#steps.write(() => {
      this.#db.prepare("DELETE FROM flag WHERE account = ?").run(account);
      this.#db.prepare("DELETE FROM habit WHERE account = ?").run(account);
    });
    await truncateLog(this.#db, { clock: this.#clock });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.open) this.#db.close();
    this.networkKey.fill(0);
  }

  async #flags(where: string): Promise<readonly Flag[]> {
    const rows = await this.#steps.read(() => this.#db.prepare(`SELECT * FROM flag WHERE ${where}`).all());
    return rows.map((row) => flagOf(row as FlagRow));
  }
}

function flagOf(row: FlagRow): Flag {
  const { id, rule, since, closed_as: word, closed_at: at } = row;
  return {
    id,
    account: accountId(row.account),
    rule,
    since,
    evidence: JSON.parse(row.evidence) as Evidence,
    pauses: row.pauses === 1,
    closed: word === null || at === null ? undefined : { word, at },
  };
}
