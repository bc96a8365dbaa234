/** Sessions, links and log-ins as they rest: what is told of them, what ends when, and that nobody reads it from the disk. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileKey } from "../../crypt/account-keys.ts";
import { type AccountId, accountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import type { LinkRecord, LogInRecord, SessionRecord, WebAccess } from "../../web-access.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import { webAccessMigrations } from "./schema.ts";
import { openSqliteWebAccess } from "./web-access.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-web-access-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const [anna, bo] = [accountId("a".repeat(32)), accountId("b".repeat(32))];

const session = (id: string, more: Partial<SessionRecord> = {}): SessionRecord => ({
  id,
  account: anna,
  begunAt: 1000,
  seenAt: 1000,
  isStaying: false,
  awaitsSecondStep: false,
  expiresAt: 9000,
  ...more,
});
const link = (id: string, more: Partial<LinkRecord> = {}): LinkRecord => ({
  id,
  purpose: "password-reset",
  owner: anna,
  payload: "back@elsewhere.example",
  madeAt: 1000,
  expiresAt: 2000,
  ...more,
});
const logIn = (more: Partial<LogInRecord> = {}): LogInRecord => ({
  account: anna,
  day: 3,
  protocol: "imap",
  client: "Thunderbird",
  address: "192.0.2.7",
  network: "192.0.2.0/24",
  firstAt: 100,
  lastAt: 200,
  count: 2,
  ...more,
});
const ids = async (store: WebAccess, account: AccountId): Promise<readonly string[]> =>
  (await store.sessions(account)).map(({ id }) => id);

test("a session is found until it is ended, in every process, and by its own account alone", async () => {
  const file = newFile();
  await using store = await openSqliteWebAccess({ file, key });
  await using other = await openSqliteWebAccess({ file, key });
  await store.addSession(session("one"));
  await store.addSession(session("two", { isStaying: true, seenAt: 2000 }));
  await store.addSession(session("his", { account: bo, awaitsSecondStep: true }));
  assert.deepEqual(await other.session("two"), session("two", { isStaying: true, seenAt: 2000 }));
  assert.deepEqual(await ids(other, anna), ["two", "one"]);
  assert.equal(await other.endSession("his", anna), false);
  assert.equal(await other.endSession("one", anna), true);
  assert.equal(await store.session("one"), undefined);
  assert.equal(await store.endSession("one"), false);
  await store.addSession(session("three"));
  assert.equal(await store.endSessions(anna, "three"), 1);
  assert.deepEqual([await ids(store, anna), await ids(store, bo)], [["three"], ["his"]]);
  assert.equal(await store.endSessions(anna), 1);
});

test("a visit is noted only where the last one was long enough ago", async () => {
  await using store = await openSqliteWebAccess({ file: newFile(), key });
  await store.addSession(session("one"));
  await store.touchSession("one", { seenAt: 1500, expiresAt: 9500, unlessSince: 900 });
  assert.equal((await store.session("one"))?.seenAt, 1000);
  await store.touchSession("one", { seenAt: 2000, expiresAt: 9999, unlessSince: 1000 });
  await store.touchSession("none", { seenAt: 2000, expiresAt: 9999, unlessSince: 1000 });
  assert.deepEqual(await store.session("one"), session("one", { seenAt: 2000, expiresAt: 9999 }));
});

test("an account has so many sessions at most, and the one that was unused for longest gives way", async () => {
  await using store = await openSqliteWebAccess({ file: newFile(), key, limits: { sessions: 2, links: 3, logIns: 9 } });
  await store.addSession(session("old", { seenAt: 1 }));
  await store.addSession(session("new", { seenAt: 3 }));
  await store.addSession(session("his", { account: bo, seenAt: 1 }));
  await store.addSession(session("late clock", { seenAt: 2 }));
  for (const id of ["half", "half too"]) await store.addSession(session(id, { awaitsSecondStep: true, seenAt: 9 }));
  await store.addSession(session("last half", { awaitsSecondStep: true, seenAt: 10 }));
  const gone = await Promise.all(["half", "half too", "last half"].map((id) => store.endSession(id)));
  assert.deepEqual(gone, [true, false, true]);
  assert.deepEqual([await ids(store, anna), await ids(store, bo)], [["new", "late clock"], ["his"]]);
});

test("a link is looked at as often as one likes, used once, within its time and for its purpose", async () => {
  const file = newFile();
  await using store = await openSqliteWebAccess({ file, key });
  await using other = await openSqliteWebAccess({ file, key });
  assert.equal(await store.addLink(link("x")), "made");
  for (let n = 0; n < 3; n++) assert.deepEqual(await other.link("x", "password-reset", 1999), link("x"));
  assert.equal(await store.link("x", "close-account", 1500), undefined);
  assert.equal(await store.link("x", "password-reset", 2000), undefined);
  assert.equal(await store.claimLink("x", "close-account", 1500), undefined);
  assert.equal(await store.claimLink("x", "password-reset", 2000), undefined);
  const both = await Promise.all([store, other].map((one) => one.claimLink("x", "password-reset", 1500)));
  assert.deepEqual(both.filter((found) => found !== undefined).length, 1);
  assert.equal(await store.link("x", "password-reset", 1500), undefined);
});

test("using a link uses up those beside it, and nobody has more than three that live", async () => {
  await using store = await openSqliteWebAccess({ file: newFile(), key });
  for (const id of ["1", "2", "3"]) assert.equal(await store.addLink(link(id)), "made");
  assert.equal(await store.addLink(link("4")), "too-many");
  assert.equal(await store.addLink(link("5", { purpose: "close-account" })), "made");
  assert.equal(await store.addLink(link("6", { owner: bo })), "made");
  assert.equal(
    await store.addLink(link("7", { madeAt: 2000, expiresAt: 3000 })),
    "made",
    "the others are over by then",
  );
  assert.equal((await store.claimLink("2", "password-reset", 1500))?.id, "2");
  const left = await Promise.all(
    ["1", "3", "7", "6"].map((id) => store.link(id, "password-reset", 1500).then((found) => found !== undefined)),
  );
  assert.deepEqual(left, [false, false, false, true]);
  assert.equal((await store.link("5", "close-account", 1500))?.id, "5");
  await store.forgetLinks(anna);
  assert.equal(await store.link("5", "close-account", 1500), undefined);
});

test("log-ins of a day add up, latest first, and the oldest give way", async () => {
  await using store = await openSqliteWebAccess({ file: newFile(), key, limits: { sessions: 9, links: 3, logIns: 3 } });
  await store.noteLogIns([logIn(), logIn({ firstAt: 50, lastAt: 300, count: 1 }), logIn({ account: bo })]);
  assert.deepEqual(await store.logIns(anna), [logIn({ firstAt: 50, lastAt: 300, count: 3 })]);
  const later = [400, 500, 600].map((at) => logIn({ address: `2001:db8::${at}`, firstAt: at, lastAt: at }));
  await store.noteLogIns(later);
  assert.deepEqual(await store.logIns(anna), later.toReversed());
  assert.equal((await store.logIns(bo)).length, 1);
});

test("a kind of client is new until it is learned, and to each account by itself", async () => {
  await using store = await openSqliteWebAccess({ file: newFile(), key });
  const thunderbird = { account: anna, client: "Thunderbird" };
  assert.deepEqual(await store.noteLogIns([logIn(), logIn({ protocol: "submission" })]), [thunderbird]);
  assert.deepEqual(await store.noteLogIns([logIn()]), [thunderbird], "nobody was told yet");
  await store.learnClient(thunderbird, 3);
  assert.deepEqual(await store.noteLogIns([logIn(), logIn({ account: bo })]), [{ account: bo, client: "Thunderbird" }]);
});

test("a network is known from which the account lately came, with the kind of client where one is asked for", async () => {
  await using store = await openSqliteWebAccess({ file: newFile(), key });
  await store.noteLogIns([logIn()]);
  const known = (account: AccountId, network: string, client?: string): Promise<boolean> =>
    store.isKnownFrom(account, network, client);
  assert.deepEqual(
    await Promise.all([
      known(anna, "192.0.2.0/24"),
      known(anna, "192.0.2.0/24", "Thunderbird"),
      known(anna, "192.0.2.0/24", "Mutt"),
      known(anna, "198.51.100.0/24"),
      known(bo, "192.0.2.0/24"),
    ]),
    [true, true, false, false, false],
  );
});

test("D2: what is too old goes, and nothing else", async () => {
  await using store = await openSqliteWebAccess({ file: newFile(), key });
  await store.addSession(session("over", { expiresAt: 5000 }));
  await store.addSession(session("alive", { expiresAt: 5001 }));
  await store.addLink(link("over", { expiresAt: 5000 }));
  await store.addLink(link("alive", { expiresAt: 5001 }));
  await store.noteLogIns([logIn({ firstAt: 2999, lastAt: 4000 }), logIn({ day: 4, firstAt: 3000, lastAt: 3000 })]);
  await store.learnClient({ account: anna, client: "Thunderbird" }, 5);
  await store.learnClient({ account: anna, client: "Mutt" }, 4);
  assert.equal(await store.forget({ now: 5000, logIns: 3000, kindsDay: 5 }), 4);
  assert.deepEqual(await ids(store, anna), ["alive"]);
  assert.equal((await store.link("alive", "password-reset", 5000))?.id, "alive");
  assert.deepEqual(
    (await store.logIns(anna)).map(({ day }) => day),
    [4],
  );
  assert.deepEqual(await store.noteLogIns([logIn(), logIn({ client: "Mutt" })]), [{ account: anna, client: "Mutt" }]);
  assert.equal(await store.forget({ now: 5000, logIns: 0, kindsDay: 0 }), 0);
});

test("D5: of an account that is closed nothing is left, and all else is as it was", async () => {
  const file = newFile();
  const fill = async (store: WebAccess, account: AccountId): Promise<void> => {
    await store.addSession(session(`s${account}`, { account }));
    await store.addLink(link(`l${account}`, { owner: account }));
    await store.noteLogIns([logIn({ account })]);
    await store.learnClient({ account, client: "Thunderbird" }, 3);
  };
  {
    await using store = await openSqliteWebAccess({ file, key });
    await fill(store, anna);
    await fill(store, bo);
    await store.forgetAccount(anna);
    assert.deepEqual([(await store.logIns(bo)).length, await ids(store, bo)], [1, [`s${bo}`]]);
    assert.deepEqual(await store.noteLogIns([logIn({ account: bo })]), []);
    assert.equal(readFileSync(`${file}-wal`).length > 0, true);
  }
  const db = openDatabase({
    path: file,
    key,
    applicationId: APPLICATION.web,
    migrations: webAccessMigrations,
    synchronous: "full",
  });
  const octets = Buffer.from(db.serialize());
  db.close();
  assert.deepEqual([octets.includes(anna), octets.includes(bo)], [false, true]);
});

test("D3: nothing of it can be read without the key; what was used up is not in the log of the file", async () => {
  const file = newFile();
  {
    await using store = await openSqliteWebAccess({ file, key });
    await store.addSession(session("token-hash"));
    await store.addLink(link("x"));
    await store.noteLogIns([logIn()]);
    const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
    for (const text of [anna, "token-hash", "elsewhere.example", "192.0.2.7", "Thunderbird", "CREATE TABLE"])
      assert.equal(bytes.includes(text), false, text);
    await store.claimLink("x", "password-reset", 1500);
    assert.equal(readFileSync(`${file}-wal`).length, 0);
    await store[Symbol.asyncDispose]();
    await assert.rejects(store.sessions(anna), (error) => error instanceof StoreError && error.code === "closed");
  }
  await assert.rejects(
    openSqliteWebAccess({ file, key: randomBytes(32) as Uint8Array as FileKey }),
    (error) => error instanceof StoreError && error.code === "key",
  );
});

test("whatever stands in a token, a name or a payload, it is data", async () => {
  await using store = await openSqliteWebAccess({ file: newFile(), key });
  for (const text of ["'; DROP TABLE session; --", "\0", "%", "x".repeat(100_000), "🙂"]) {
    assert.equal(await store.session(text), undefined);
    await store.addLink(link(text, { payload: text, purpose: text, owner: text }));
    assert.equal((await store.claimLink(text, text, 1500))?.payload, text);
    await store.noteLogIns([logIn({ address: text, client: text })]);
  }
  assert.equal((await store.logIns(anna)).length, 5);
});
