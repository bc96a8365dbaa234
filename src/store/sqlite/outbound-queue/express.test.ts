import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR } from "../../../host/clock.ts";
import {
  ALICE,
  allOf,
  outbound,
  recipient,
  reply,
  report as told,
  settlement,
  wish,
} from "../../contract/outbound-samples.ts";
import { collect, inMemory } from "../../contract/samples.ts";
import type { Work } from "../../outbound-queue.ts";
import { APPLICATION, type Database, openDatabase } from "../database.ts";
import { BODY, now, TIMES, UNTIL, type World, world } from "./offering.fixture.ts";
import { openSqliteOutboundQueue } from "./outbound-queue.ts";
import { outboundMigrations } from "./schema.ts";

function inFile<T>(made: World, step: (db: Database) => T): T {
  const options = {
    path: made.file,
    key: made.key,
    applicationId: APPLICATION.outbound,
    migrations: outboundMigrations,
  };
  const db = openDatabase({ ...options, synchronous: "full" });
  try {
    return step(db);
  } finally {
    db.close();
  }
}

const rows = (made: World, table: string): number =>
  inFile(made, (db) => Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()));
const change = (made: World, statement: string): void => inFile(made, (db) => void db.exec(statement));

/** Puts in a message that is taken, and gives it as who took it has it. */
async function inHand(made: World, ...addresses: readonly string[]): Promise<Work> {
  assert.equal(await made.put(...addresses), "taken");
  return made.taken.at(-1)?.batch.works[0] ?? assert.fail();
}

const contentOf = async (made: World, { message }: Work): Promise<Uint8Array> =>
  collect((await made.queue.content(message.id)).pieces());

test("D6: what is handed over at once is one row, which goes in the commit that ends it; records stay", async () => {
  await using made = await world();
  const work = await inHand(made, "a@one.example", "b@one.example");
  assert.deepEqual([rows(made, "express"), rows(made, "message"), rows(made, "content")], [1, 0, 0]);
  const [a, b] = work.recipients.map(({ id }) => id);
  const results = [
    { kind: "ended", recipient: a ?? 0, end: "delivered", reply: reply(250) },
    { kind: "ended", recipient: b ?? 0, end: "failed", reply: reply(550) },
  ] as const;
  await made.queue.settle(work, settlement(now, { results }));
  assert.deepEqual([rows(made, "express"), rows(made, "content"), rows(made, "record")], [0, 0, 3]);
  const records = await made.queue.records(ALICE, 0);
  assert.deepEqual(
    records.slice(0, 2).map((record) => [record.message, record.recipient, record.end, record.reply.code]),
    [
      [work.message.id, "b@one.example", "failed", 550],
      [work.message.id, "a@one.example", "delivered", 250],
    ],
  );
  await made.queue.settle(work, settlement(now, { results }));
  assert.equal(rows(made, "record"), 3, "once");
});

test("a late word on what has ended does nothing to another that has its number now", async () => {
  await using made = await world();
  const first = await inHand(made, "a@one.example");
  await made.queue.settle(first, settlement(now, { results: allOf(first, "delivered") }));
  made.places = 0;
  const second = await inHand(made, "b@one.example");
  assert.equal(second.item, first.item, "the same millisecond");
  await made.queue.settle(first, settlement(now, { results: allOf(first, "delivered") }));
  assert.equal((await made.queue.sums()).messages, 1);
  await made.queue.settle(first, settlement(now, { results: allOf(first, "delivered") }));
  const [listed] = await made.queue.list(undefined, 0, 10);
  assert.deepEqual(
    [listed?.state, listed?.recipients.map(({ address }) => address)],
    ["claimed", ["b@one.example"]],
    "in one row and in many",
  );
  await made.queue.settle(second, settlement(now, { results: allOf(second, "delivered") }));
  assert.deepEqual(
    (await made.queue.records(ALICE, 0)).slice(0, 2).map(({ recipient: address }) => address),
    ["b@one.example", "a@one.example"],
  );
});

test("what does not end at once goes on like all others, under the same numbers", async () => {
  await using made = await world();
  const work = await inHand(made, "a@one.example", "b@one.example");
  const [a, b] = work.recipients.map(({ id }) => id);
  const results = [
    { kind: "ended", recipient: a ?? 0, end: "delivered", reply: reply(250) },
    { kind: "waits", recipient: b ?? 0, reply: reply(451) },
  ] as const;
  await made.queue.settle(work, settlement(now, { results, retryAt: now + HOUR }));
  assert.equal(rows(made, "express"), 0);
  const [listed] = await made.queue.list(undefined, 0, 10);
  assert.deepEqual([listed?.state, listed?.item, listed?.attempts], ["waiting", work.item, 1]);
  await made.clock.advance(HOUR);
  const again = await made.queue.claim(wish(now + HOUR, { standing: "well" }));
  const [second = assert.fail()] = again?.works ?? [];
  assert.deepEqual(
    second.recipients.map(({ id, address, reply: last }) => [id, address, last?.code]),
    [[b, "b@one.example", 451]],
  );
  assert.deepEqual(second.message, work.message);
  assert.deepEqual(await contentOf(made, second), Buffer.from(BODY));
});

