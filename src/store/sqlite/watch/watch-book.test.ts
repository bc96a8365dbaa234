import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DAY } from "../../../host/clock.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { type AccountId, accountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import type { Flag } from "../../watch-book.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import { watchMigrations } from "./schema.ts";
import { openSqliteWatchBook } from "./watch-book.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-watch-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const newId = (): AccountId => accountId(randomBytes(16).toString("hex"));
const flag = (more: Partial<Flag> = {}): Omit<Flag, "closed"> => {
  const evidence = { counts: { refused: 40 }, networks: ["00ff00ff00ff"] };
  return { id: "ab12cd34", account: newId(), rule: "guessed", since: 20 * DAY, evidence, pauses: false, ...more };
};

test("flags are raised, settled and closed, and another process sees them", async () => {
  const file = newFile();
  await using book = await openSqliteWatchBook({ file, key });
  await using other = await openSqliteWatchBook({ file, key });
  assert.deepEqual(book.networkKey, other.networkKey);
  const [old, young] = [flag(), flag({ id: "00000000", since: 21 * DAY, pauses: true })];
  for (const one of [old, young]) await book.raise(one);
  const open = (one: Omit<Flag, "closed">): Flag => ({ ...one, closed: undefined });
  assert.deepEqual(await other.flags(), [open(young), open(old)]);
  const unsettled = (one: Omit<Flag, "closed">, isPaused: boolean): object => ({ ...open(one), isPaused });
  assert.deepEqual(await other.unsettled(), [unsettled(old, false), unsettled(young, false)]);
  await other.settle(old.id, "paused");
  assert.deepEqual(await book.unsettled(), [unsettled(old, true), unsettled(young, false)]);
  await other.settle(old.id, "told");
  assert.deepEqual(await book.unsettled(), [unsettled(young, false)]);
  assert.equal(await book.close(young.id, "harmless", 7), "closed");
  assert.deepEqual(await book.unsettled(), [], "what a person closed has no consequences any more");
  assert.deepEqual((await book.flags())[0]?.closed, { word: "harmless", at: 7 });
  assert.equal(await book.close("ffffffff", "harmless", 7), "no-flag");
});

test("habits keep the busiest hour of each day; today does not count as usual", async () => {
  await using book = await openSqliteWatchBook({ file: newFile(), key });
  const [a, b] = [newId(), newId()];
  const many = Array.from({ length: 1200 }, () => ({ account: newId(), day: 19, logIns: 1, networks: 1, places: [] }));
  await book.noteHabits([
    { account: a, day: 18, logIns: 60, networks: 1, places: ["p1"] },
    { account: a, day: 19, logIns: 20, networks: 3, places: ["p1", "p2"] },
    { account: a, day: 20, logIns: 900, networks: 30, places: Array.from({ length: 40 }, (_, n) => `q${n}`) },
    ...many,
  ]);
  await book.noteHabits([{ account: a, day: 19, logIns: 10, networks: 4, places: ["p3"] }]);
  const today = await book.usual(a, 20);
  assert.deepEqual([today.days, today.logIns, today.networks, today.places.size], [2, 60, 4, 3 + 16]);
  assert.deepEqual(await book.usual(a, 19), { days: 1, logIns: 60, networks: 1, places: new Set(["p1", "p2", "p3"]) });
  assert.deepEqual(await book.usual(b, 20), { days: 0, logIns: 0, networks: 0, places: new Set() });
  assert.equal((await book.usual(many.at(-1)?.account ?? b, 20)).days, 1);
});

test("L2: what is forgotten is in no page and in no log of the file", async () => {
  const file = newFile();
  const [gone, closed, kept] = [newId(), newId(), newId()];
  {
    await using book = await openSqliteWatchBook({ file, key });
    for (const [n, account] of [gone, closed, kept].entries())
      await book.raise(flag({ id: `canary-${n}`, account, since: n === 0 ? 10 * DAY : 20 * DAY }));
    await book.noteHabits(
      [gone, closed, kept].map((account, n) => ({
        account,
        day: n === 0 ? 10 : 20,
        logIns: 1,
        networks: 1,
        places: [],
      })),
    );
    assert.equal(await book.forget(10 * DAY), 0);
    assert.equal(await book.forget(11 * DAY), 2);
    await book.forgetAccount(closed);
    assert.deepEqual(
      (await book.flags()).map(({ account }) => account),
      [kept],
    );
    assert.equal(readFileSync(`${file}-wal`).length, 0);
  }
  const options = { path: file, key, applicationId: APPLICATION.watch, migrations: watchMigrations };
  const db = openDatabase({ ...options, synchronous: "full" });
  const pages = db.serialize();
  assert.deepEqual(
    [gone, closed, kept].map((account) => pages.includes(account)),
    [false, false, true],
  );
  db.close();
});

test("D3: nothing of the book can be read without the key", async () => {
  const file = newFile();
  await using book = await openSqliteWatchBook({ file, key });
  const account = newId();
  await book.raise(flag({ account }));
  const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  for (const text of [account, "guessed", "refused", "CREATE TABLE"]) assert.equal(bytes.includes(text), false, text);
  await assert.rejects(
    openSqliteWatchBook({ file, key: randomBytes(32) as Uint8Array as FileKey }),
    (error) => error instanceof StoreError && error.code === "key",
  );
});

test("a closed book says so", async () => {
  const book = await openSqliteWatchBook({ file: newFile(), key });
  await book[Symbol.asyncDispose]();
  const isClosed = (error: unknown): boolean => error instanceof StoreError && error.code === "closed";
  await assert.rejects(book.flags(), isClosed);
  await assert.rejects(book.forget(1), isClosed);
});
