import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { BackupBook } from "../../backup-book.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { accountId } from "../../ids.ts";
import { openSqliteBackupBook } from "./book.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-book-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const open = (): Promise<BackupBook> =>
  openSqliteBackupBook({
    file: join(folder, `${randomBytes(8).toString("hex")}.db`),
    key: randomBytes(32) as Uint8Array as FileKey,
  });

const ada = accountId("ad".repeat(16));
const object = (name: string): { readonly name: string; readonly size: number } => ({ name, size: name.length });
const neededBy = async (book: BackupBook, number: number): Promise<readonly string[]> =>
  (await Array.fromAsync(book.needed(number))).flat().map(({ name }) => name);
const facts = { doneAt: 2, accounts: 1, sentOctets: 3 };

test("an object is needed by each set from its birth to its end, and dead after the last of them", async () => {
  await using book = await open();
  const one = await book.begin("one", 1);
  await book.replace(ada, one, [object("a"), object("b")]);
  await book.finish(one, facts);
  const two = await book.begin("two", 1);
  await book.replace(ada, two, [object("b"), object("c")]);
  await book.finish(two, facts);
  const three = await book.begin("three", 1);
  await book.finish(three, facts);
  assert.deepEqual(await neededBy(book, one), ["a", "b"]);
  assert.deepEqual(await neededBy(book, two), ["b", "c"]);
  assert.deepEqual(await neededBy(book, three), ["b", "c"]);
  assert.deepEqual(await book.dead(9), []);
  await book.removeSet(one);
  assert.deepEqual(await book.dead(9), ["a"]);
  await book.forget(["a"]);
  assert.deepEqual(await book.dead(9), []);
  assert.deepEqual([...(await book.known(["a", "b"]))], ["b"]);
  await book.removeSet(two);
  assert.deepEqual(await book.dead(9), []);
  await book.removeSet(three);
  assert.deepEqual((await book.dead(9)).toSorted(), ["b", "c"], "without a set nothing is needed");
});

test("an unfinished set keeps what is current and nothing else", async () => {
  await using book = await open();
  const one = await book.begin("one", 1);
  await book.replace(ada, one, [object("a"), object("b")]);
  await book.replace(ada, one, [object("b")]);
  assert.deepEqual(await book.dead(9), ["a"]);
  assert.deepEqual(await book.current(ada), [object("b")]);
});

test("a set that is adopted twice, or that was not finished, keeps what it needs", async () => {
  await using book = await open();
  const slices = async function* (
    ...names: readonly string[]
  ): AsyncGenerator<readonly { name: string; size: number }[]> {
    yield names.map(object);
  };
  for (let times = 0; times < 2; times++) await book.adopt("one", 1, slices("a", "b"));
  await book.adopt("two", 2, slices("b", "c"));
  const [one, two, ...more] = await book.sets();
  assert.ok(one && two && more.length === 0 && one.doneAt !== undefined);
  assert.deepEqual(await neededBy(book, one.number), ["a", "b"]);
  assert.deepEqual(await neededBy(book, two.number), ["b", "c"]);
  await book.removeSet(one.number);
  assert.deepEqual(await book.dead(9), ["a"]);
  const own = await book.begin("own", 3);
  await book.replace(ada, own, [object("x")]);
  await book.adopt("own", 3, slices("x"));
  assert.deepEqual(await book.current(ada), [object("x")], "what is current stays so");
  assert.deepEqual(await book.accounts(), [ada]);
});

test("closings wait until they are told, and a restore under way is known", async () => {
  await using book = await open();
  await book.setClosing([ada], "waits");
  await book.setClosing([ada], "waits");
  assert.deepEqual(await book.closings(), [ada]);
  await book.setClosing([ada], "told");
  assert.deepEqual(await book.closings(), []);
  assert.equal(await book.restored(), undefined);
  await book.noteRestored("begin");
  await book.noteRestored(ada);
  assert.deepEqual([...((await book.restored()) ?? [])], [ada]);
  await book.noteRestored("end");
  assert.equal(await book.restored(), undefined);
});