test("a refusal of which the sender is to hear keeps the message until he has", async () => {
  await using made = await world();
  const work = await inHand(made, "a@one.example");
  const reports = [told("failed", "a@one.example")];
  await made.queue.settle(work, settlement(now, { results: allOf(work, "failed"), reports }));
  const [report = assert.fail()] = await made.queue.reports(now, 10);
  assert.deepEqual(report.message, work.message);
  assert.deepEqual(await contentOf(made, work), Buffer.from(BODY));
  await made.queue.reported(report.id);
  assert.deepEqual([rows(made, "message"), rows(made, "content"), rows(made, "piece")], [0, 0, 0]);
});

test("whoever looks or acts meanwhile finds it as claimed, and the claim still counts", async () => {
  await using made = await world();
  const held = await inHand(made, "a@one.example");
  assert.equal(await made.queue.hold({ kind: "account", account: ALICE }, "operator", HOUR), 1);
  await made.queue.settle(held, settlement(now, { results: allOf(held, "waits") }));
  assert.deepEqual(
    (await made.queue.list(undefined, 0, 10)).map(({ state, item }) => [state, item]),
    [["held", held.item]],
  );
  assert.equal(await made.queue.drop({ kind: "message", id: held.message.id }, now), 1);
  made.places = 0;
  const seen = await inHand(made, "b@one.example");
  assert.deepEqual(
    (await made.queue.list(undefined, 0, 10)).map(({ state, at, message }) => [state, at, message]),
    [["claimed", UNTIL, seen.message]],
  );
  await made.queue.settle(seen, settlement(now, { results: allOf(seen, "delivered") }));
  assert.deepEqual(await made.queue.sums(), { messages: 0, items: 0, held: 0, troubled: 0 });
});

test("what the sender wants of TLS unfolds with it, also from a row of an older version", async () => {
  for (const [stored, tlsWish] of [
    ["2", "optional"],
    ["1", "required"],
    ["0", "policy"],
    ["true", "required"],
    ["false", "policy"],
  ] as const) {
    await using made = await world();
    await inHand(made, "a@one.example");
    change(made, `UPDATE express SET envelope = json_set(envelope, '$.requireTls', json('${stored}'))`);
    const [listed] = await made.queue.list(undefined, 0, 10);
    assert.equal(listed?.message.tlsWish, tlsWish, stored);
  }
});

test("a host that fails meanwhile rests, and what was in hand waits there", async () => {
  await using made = await world();
  const work = await inHand(made, "a@one.example");
  await Promise.all([
    made.queue.rest("one.example", now + HOUR, reply(421)),
    made.queue.settle(work, settlement(now, { results: allOf(work, "waits"), retryAt: now })),
  ]);
  const [listed] = await made.queue.list(undefined, 0, 10);
  assert.deepEqual([listed?.restsUntil, listed?.destinationReply?.code], [now + HOUR, 421]);
  assert.equal(await made.queue.claim(wish(now, { standing: "troubled" })), undefined);
});

test("after a crash all that was in hand is there, once, for who takes over", async () => {
  await using made = await world();
  const work = await inHand(made, "a@one.example");
  await using next = await openSqliteOutboundQueue({ file: made.file, key: made.key, clock: made.clock });
  assert.equal(
    await next.add(outbound({ id: work.message.id }), [recipient("a@one.example")], TIMES, inMemory(BODY)),
    "known",
  );
  await next.endClaims();
  const batch = await next.claim(wish(now, { standing: "well" }));
  assert.deepEqual(
    batch?.works.map(({ item, message }) => [item, message]),
    [[work.item, work.message]],
  );
  assert.deepEqual(await contentOf(made, work), Buffer.from(BODY));
  const [second = assert.fail()] = batch?.works ?? [];
  // The host had taken it before the crash, and the dead worker's word comes late.
  await made.queue.settle(work, settlement(now, { results: allOf(work, "delivered") }));
  await next.settle(second, settlement(now, { results: allOf(second, "failed") }));
  assert.deepEqual(
    (await next.records(ALICE, 0)).slice(0, 1).map(({ end }) => end),
    ["delivered"],
  );
  assert.equal((await next.sums()).messages, 0);
});
