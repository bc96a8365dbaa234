/**
 * Files of earlier versions, opened by this one. A file of each released version is built here with the steps and the
 * statements of its own time, so that no later change of the code that writes can change what is opened.
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { fromNumbers } from "../../../syntax/bytes/number-set.ts";
import { DELETED, FLAGGED, SEEN } from "../../flags.ts";
import { contentId, modSeq, uid } from "../../ids.ts";
import { APPLICATION, createDatabase, type Database, type DatabaseOptions, openDatabase } from "../database.ts";
import { accountPath } from "./open-account.ts";
import { mailMigrations } from "./schema.ts";
import { ALICE, ALL, deliveryOf, home, inboxOf } from "./test-home.ts";

type Home = Awaited<ReturnType<typeof home>>;

/** Makes ALICE's file as the first `version` steps do, with what `fill` puts in. */
function makeFile(at: Home, version: number, fill: (db: Database) => void): DatabaseOptions {
  const path = accountPath(at.folder, ALICE);
  mkdirSync(dirname(path));
  const options = {
    path,
    key: at.keys.create(ALICE),
    applicationId: APPLICATION.mail,
    synchronous: "normal",
    create: { fill },
  } as const;
  createDatabase({ ...options, migrations: mailMigrations.slice(0, version) });
  return { ...options, migrations: mailMigrations };
}

test("an empty file, before any step, gets every table", async () => {
  await using at = await home();
  const db = openDatabase(makeFile(at, 0, () => {}));
  assert.equal(db.pragma("user_version", { simple: true }), mailMigrations.length);
  assert.equal(db.prepare("SELECT count(*) FROM mail").pluck().get(), 0);
  db.close();
});

const HEADER = "Subject: of old\r\n\r\n";
const BODY = "kept as it came\r\n";
const VERSION_1 = [
  "INSERT INTO account VALUES (1, 'boot one', 1000000, zeroblob(32), 102, 3)",
  `INSERT INTO mailbox VALUES
    (1, 'INBOX', NULL, 100, 8, 12, 2, 1, 1, ${2 * (HEADER.length + BODY.length)}, 0, 0),
    (2, 'Trash', '\\Trash', 101, 1, 1, 0, 0, 0, 0, 0, 0),
    (3, 'Lists/node', NULL, 102, 4, 3, 0, 0, 0, 0, 0, 0)`,
  "INSERT INTO subscription VALUES ('INBOX'), ('Lists/node'), ('long gone')",
  "INSERT INTO keyword VALUES ('$label1', '$Label1')",
  "INSERT INTO keyword_set VALUES (1, '$label1')",
  "INSERT INTO mailbox_keyword VALUES (1, 1, '$label1')",
  `INSERT INTO content VALUES (4, ${HEADER.length + BODY.length}, ${HEADER.length}, NULL, zeroblob(32), '[]')`,
  `INSERT INTO body VALUES
    (4 * 1048576, ${HEADER.length}, 0, CAST('${HEADER}' AS BLOB)),
    (4 * 1048576 + 1, ${BODY.length}, 0, CAST('${BODY}' AS BLOB))`,
  "INSERT INTO derived VALUES (4, '(NIL \"of old\")', '(\"TEXT\")', '', '', '', '', 'of old', 86400000)",
  `INSERT INTO mail VALUES
    (1, 3, 4, ${SEEN | FLAGGED}, 9, ${HEADER.length + BODY.length}, 1000, 60, 2000),
    (1, 7, 4, ${256 + DELETED}, 12, ${HEADER.length + BODY.length}, 1000, -60, 2000)`,
  "INSERT INTO change VALUES (1, 9, '3,3'), (1, 12, '7,7')",
  "INSERT INTO vanished VALUES (1, 10, '1,2,4,6')",
  "INSERT INTO gap VALUES (3, 1, 3)",
  "INSERT INTO delivery VALUES ('0123456789abcdef0123456789abcdef', zeroblob(16), 2000)",
];

test("a file of version 1 with mail in it is read and written as if it had been made today", async () => {
  await using at = await home();
  makeFile(at, 1, (db) => {
    for (const sql of VERSION_1) db.exec(sql);
  });
  const store = at.open();
  assert.deepEqual(await store.check(ALICE), []);
  const reader = store.read(ALICE);
  const inbox = await inboxOf(store);
  assert.deepEqual(
    [inbox.uidValidity, inbox.uidNext, inbox.highestModSeq, inbox.messages, inbox.unseen, inbox.deleted],
    [100, 8, 12, 2, 1, 1],
  );
  assert.deepEqual(
    (await reader.mailboxes()).map(({ name, specialUse }) => [name, specialUse]),
    [
      ["INBOX", undefined],
      ["Lists/node", undefined],
      ["Trash", "\\Trash"],
    ],
  );
  assert.deepEqual(await reader.subscriptions(), ["INBOX", "Lists/node", "long gone"]);
  assert.deepEqual(await reader.keywords(inbox.id), ["$Label1"]);
  assert.deepEqual(await reader.keywordSet(1), ["$Label1"]);
  const rows = [];
  for await (const slice of reader.rows(inbox.id, ALL, "listing")) rows.push(...slice);
  assert.deepEqual(
    rows.map((row) => [row.uid, row.flags, row.modSeq, row.zoneMinutes, row.envelope]),
    [
      [3, SEEN | FLAGGED, 9, 60, '(NIL "of old")'],
      [7, 256 + DELETED, 12, -60, '(NIL "of old")'],
    ],
  );
  const octets: Uint8Array[] = [];
  for await (const piece of reader.octets(contentId(4), 0, HEADER.length + BODY.length)) octets.push(piece);
  assert.equal(Buffer.concat(octets).toString("latin1"), HEADER + BODY);
  const changes = await reader.changes(inbox.id, modSeq(9));
  assert.deepEqual([changes?.changed, changes?.vanished], [fromNumbers([7]), fromNumbers([1, 2, 4, 5, 6])]);

  const delivered = await store.write(ALICE).deliver(deliveryOf("a new one"));
  assert.deepEqual(delivered, { kind: "delivered", mailbox: inbox.id, uid: uid(8) });
  await store.write(ALICE).expunge(inbox.id, ALL);
  await store.settle();
  assert.deepEqual(await store.check(ALICE), []);
});

test("a file of version 2 learns where it stands against its quota", async () => {
  for (const [quota, line] of [
    [1000, 0],
    [390, 0],
    [78, 90],
    [60, 100],
  ] as const) {
    await using at = await home();
    makeFile(at, 2, (db) => {
      for (const sql of VERSION_1) db.exec(sql);
      db.exec(`UPDATE account SET quota = ${quota}`);
    });
    const store = at.open();
    const marks = await store.read(ALICE).quotaMarks();
    assert.deepEqual([marks.line, marks.fullSince !== undefined], [line, line === 100], `a quota of ${quota}`);
    assert.equal(marks.crossedAt !== undefined, line > 0);
    assert.deepEqual(await store.check(ALICE), []);
  }
});
