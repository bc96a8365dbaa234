import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { defenceMemoryContract } from "../../contract/defence-cases.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { DefenceMemory } from "../../defence-memory.ts";
import { accountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, type Database, openDatabase } from "../database.ts";
import { openSqliteDefenceMemory } from "./defence-memory.ts";
import { namePrint, wordPrints } from "./prints.ts";
import { defenceMigrations } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-defence-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
/** Of every account's file, and of no other account's. */
const keyOf = (account: string): FileKey => createHash("sha256").update(account).digest() as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const [a, b] = [accountId("a".repeat(32)), accountId("b".repeat(32))];
const lesson = { kind: "unwanted", message: "m", names: ["domain bad.test"], words: ["cheap"] } as const;
const question = {
  authors: ["eve@bad.test"],
  names: ["domain bad.test"],
  words: () => ["cheap"],
  leastLessons: 0,
  contact: { first: "1", origin: "2" },
} as const;

defenceMemoryContract("sqlite", (limits) =>
  openSqliteDefenceMemory({ file: newFile(), key, keyOf, ...(limits && { limits }) }),
);

test("processes share a memory, and it is there after a restart", async () => {
  const file = newFile();
  const first = await openSqliteDefenceMemory({ file, key, keyOf });
  await using other = await openSqliteDefenceMemory({ file, key, keyOf });
  await first.learn(a, lesson, 0);
  assert.deepEqual((await other.recall(a, question))?.words, [{ wanted: 0, unwanted: 1 }]);
  await first[Symbol.asyncDispose]();
  await using again = await openSqliteDefenceMemory({ file, key, keyOf });
  assert.deepEqual((await again.recall(a, question))?.lessons, { wanted: 0, unwanted: 1 });
});

test("D3: nothing of the memory can be read without the key", async () => {
  const file = newFile();
  await using memory = await openSqliteDefenceMemory({ file, key, keyOf });
  await memory.learn(a, lesson, 0);
  const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  for (const text of [a, "bad.test", "cheap", "CREATE TABLE"]) assert.equal(bytes.includes(text), false, text);
  await assert.rejects(
    openSqliteDefenceMemory({ file, keyOf, key: randomBytes(32) as Uint8Array as FileKey }),
    (error) => error instanceof StoreError && error.code === "key",
  );
});

