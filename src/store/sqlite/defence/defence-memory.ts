/**
 * What accounts have learned of their mail, in `defence.db`. One short transaction a change, or for whom many accounts wrote
 * to; recalling writes nothing.
 */
import { setImmediate as othersFirst } from "node:timers/promises";
import { systemClock } from "../../../host/clock.ts";
import {
  type DefenceMemory,
  type DefenceMemoryLimits,
  defenceMemoryLimits,
  type Holdings,
  type LessonCounts,
  type Written,
} from "../../defence-memory.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { AccountId } from "../../ids.ts";
import { APPLICATION, type Database } from "../database.ts";
import { stepsOn, truncateLog } from "../immediate.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import { createHolders, type Found, type Holder } from "./holders.ts";
import { learnLesson } from "./lessons.ts";
import { namePrint, wordPrints } from "./prints.ts";
import { defenceMigrations } from "./schema.ts";
import { dayOf, type Statements, statementsOf, thin } from "./statements.ts";
import { createWrittenNotes } from "./written.ts";

export type SqliteDefenceMemoryOptions = SystemDatabaseOptions & {
  /** The key of an account's file; with it dies what fingerprints are made with. */
  readonly keyOf: (account: AccountId) => FileKey | undefined;
  readonly limits?: DefenceMemoryLimits;
};

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteDefenceMemory(options: SqliteDefenceMemoryOptions): Promise<DefenceMemory> {
  const db = await openSystemDatabase(options, APPLICATION.defence, defenceMigrations);
  return sqliteDefenceMemory(db, { clock: systemClock, limits: defenceMemoryLimits, ...options });
}

const NO_LESSONS: LessonCounts = { wanted: 0, unwanted: 0 };
/** No row's number. */
const NOBODY = -1;
const ADDRESSES_A_COMMIT = 200;

type Means = Required<Pick<SqliteDefenceMemoryOptions, "clock" | "limits" | "keyOf">>;

function sqliteDefenceMemory(db: Database, { clock, limits, keyOf }: Means): DefenceMemory {
  const sql = statementsOf(db);
  const holders = createHolders(db);
  const findHolder = (account: AccountId): Found => holders.find(account, () => keyOf(account));

  const { read: look, write } = stepsOn(db, clock, "The memory of the defence is closed.");
  const read = <T>(step: () => T): Promise<T> => look(() => inOneView(db, step));
  const erase = async (step: () => void): Promise<void> => {
    await write(step);
    await truncateLog(db, { clock });
  };
  /** Does it for a holder who has not switched this off; makes one if need be. */
  const change = async <T>(account: AccountId, step: (holder: Holder) => T): Promise<T | undefined> => {
    // Before the transaction: it is a look into another file.
    const fileKey = keyOf(account);
    return write(() => {
      const holder = holders.take(account, fileKey);
      return holder && step(holder);
    });
  };
  const isOn = (account: AccountId): boolean => holders.held(account)?.isOn !== false;
  const notes = createWrittenNotes({ sql, holders, keyOf, limits });
  const note = async (
    written: readonly Written[],
    day: number,
    transaction: (step: () => () => void) => Promise<() => void>,
  ): Promise<void> => {
    // Who writes to the same people all day costs one commit.
    const unknown = await read(() => notes.unknown(written, day));
    if (unknown.length > 0) (await transaction(() => notes.note(unknown, day)))();
  };

  return {
    recall(account, { authors, names, words, leastLessons, contact }) {
      return read(() => {
        const found = findHolder(account);
        if (found.kind === "off") return undefined;
        if (found.kind !== "on")
          return {
            isCorrespondent: false,
            names: names.map(() => NO_LESSONS),
            words: [],
            lessons: NO_LESSONS,
            contact: { firstAt: undefined, isPassed: false },
            hasRoom: limits.waiting > 0,
          };
        const { holder } = found;
        const { id, key } = holder;
        const lessons = sql.lessonCounts.get(id) as LessonCounts;
        const prints = Math.min(lessons.wanted, lessons.unwanted) < leastLessons ? [] : wordPrints(key, words());
        const countsOf = (name: string): LessonCounts =>
          (sql.sender.get(id, namePrint(key, "sender", name)) as LessonCounts | undefined) ?? NO_LESSONS;
        return {
          isCorrespondent: authors.some((author) => isKnown(sql, holder, author) !== undefined),
          names: names.map(countsOf),
          words: prints.flatMap((print) => (sql.word.get(id, print) as LessonCounts | undefined) ?? []),
          lessons,
          contact: contactOf(sql, holder, contact),
          hasRoom: (sql.waiting.get(id) as number) < limits.waiting,
        };
      });
    },

    async learn(account, lesson, at) {
      return (await change(account, (holder) => learnLesson(sql, holder, lesson, at, limits))) ?? "off";
    },

    async addCorrespondents(account, addresses, at) {
      await note([{ account, addresses }], dayOf(at), write);
    },

    async noteWritten(written, at) {
      for (const part of partsOf(written)) {
        await note(part, dayOf(at), (step) => look(() => lightly(db, step)));
        await othersFirst();
      }
    },

    async addContact(account, { first }, at) {
      const isNoted = await change(account, ({ id, key }) => {
        const print = namePrint(key, "contact", first);
        const isFull = (sql.waiting.get(id) as number) >= limits.waiting;
        if (isFull && sql.contact.get(id, print) === undefined) return false;
        sql.putContact.run(id, print, at, dayOf(at));
        return true;
      });
      return isNoted ?? false;
    },

    async passContact(account, { first, origin }, at) {
      await change(account, ({ id, key }) => {
        sql.dropContact.run(id, namePrint(key, "contact", first));
        sql.putContact.run(id, namePrint(key, "contact", origin), null, dayOf(at));
        thin(sql.passed, id, limits.passed);
      });
    },

    holdings: (account) =>
      read(() => {
        const found = findHolder(account);
        const id = found.kind === "on" ? found.holder.id : NOBODY;
        const [correspondents, senders, words, lessons, contacts] = sql.holdings.map((statement) =>
          holdingOf(statement.get(id)),
        );
        return { isOn: found.kind !== "off", correspondents, senders, words, lessons, contacts } as Holdings;
      }),

    async clear(account) {
      await erase(() => {
        if (isOn(account)) holders.destroy(account);
      });
    },

    async setOn(account, toBeOn) {
      await erase(() => {
        if (isOn(account) === toBeOn) return;
        if (toBeOn) holders.destroy(account);
        else holders.switchOff(account);
      });
    },

    async forget(before) {
      const rows = await write(() => {
        let count = sql.forgetCorrespondents.run(before.correspondents).changes;
        count += sql.forgetWaiting.run(before.contactsWaiting).changes;
        for (const statement of sql.forgetOthers) count += statement.run(before.others).changes;
        return count;
      });
      if (rows > 0) await truncateLog(db, { clock });
      return rows;
    },

    async forgetAccount(account) {
      await erase(() => holders.destroy(account));
    },

    async [Symbol.asyncDispose]() {
      if (db.open) db.close();
    },
  };
}

