import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { defenceMemoryContract } from "../../contract/defence-cases.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { accountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import { openDatabase } from "../database.ts";
import { openSqliteDefenceMemory } from "./defence-memory.ts";
import { namePrint, wordPrints } from "./prints.ts";
import { DEFENCE_APPLICATION, defenceMigrations } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-defence-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const [a, b] = [accountId("a".repeat(32)), accountId("b".repeat(32))];
const lesson = { kind: "unwanted", message: "m", names: ["domain bad.test"], words: ["cheap"] } as const;
const question = {
  authors: ["eve@bad.test"],
  names: ["domain bad.test"],
  words: ["cheap"],
  leastLessons: 0,
  contact: { first: "1", origin: "2" },
} as const;

defenceMemoryContract("sqlite", (limits) =>
  openSqliteDefenceMemory({ file: newFile(), key, ...(limits && { limits }) }),
);

test("processes share a memory, and it is there after a restart", async () => {
  const file = newFile();
  const first = await openSqliteDefenceMemory({ file, key });
  await using other = await openSqliteDefenceMemory({ file, key });
  await first.learn(a, lesson, 0);
  assert.deepEqual((await other.recall(a, question))?.words, [{ wanted: 0, unwanted: 1 }]);
  await first[Symbol.asyncDispose]();
  await using again = await openSqliteDefenceMemory({ file, key });
  assert.deepEqual((await again.recall(a, question))?.lessons, { wanted: 0, unwanted: 1 });
});

test("D3: nothing of the memory can be read without the key", async () => {
  const file = newFile();
  await using memory = await openSqliteDefenceMemory({ file, key });
  await memory.learn(a, lesson, 0);
  const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  for (const text of [a, "bad.test", "cheap", "CREATE TABLE"]) assert.equal(bytes.includes(text), false, text);
  await assert.rejects(
    openSqliteDefenceMemory({ file, key: randomBytes(32) as Uint8Array as FileKey }),
    (error) => error instanceof StoreError && error.code === "key",
  );
});

test("D2: also with the key there is no word, name or address, and no fingerprint is that of another account", async () => {
  const file = newFile();
  const memory = await openSqliteDefenceMemory({ file, key });
  for (const account of [a, b]) {
    await memory.learn(account, lesson, 0);
    await memory.addCorrespondents(account, ["eve@bad.test"], 0);
    await memory.addContact(account, { first: "192.0.2 eve@bad.test", origin: "192.0.2" }, 0);
  }
  await memory[Symbol.asyncDispose]();
  const db = openDatabase({
    path: file,
    key,
    applicationId: DEFENCE_APPLICATION,
    migrations: defenceMigrations,
    synchronous: "full",
  });
  const pages = db.serialize();
  assert.ok(pages.includes(a), "pages are deciphered");
  for (const text of ["bad.test", "cheap", "192.0.2", "eve"]) assert.equal(pages.includes(text), false, text);
  for (const table of ["correspondent", "sender", "word", "lesson", "contact"]) {
    const prints = db.prepare(`SELECT print FROM ${table}`).pluck().all();
    assert.equal(new Set(prints).size, 2, table);
  }
  db.close();
});

test("D5: the key of an account's fingerprints is in no page of its file once it is closed or cleared", async () => {
  for (const end of ["forgetAccount", "clear"] as const) {
    const file = newFile();
    const memory = await openSqliteDefenceMemory({ file, key });
    await memory.learn(a, lesson, 0);
    const look = (): { readonly pages: Buffer; readonly key: Uint8Array | undefined } => {
      const db = openDatabase({
        path: file,
        key,
        applicationId: DEFENCE_APPLICATION,
        migrations: defenceMigrations,
        synchronous: "full",
      });
      const found = db.prepare("SELECT key FROM holder").pluck().get() as Uint8Array | undefined;
      const pages = db.serialize();
      db.close();
      return { pages, key: found };
    };
    const before = look();
    const secret = before.key ?? assert.fail("there was no key");
    assert.ok(before.pages.includes(secret));
    await memory[end](a);
    assert.equal(look().pages.includes(secret), false);
    assert.equal(readFileSync(`${file}-wal`).length, 0, "and its log is empty");
    await memory[Symbol.asyncDispose]();
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