/** What the file has, with the system's own key. */
function look<T>(file: string, work: (db: Database) => T): T {
  const applicationId = APPLICATION.defence;
  const db = openDatabase({ path: file, key, applicationId, migrations: defenceMigrations, synchronous: "full" });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

test("D2: also with the key there is no word, name or address, and no fingerprint is that of another account", async () => {
  const file = newFile();
  const memory = await openSqliteDefenceMemory({ file, key, keyOf });
  for (const account of [a, b]) {
    await memory.learn(account, lesson, 0);
    await memory.addCorrespondents(account, ["eve@bad.test"], 0);
    await memory.addContact(account, { first: "192.0.2 eve@bad.test", origin: "192.0.2" }, 0);
  }
  await memory[Symbol.asyncDispose]();
  look(file, (db) => {
    const pages = db.serialize();
    assert.ok(pages.includes(a), "pages are deciphered");
    for (const text of ["bad.test", "cheap", "192.0.2", "eve"]) assert.equal(pages.includes(text), false, text);
    for (const table of ["correspondent", "sender", "word", "lesson", "contact"]) {
      const prints = db.prepare(`SELECT print FROM ${table}`).pluck().all();
      assert.equal(new Set(prints).size, 2, table);
    }
  });
});

test("D5: what fingerprints are made with is the account's own key: without it the file tells of nobody who is asked about", async () => {
  const file = newFile();
  let fileKey: FileKey | undefined = keyOf(a);
  await using memory = await openSqliteDefenceMemory({ file, key, keyOf: () => fileKey });
  await memory.learn(a, lesson, 0);
  await memory.addCorrespondents(a, ["eve@bad.test"], 0);
  const of = async (): Promise<readonly unknown[]> => {
    const known = await memory.recall(a, question);
    return [known?.isCorrespondent, known?.words, known?.lessons.unwanted, (await memory.holdings(a)).words.count];
  };
  const learned = [true, [{ wanted: 0, unwanted: 1 }], 1, 1];
  const nothing = [false, [], 0, 0];
  assert.deepEqual(await of(), learned);
  for (const other of [undefined, keyOf("another")]) {
    fileKey = other;
    assert.deepEqual(await of(), nothing);
  }
  fileKey = keyOf(a);
  assert.deepEqual(await of(), learned, "reading alone has changed nothing");
  fileKey = undefined;
  assert.equal(await memory.learn(a, { ...lesson, message: "n" }, 0), "off");
  assert.equal(await memory.addContact(a, question.contact, 0), false);
  assert.deepEqual(
    look(file, (db) => db.prepare("SELECT count(*) FROM lesson").pluck().get()),
    1,
  );
});

test("D5: what is noted late for an account that was closed meanwhile stays out of the file", async () => {
  const file = newFile();
  let fileKey: FileKey | undefined = keyOf(a);
  let closing: Promise<void> | undefined;
  await using other = await openSqliteDefenceMemory({ file, key, keyOf: () => fileKey });
  /** The key goes first, its memory then, from another process; as late as can be before the note asks for the key. */
  const close = (): void => {
    fileKey = undefined;
    closing = other.forgetAccount(a);
  };
  let asked = 0;
  await using memory = await openSqliteDefenceMemory({
    file,
    key,
    keyOf() {
      asked++;
      const found = fileKey;
      if (asked === 2) close();
      return found;
    },
  });
  const rows = (): readonly unknown[] =>
    look(file, (db) =>
      ["holder", "correspondent"].map((table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()),
    );
  await memory.noteWritten([{ account: a, addresses: ["eve@bad.test"] }], 0);
  assert.deepEqual(rows(), [1, 1]);
  await memory.noteWritten([{ account: a, addresses: ["bob@bad.test"] }], 0);
  await (closing ?? assert.fail("the key is asked for at each note"));
  assert.deepEqual(rows(), [0, 0], "closing waits for the commit, and erases it");
  await memory.noteWritten([{ account: a, addresses: ["late@bad.test"] }], 0);
  assert.deepEqual(rows(), [0, 0]);
});

test("what many wrote to is in the file for other processes, and is not written twice a day", async () => {
  const file = newFile();
  await using memory = await openSqliteDefenceMemory({ file, key, keyOf });
  await using other = await openSqliteDefenceMemory({ file, key, keyOf });
  const written = [a, b].map((account) => ({ account, addresses: ["eve@bad.test"] }));
  const size = (): number => readFileSync(`${file}-wal`).length;
  await memory.noteWritten(written, 0);
  assert.equal((await other.recall(b, question))?.isCorrespondent, true);
  const before = size();
  await memory.noteWritten(written, 0);
  await other.noteWritten(written, 0);
  assert.equal(size(), before);
  await other.clear(a);
  await memory.noteWritten(written, 0);
  assert.equal((await other.recall(a, question))?.isCorrespondent, true, "cleared elsewhere, it is noted anew");
});

test("D5: an account that gets another key begins anew, and what was kept under the old one goes", async () => {
  const file = newFile();
  let fileKey = keyOf("old");
  await using memory = await openSqliteDefenceMemory({ file, key, keyOf: () => fileKey });
  await memory.learn(a, lesson, 0);
  await memory.setOn(b, false);
  fileKey = keyOf("new");
  assert.equal(await memory.learn(a, lesson, 0), "learned");
  assert.deepEqual((await memory.recall(a, question))?.words, [{ wanted: 0, unwanted: 1 }]);
  assert.equal(
    look(file, (db) => db.prepare("SELECT count(*) FROM word").pluck().get()),
    1,
  );
  assert.equal(await memory.recall(b, question), undefined, "who had switched it off has it off");
});

test("D5: the salt of an account's fingerprints is in no page of the file once it is closed, cleared or switched off", async () => {
  const ends: readonly ((memory: DefenceMemory) => Promise<void>)[] = [
    (memory) => memory.forgetAccount(a),
    (memory) => memory.clear(a),
    (memory) => memory.setOn(a, false),
  ];
  for (const end of ends) {
    const file = newFile();
    await using memory = await openSqliteDefenceMemory({ file, key, keyOf });
    await memory.learn(a, lesson, 0);
    const salt = look(file, (db) => db.prepare("SELECT salt FROM holder").pluck().get() as Uint8Array);
    assert.ok(salt.length === 32 && look(file, (db) => db.serialize()).includes(salt));
    await end(memory);
    assert.equal(look(file, (db) => db.serialize()).includes(salt), false);
    assert.equal(readFileSync(`${file}-wal`).length, 0, "and its log is empty");
  }
});

test("fingerprints depend on every octet, on the key, and on what they are for", () => {
  const [one, other] = [randomBytes(32), randomBytes(32)];
  const long = "x".repeat(31);
  const words = ["", "a", "b", "s:a", `${long}y`, `${long}z`, "длинное-слово"];
  const prints = wordPrints(one, words);
  assert.equal(new Set(prints).size, words.length);
  assert.deepEqual(wordPrints(one, words.slice(2)), prints.slice(2), "a word does not depend on its neighbours");
  assert.notDeepEqual(wordPrints(other, words), prints);
  assert.deepEqual(wordPrints(one, []), []);
  assert.notEqual(namePrint(one, "sender", "a"), namePrint(one, "contact", "a"));
  assert.notEqual(namePrint(one, "sender", "a"), namePrint(other, "sender", "a"));
});
