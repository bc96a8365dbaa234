import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock } from "../../../../test/world/fake-clock.ts";
import { HOUR, MINUTE } from "../../../host/clock.ts";
import { allOf, outbound, recipient, settlement, wish } from "../../contract/outbound-samples.ts";
import { collect, inMemory } from "../../contract/samples.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { ContentSource } from "../../mail-store.ts";
import type { Batch, OutboundQueue, Taker } from "../../outbound-queue.ts";
import { openSqliteOutboundQueue } from "./outbound-queue.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-offering-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const START = "2026-03-01T12:00:00Z";
const now = Date.parse(START);
const TIMES = { dueAt: now, deadline: now + 5 * 24 * HOUR, delayAt: now + 4 * HOUR };
const UNTIL = now + MINUTE;
const BODY = new TextEncoder().encode("Subject: offered\r\n\r\nwords\r\n");

type World = AsyncDisposable & {
  readonly clock: FakeClock;
  readonly queue: OutboundQueue;
  readonly taken: { readonly batch: Batch; readonly content: ContentSource }[];
  /** Places kept and not given back. */
  places: number;
  put(...addresses: readonly string[]): Promise<string>;
};

/** A queue from which one.example has taken something, with a taker who has room for one. */
async function world(): Promise<World> {
  const clock = new FakeClock(START);
  const key = randomBytes(32) as Uint8Array as FileKey;
  const queue = await openSqliteOutboundQueue({
    file: join(folder, `${randomBytes(8).toString("hex")}.db`),
    key,
    clock,
  });
  const put = async (...addresses: readonly string[]): Promise<string> => {
    const octets = new Uint8Array(BODY);
    const outcome = await queue.add(
      outbound(),
      addresses.map((one) => recipient(one)),
      TIMES,
      inMemory(octets),
    );
    // The caller's memory is its own again.
    octets.fill(0);
    return outcome;
  };
  await put("first@one.example");
  const batch = (await queue.claim(wish(now))) ?? assert.fail();
  for (const work of batch.works) await queue.settle(work, settlement(now, { results: allOf(work, "delivered") }));
  const made: World = {
    clock,
    queue,
    taken: [],
    places: 0,
    put,
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  };
  const taker: Taker = {
    leaseUntil: () => UNTIL,
    keepPlace() {
      if (made.places > 0) return undefined;
      made.places++;
      return {
        take: (one, content) => void made.taken.push({ batch: one, content }),
        giveBack: () => void made.places--,
      };
    },
  };
  queue.offerTo?.(taker);
  return made;
}

test("what is offered is durable and claimed before it is taken, and its octets stay", async () => {
  await using made = await world();
  assert.equal(await made.put("a@one.example", "b@one.example"), "taken");
  const [{ batch, content } = assert.fail()] = made.taken;
  assert.deepEqual(await collect(content.pieces()), Buffer.from(BODY));
  assert.deepEqual([batch.destination, batch.standing, batch.works.length], ["one.example", "well", 1]);
  const [listed] = await made.queue.list(undefined, 0, 10);
  assert.deepEqual([listed?.state, listed?.at, listed?.recipients.length], ["claimed", UNTIL, 2]);
  assert.equal(await made.queue.claim(wish(now, { standing: "well" })), undefined);
  const [work = assert.fail()] = batch.works;
  assert.deepEqual(await collect((await made.queue.content(work.message.id)).pieces()), Buffer.from(BODY));
  await made.queue.settle(work, settlement(now, { results: allOf(work, "delivered") }));
  assert.deepEqual(await made.queue.sums(), { messages: 0, items: 0, held: 0, troubled: 0 });
});

test("who dies with what was offered leads to another attempt, under another claim", async () => {
  await using made = await world();
  await made.put("a@one.example");
  const again = await made.queue.claim(wish(UNTIL, { standing: "well" }));
  const [work] = again?.works ?? [];
  assert.equal(work?.recipients[0]?.address, "a@one.example");
  assert.notEqual(work?.claim, made.taken[0]?.batch.works[0]?.claim);
});

test("nobody is overtaken: what is unknown, rests, waits already or has no place goes the usual way", async () => {
  await using made = await world();
  assert.equal(await made.put("a@new.example"), "added", "unknown");
  assert.equal(await made.put("a@one.example", "b@two.example"), "added", "two destinations; and now one waits");
  assert.equal(await made.put("c@one.example"), "added", "another waits there");
  assert.deepEqual([made.taken.length, made.places], [0, 0]);
  const batch = (await made.queue.claim(wish(now, { standing: "well" }))) ?? assert.fail();
  assert.equal(batch.works.length, 2);
  await made.queue.rest("one.example", now + HOUR, undefined);
  assert.equal(await made.put("d@one.example"), "added", "it rests");
  made.places = 1;
  assert.equal(await made.put("e@one.example"), "added", "no place");
  assert.equal(made.taken.length, 0);
});
