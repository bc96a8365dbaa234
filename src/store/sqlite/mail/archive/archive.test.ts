import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { parseMessage } from "../../../../syntax/message/parse.ts";
import type { AccountArchive, AccountSnapshot, RestoredContent } from "../../../account-archive.ts";
import { contentId, type ContentId } from "../../../ids.ts";
import type { StoreError } from "../../../store-error.ts";
import { openDatabase } from "../../database.ts";
import type { Sync } from "../commits.ts";
import type { SqliteMailStore } from "../mail-store.ts";
import { accountFileOptions, accountPath } from "../open-account.ts";
import { ALICE, ALL, busOf, factsOf, home, inboxOf, mailOf, plain, sourceOf, until } from "../test-home.ts";
import { turn } from "../waiting.ts";

const DELETED = { kind: "add", flags: { system: 8, keywords: [] } } as const;

async function fill(store: SqliteMailStore, count: number): Promise<void> {
  await store.create(ALICE, { quotaBytes: 1e9 });
  const { id } = await inboxOf(store);
  const texts = Array.from({ length: count }, (_, n) => `mail ${n}`);
  await store.write(ALICE).append(
    id,
    texts.map((text) => mailOf(text)),
  );
}

/** Gives contents to a restore, from the account as it is now. */
async function contentsOf(
  archive: AccountArchive,
  snapshot: AccountSnapshot,
): Promise<(id: ContentId) => Promise<RestoredContent>> {
  const octets = new Map<ContentId, Uint8Array[]>();
  const ids = snapshot.contents.map(({ id }) => id);
  for await (const piece of archive.pieces(ALICE, ids)) {
    octets.set(piece.content, [...(octets.get(piece.content) ?? []), archive.inflate(piece.octets)]);
  }
  return async (id) => {
    const whole = Buffer.concat(octets.get(id) ?? []);
    return { content: sourceOf(whole), derived: parseMessage(whole) };
  };
}

const isIo = (error: StoreError): boolean => error.code === "io";

test("a snapshot is one state, though another worker commits between its slices", async () => {
  await using at = await home();
  const [store, other] = [at.open(), at.open()];
  await fill(store, 2500);
  const { id } = await inboxOf(other);
  const all = (await store.archive.snapshot(ALICE)).mails.length;
  const taking = store.archive.snapshot(ALICE);
  const write = other.write(ALICE);
  await write.append(id, [mailOf("too late")]);
  await write.store(id, ALL, DELETED);
  const snapshot = await taking;
  const [box] = snapshot.mailboxes;
  assert.equal(snapshot.mails.length, (box?.uidNext ?? 0) - 1);
  assert.ok(snapshot.mails.every((mail) => mail.modSeq <= (box?.highestModSeq ?? 0)));
  assert.equal(snapshot.contents.length, snapshot.mails.length);
  assert.equal(new Set(snapshot.mails.map((mail) => mail.system)).size, 1, "none or all of the flags");
  assert.ok(all === 2500 && snapshot.mails.length >= all);
});

test("a restore shows nothing under the account's name before it is whole, and takes away what a crash left", async () => {
  await using at = await home();
  const bus = busOf();
  const store = at.open({ bus: bus.join() });
  const other = at.open({ bus: bus.join() });
  await fill(store, 3);
  assert.equal((await factsOf(other)).length, 3);
  const snapshot = await store.archive.snapshot(ALICE);
  const content = await contentsOf(store.archive, snapshot);
  await store.destroy(ALICE);
  const path = accountPath(at.folder, ALICE);
  writeFileSync(`${path}.new-0123`, "of a restore that a crash broke off");
  writeFileSync(`${path}-wal`, "of the file that was lost");
  const seen = new Set<string>();
  await store.archive.restore(ALICE, snapshot, async (id) => {
    for (const name of readdirSync(dirname(path))) seen.add(name.replace(/new-[0-9a-f]{16}$/, "new-*"));
    return content(id);
  });
  assert.deepEqual([...seen], [`${ALICE}.db.new-*`]);
  assert.deepEqual(readdirSync(dirname(path)), [`${ALICE}.db`]);
  assert.deepEqual(await store.check(ALICE), []);
  assert.equal((await factsOf(other)).length, 3, "another worker opens the new file");
});

