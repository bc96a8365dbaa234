/** The statements of the memory, prepared once a connection; and how a table is kept within its bound. */
import { DAY } from "../../../host/clock.ts";
import type { Database } from "../database.ts";

type Statement = ReturnType<Database["prepare"]>;
/** Adds a message of one kind to the counts of a row, or takes one back. */
export type Counting = { readonly add: Statement; readonly takeBack: Statement };
/** Counts the rows of a holder, and erases the oldest of them. */
export type Thinning = { readonly count: Statement; readonly drop: Statement };

export type Statements = {
  readonly correspondent: Statement;
  readonly putCorrespondent: Statement;
  readonly correspondents: Thinning;
  readonly sender: Statement;
  readonly senderCounts: Counting;
  readonly senders: Thinning;
  readonly word: Statement;
  readonly wordCounts: Counting;
  readonly words: Thinning;
  readonly lesson: Statement;
  readonly putLesson: Statement;
  readonly lessons: Thinning;
  readonly lessonCounts: Statement;
  readonly contact: Statement;
  readonly putContact: Statement;
  readonly dropContact: Statement;
  readonly waiting: Statement;
  readonly passed: Thinning;
  /** In the order of `TABLES`. */
  readonly holdings: readonly Statement[];
  readonly forgetCorrespondents: Statement;
  readonly forgetWaiting: Statement;
  readonly forgetOthers: readonly Statement[];
};

/** All that a holder has. */
export const TABLES = ["correspondent", "sender", "word", "lesson", "contact"] as const;

/** When a table is full, this part of it goes at once, so that not each lesson must search for the oldest rows. */
const PART = 16;

export const dayOf = (at: number): number => Math.floor(at / DAY);

/** Keeps a table within `most` rows of a holder. Tells whether anything had to go. */
export function thin({ count, drop }: Thinning, holder: number, most: number): boolean {
  const surplus = (count.get(holder) as number) - most;
  if (surplus <= 0) return false;
  drop.run(holder, holder, surplus + Math.floor(most / PART));
  return true;
}

export function statementsOf(db: Database): Statements {
  const thinning = (table: string, order: string, where = "1"): Thinning => ({
    count: db.prepare(`SELECT count(*) FROM ${table} WHERE holder = ? AND ${where}`).pluck(),
    drop: db.prepare(
      `DELETE FROM ${table} WHERE holder = ? AND print IN
        (SELECT print FROM ${table} WHERE holder = ? AND ${where} ORDER BY ${order} LIMIT ?)`,
    ),
  });
  const counting = (table: string): Counting => ({
    add: db.prepare(
      `INSERT INTO ${table} (holder, print, wanted, unwanted, day) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET wanted = wanted + excluded.wanted, unwanted = unwanted + excluded.unwanted,
          day = max(day, excluded.day)`,
    ),
    takeBack: db.prepare(
      `UPDATE ${table} SET wanted = max(0, wanted - ?), unwanted = max(0, unwanted - ?) WHERE holder = ? AND print = ?`,
    ),
  });
  return {
    correspondent: db.prepare("SELECT day FROM correspondent WHERE holder = ? AND print = ?").pluck(),
    putCorrespondent: db.prepare(
      "INSERT INTO correspondent (holder, print, day) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET day = excluded.day",
    ),
    correspondents: thinning("correspondent", "day"),

    sender: db.prepare("SELECT wanted, unwanted FROM sender WHERE holder = ? AND print = ?"),
    senderCounts: counting("sender"),
    senders: thinning("sender", "day, wanted + unwanted"),

    word: db.prepare("SELECT wanted, unwanted FROM word WHERE holder = ? AND print = ?"),
    wordCounts: counting("word"),
    words: thinning("word", "day, wanted + unwanted"),

    lesson: db.prepare("SELECT is_wanted FROM lesson WHERE holder = ? AND print = ?").pluck(),
    putLesson: db.prepare("REPLACE INTO lesson (holder, print, is_wanted, day) VALUES (?, ?, ?, ?)"),
    lessons: thinning("lesson", "day"),
    lessonCounts: db.prepare(
      `SELECT coalesce(sum(is_wanted), 0) AS wanted, count(*) - coalesce(sum(is_wanted), 0) AS unwanted
        FROM lesson WHERE holder = ?`,
    ),

    contact: db.prepare("SELECT first_at AS firstAt FROM contact WHERE holder = ? AND print = ?"),
    putContact: db.prepare("REPLACE INTO contact (holder, print, first_at, day) VALUES (?, ?, ?, ?)"),
    dropContact: db.prepare("DELETE FROM contact WHERE holder = ? AND print = ?"),
    waiting: db.prepare("SELECT count(*) FROM contact WHERE holder = ? AND first_at IS NOT NULL").pluck(),
    passed: thinning("contact", "day", "first_at IS NULL"),

    holdings: TABLES.map((table) =>
      db.prepare(`SELECT count(*) AS count, min(day) AS oldest, max(day) AS newest FROM ${table} WHERE holder = ?`),
    ),
    forgetCorrespondents: db.prepare("DELETE FROM correspondent WHERE day < ?"),
    forgetWaiting: db.prepare("DELETE FROM contact WHERE first_at IS NOT NULL AND day < ?"),
    forgetOthers: ["sender", "word", "lesson", "contact"].map((table) =>
      db.prepare(`DELETE FROM ${table} WHERE day < ?`),
    ),
  };
}
