/**
 * D6: when the last recipient is done, nothing of a message is left here: not in plain in any file, nor for whoever has
 * the keys, nor what would open an older copy of the file, nor in the folder for temporary files, nor in what the service
 * prints. The same look finds it before. What is kept says who, when and how, and nothing of what was written.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { openKeys } from "../../src/store/crypt/keys.ts";
import { readRoot } from "../../src/store/crypt/root.ts";
import { APPLICATION, type Database, openDatabase } from "../../src/store/sqlite/database.ts";
import { laneNames } from "../../src/store/sqlite/outbound-queue/lanes.ts";
import { outboundMigrations } from "../../src/store/sqlite/outbound-queue/schema.ts";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN } from "./lab.ts";
import { assertWithout, filesBelow } from "./noise.ts";
import { need } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { letterTo } from "./world/letter.ts";
import { readStatusReports } from "./world/status-reports.ts";
import { until } from "./world/until.ts";
import { type Destination, World } from "./world/world.ts";

const LIMIT_MS = 60_000;
const SENDER = `u1@${DOMAIN}`;
const CANARY = "XCANARYX-not-kept";
/** Kept in memory, held as one piece, and beyond what memory holds: each its way through spool and queue. */
const SIZES = [100, 300_000, 3_000_000];

/** Names of the queue's lanes in a home. */
const lanesOf = (home: string): readonly string[] => laneNames(readdirSync(join(home, "data")), 1);

/** Opens each lane of the queue beside the service, with the keys of the home. */
function withQueueFiles<T>(home: string, look: (db: Database) => T): readonly T[] {
  const folders = { dataFolder: join(home, "data"), secretFolder: join(home, "secret") };
  using keys = openKeys({ ...folders, root: readRoot(join(home, "secret/root")) });
  return lanesOf(home).map((name) => {
    const db = openDatabase({
      path: join(home, `data/${name}.db`),
      key: keys.systemKey(name),
      applicationId: APPLICATION.outbound,
      migrations: outboundMigrations,
      synchronous: "full",
    });
    try {
      return look(db);
    } finally {
      db.close();
    }
  });
}

/** What opens the queued messages, and how their sealed pieces begin. */
function secretsOf(home: string): readonly Buffer[] {
  const all = withQueueFiles(home, (db) => {
    const all = (query: string): readonly Uint8Array[] => db.prepare(query).pluck().all() as readonly Uint8Array[];
    const keys = all("SELECT key FROM content WHERE key IS NOT NULL UNION ALL SELECT key FROM express");
    const pieces = all("SELECT octets FROM piece UNION ALL SELECT octets FROM express");
    return [...keys, ...pieces.map((octets) => octets.subarray(0, 64))].map((octets) => Buffer.from(octets));
  });
  return all.flat();
}

/** How many of these octets are in any page of the files, free pages included; and whether their logs hold nothing. */
function left(home: string, secrets: readonly Buffer[]): { readonly secrets: number; readonly isLogEmpty: boolean } {
  const files = withQueueFiles(home, (db) => db.serialize());
  const found = secrets.filter((secret) => files.some((octets) => octets.includes(secret))).length;
  const logs = lanesOf(home).map((name) => statSync(join(home, `data/${name}.db-wal`), { throwIfNoEntry: false }));
  return { secrets: found, isLogEmpty: logs.every((log) => (log?.size ?? 0) === 0) };
}

test("D6: a minute after it arrived or came back nothing of a message is left, for whoever has the keys", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS, "python3")) return;
  const scratch = mkdtempSync(join(tmpdir(), "altmail-gone-"));
  context.after(() => rmSync(scratch, { recursive: true, force: true }));
  // The hosts wait before they answer to the end of a message, so that there is a while in which it is queued.
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const greet = async (): Promise<string> => {
    await released;
    return "220 go on";
  };
  const destinations: Readonly<Record<string, Destination>> = {
    "good.open.test": { manner: { greet } },
    "bad.open.test": { manner: { greet, end: () => "554 5.7.1 no" } },
  };
  const authorities = await makeAuthorities();
  const under = ["env", `TMPDIR=${scratch}`, `SQLITE_TMPDIR=${scratch}`];
  await using world = await World.start({ destinations, authorities, under });
  using client = await world.submit();
  const to = ["b@good.open.test", "b@bad.open.test NOTIFY=NEVER"];
  for (const [n, size] of SIZES.entries()) {
    const { text } = letterTo(to, `${CANARY} ${n}`);
    const body = `${CANARY} in the body\r\n`.repeat(Math.ceil(size / 29));
    await client.send({ from: SENDER, to, text: `X-${CANARY}: 1\r\n${text}${body}` });
  }
  // One whose failure its sender hears of: the report quotes the header, and is the sender's own from then on.
  await client.send(letterTo(["b@bad.open.test"], "not to be found"));
  const view = await world.view();

  const secrets = secretsOf(world.home);
  assert.ok(secrets.length >= 2 * (SIZES.length + 1), `${secrets.length} secrets`);
  assert.equal(left(world.home, secrets).secrets, secrets.length, "the look finds them while they are needed");
  const [first] = await view.items();
  assert.ok(first !== undefined);
  const queued = await Array.fromAsync((await view.content(first.message.id)).pieces());
  assert.ok(Buffer.concat(queued).includes(CANARY), "a queued message can be read with the keys");
  for (const path of filesBelow(join(world.home, "data"))) assertWithout(path, [CANARY]);

  release();
  const records = await until("everything is done", async () => {
    const all = await view.records(SENDER);
    return all.length === 2 * SIZES.length + 1 && all;
  });
  const done = performance.now();
  const host = world.host("good.open.test");
  assert.deepEqual(
    host.taken.map(({ text }) => text.includes(CANARY)),
    SIZES.map(() => true),
  );
  using inbox = await world.inbox();
  const [report] = await readStatusReports(await inbox.arrived("b@bad.open.test"));
  assert.match(report?.returned ?? "", /^Subject: not to be found$/m);
  const isGone = (): boolean => {
    const now = left(world.home, secrets);
    return now.secrets === 0 && now.isLogEmpty;
  };
  await until("keys and pieces are erased, and the log is empty", isGone, LIMIT_MS - (performance.now() - done));
  context.diagnostic(`gone after ${((performance.now() - done) / 1000).toFixed(1)} s`);

  await assert.rejects((async () => view.content(first.message.id))(), { code: "gone" });
  for (const path of [...filesBelow(world.home), ...filesBelow(scratch)]) assertWithout(path, [CANARY]);
  withQueueFiles(world.home, (db) => assert.ok(!db.serialize().includes(CANARY)));
  assert.ok(!JSON.stringify(records).includes(CANARY));
  assert.deepEqual(records.map((record) => Object.keys(record).toSorted()).at(0), [
    "account",
    "at",
    "end",
    "feedback",
    "message",
    "recipient",
    "reply",
    "sender",
    "submittedAt",
  ]);
  assert.deepEqual(filesBelow(join(world.home, "data/spool")), []);
  assert.deepEqual(filesBelow(scratch), []);
  assert.ok(!world.lab.output.includes(CANARY));
});