test("a restore that fails destroys the key that it made, and keeps one that was there", async () => {
  await using at = await home();
  const store = at.open();
  await fill(store, 2);
  const snapshot = await store.archive.snapshot(ALICE);
  const fails = async (): Promise<RestoredContent> => assert.fail("no place answers");
  await store.destroy(ALICE);
  await assert.rejects(store.archive.restore(ALICE, snapshot, fails), /no place answers/);
  assert.equal(at.keys.get(ALICE), undefined);
  const key = at.keys.create(ALICE);
  await assert.rejects(store.archive.restore(ALICE, snapshot, fails), /no place answers/);
  assert.deepEqual(at.keys.get(ALICE), key);
  assert.deepEqual(readdirSync(dirname(accountPath(at.folder, ALICE))), []);
});

test("of two that make the account at once one wins, and the restore says so", async () => {
  await using at = await home();
  const store = at.open();
  await fill(store, 1);
  const snapshot = await store.archive.snapshot(ALICE);
  const content = await contentsOf(store.archive, snapshot);
  await store.destroy(ALICE);
  const races = store.archive.restore(ALICE, snapshot, async (id) => {
    await store.create(ALICE, { quotaBytes: 5 });
    return content(id);
  });
  await assert.rejects(races, isIo);
  assert.equal((await store.read(ALICE).usage()).quotaBytes, 5);
  assert.deepEqual(await store.check(ALICE), []);
});

test("pieces count as sent only when a crash did not break off their noting", async () => {
  await using at = await home();
  const store = at.open();
  await fill(store, 2);
  const before = await store.archive.snapshot(ALICE);
  const [one, two] = before.contents.map(({ id }) => id);
  assert.ok(one !== undefined && two !== undefined);
  at.look((db) => {
    db.exec("INSERT INTO pack(number, name, noted) VALUES (1, 'half', 0)");
    db.exec(
      `INSERT INTO sent(piece, pack, at, length) VALUES (${one * 2 ** 20}, 1, 0, 9), (${one * 2 ** 20 + 1}, 1, 9, 9)`,
    );
  });
  assert.deepEqual(
    (await store.archive.snapshot(ALICE)).contents.map(({ sent }) => sent),
    [[], []],
  );
  const sent = [0, 1].map((n) => ({ content: two, n, pack: "whole", at: n, length: 1 }));
  const gone = { content: contentId(999), n: 0, pack: "useless", at: 0, length: 1 };
  const part = { part: "p", key: new Uint8Array(32), mark: before.mark };
  await store.archive.remember(ALICE, part, [...sent, gone]);
  assert.deepEqual(
    (await store.archive.snapshot(ALICE)).contents.map((content) => content.sent),
    [[], sent],
  );
  const packs = at.look((db) => db.prepare("SELECT name, noted FROM pack").all());
  assert.deepEqual(packs, [{ name: "whole", noted: 1 }]);
  assert.deepEqual(await store.check(ALICE), []);
});