/** Each of about as many addresses as a transaction takes within milliseconds. */
function partsOf(written: readonly Written[]): readonly (readonly Written[])[] {
  const parts: Written[][] = [];
  let room = 0;
  for (const one of written) {
    if (room <= 0) room = ADDRESSES_A_COMMIT;
    if (room === ADDRESSES_A_COMMIT) parts.push([]);
    parts.at(-1)?.push(one);
    room -= Math.max(1, one.addresses.length);
  }
  return parts;
}

/** One transaction that nobody waits for the disk for: a power cut may take it back, and whatever is synced later brings it along. */
function lightly<T>(db: Database, step: () => T): T {
  db.pragma("synchronous = NORMAL");
  try {
    db.exec("BEGIN IMMEDIATE");
    const value = step();
    db.exec("COMMIT");
    return value;
  } finally {
    if (db.inTransaction) db.exec("ROLLBACK");
    db.pragma("synchronous = FULL");
  }
}

/** One view of the file for many small reads, which also makes them cheaper. */
function inOneView<T>(db: Database, step: () => T): T {
  db.exec("BEGIN");
  try {
    return step();
  } finally {
    db.exec("COMMIT");
  }
}

/** The day that a correspondent was last written to. */
function isKnown(sql: Statements, { id, key }: Holder, address: string): number | undefined {
  return sql.correspondent.get(id, namePrint(key, "correspondent", address)) as number | undefined;
}

function contactOf(
  sql: Statements,
  { id, key }: Holder,
  { first, origin }: { readonly first: string; readonly origin: string },
): { readonly firstAt: number | undefined; readonly isPassed: boolean } {
  const [waiting, passed] = [first, origin].map(
    (name) => sql.contact.get(id, namePrint(key, "contact", name)) as { readonly firstAt: number | null } | undefined,
  );
  return { firstAt: waiting?.firstAt ?? undefined, isPassed: passed?.firstAt === null };
}

function holdingOf(row: unknown): Holdings["words"] {
  const { count, oldest, newest } = row as {
    readonly count: number;
    readonly oldest: number | null;
    readonly newest: number | null;
  };
  return { count, oldest: oldest ?? undefined, newest: newest ?? undefined };
}