test("D4: where its pieces were sent is erased with a content", async () => {
  await using at = await home();
  const store = at.open({ ledger: true });
  await fill(store, 2);
  const { mark, contents } = await store.archive.snapshot(ALICE);
  const sent = contents.flatMap(({ id }) => [0, 1].map((n) => ({ content: id, n, pack: "pack", at: n, length: 1 })));
  await store.archive.remember(ALICE, { part: "p", key: new Uint8Array(32), mark }, sent);
  const { id } = await inboxOf(store);
  await store.write(ALICE).store(id, ALL, DELETED);
  await store.write(ALICE).expunge(id, ALL);
  await store.settle();
  const left = at.look((db) =>
    ["sent", "part", "content"].map((table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()),
  );
  assert.deepEqual(left, [0, 0, 0]);
});

test("what vanished outlives the worker that saw it; without a ledger nothing is noted, and what was is dropped", async () => {
  await using at = await home();
  const first = at.open({ ledger: true });
  await fill(first, 3);
  const { id } = await inboxOf(first);
  await first.write(ALICE).store(id, ALL, DELETED);
  await first.write(ALICE).expunge(id, { ends: [1, 1], size: 1 });
  await first[Symbol.asyncDispose]();
  const second = at.open({ ledger: true });
  const [entry] = await second.archive.vanished(ALICE);
  assert.deepEqual([entry?.uids, entry?.contents], ["1", "1"]);
  const without = at.open();
  let heard = 0;
  using _listening = without.archive.onVanished(() => heard++);
  await without.write(ALICE).expunge(id, ALL);
  await without.settle();
  assert.deepEqual([await without.archive.vanished(ALICE), heard], [[], 0]);
});

test("a listener hears of what vanished when that is durable, not before", async () => {
  await using at = await home();
  const held: (() => void)[] = [];
  let isHolding = true;
  const filling = at.open();
  await fill(filling, 1);
  const sync: Sync = (_, done) => {
    if (isHolding) held.push(() => done(null));
    else setImmediate(done, null);
  };
  const store = at.open({ ledger: true, sync });
  const { id } = await inboxOf(store);
  const heard: string[] = [];
  using _listening = store.archive.onVanished((account) => heard.push(account));
  await store.write(ALICE).store(id, ALL, DELETED);
  const expunged = store.write(ALICE).expunge(id, ALL);
  await until(() => held.length > 0);
  for (let n = 0; n < 20; n++) await turn();
  assert.deepEqual(heard, []);
  isHolding = false;
  for (const release of held.splice(0)) release();
  await expunged;
  assert.deepEqual(heard, [ALICE]);
});

test("a restored file is sealed like any other and carries nothing of the old one's keys", async () => {
  await using at = await home();
  const store = at.open();
  await fill(store, 1);
  const snapshot = await store.archive.snapshot(ALICE);
  const content = await contentsOf(store.archive, snapshot);
  const oldKey = at.keys.get(ALICE);
  const prints = (): unknown => at.look((db) => db.prepare("SELECT fingerprint_key FROM account").pluck().get());
  const oldPrint = prints();
  await store.destroy(ALICE);
  await store.archive.restore(ALICE, snapshot, content);
  assert.notDeepEqual(at.keys.get(ALICE), oldKey);
  assert.notDeepEqual(prints(), oldPrint);
  assert.ok(oldKey !== undefined && existsSync(accountPath(at.folder, ALICE)));
  assert.throws(
    () => openDatabase(accountFileOptions(accountPath(at.folder, ALICE), oldKey)),
    (error: StoreError) => error.code === "key",
  );
});

test("the audit finds what the archive's tables must not hold", async () => {
  await using at = await home();
  const store = at.open();
  await fill(store, 1);
  at.look((db) => {
    db.exec("INSERT INTO sent(piece, pack, at, length) VALUES (77 * 1048576, 5, 0, 1)");
    db.exec("INSERT INTO part(one, id, key, mark) VALUES (1, 'p', zeroblob(5), '')");
    db.exec("INSERT INTO unreported(mailbox, uid_validity, modseq, uids, contents) VALUES (1, 1, 1, '1,1', '1,1')");
  });
  const findings = await store.check(ALICE);
  assert.deepEqual(
    findings.map(({ rule, detail }) => `${rule}: ${detail}`),
    [
      "what was sent is there: content 77",
      "what was sent is there: pack 5",
      "what was sent is there: part",
      "unreported uid is gone: mailbox 1",
      "unreported content is gone: mailbox 1",
    ],
  );
  await store.archive.forget(ALICE);
  await store.archive.reported(ALICE, await store.archive.vanished(ALICE));
  assert.deepEqual(await store.check(ALICE), []);
});

test("a store that is closed restores nothing", async () => {
  await using at = await home();
  const store = at.open();
  await fill(store, 1);
  const snapshot = await store.archive.snapshot(ALICE);
  await store.destroy(ALICE);
  await store[Symbol.asyncDispose]();
  const content = async (): Promise<RestoredContent> => assert.fail();
  await assert.rejects(store.archive.restore(ALICE, snapshot, content), (error: StoreError) => error.code === "closed");
  assert.equal(plain(at.folder, at.keys).keys.get(ALICE), undefined);
});
