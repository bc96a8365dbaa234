/** What every `InboundQueue` must do; each implementation registers these tests with a way to open a fresh one. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { accountId, deliveryId } from "../ids.ts";
import type { Deferred, InboundQueue } from "../inbound-queue.ts";
import { StoreError } from "../store-error.ts";
import { chunked, collect } from "./samples.ts";

type Entry = Omit<Deferred, "attempts" | "size">;

const id = (): string => randomBytes(16).toString("hex");
const entry = (more: Partial<Entry> = {}): Entry => ({
  id: deliveryId(id()),
  account: accountId(id()),
  into: "INBOX",
  sender: "a@example.org",
  fingerprint: undefined,
  acceptedAt: 1000,
  nextAttemptAt: 2000,
  ...more,
});

export function inboundQueueContract(name: string, open: () => Promise<InboundQueue>): void {
  test(`entries come when due, oldest first, and no more than asked for (${name})`, async () => {
    await using queue = await open();
    const late = entry({ acceptedAt: 3, nextAttemptAt: 30 });
    const early = entry({ acceptedAt: 1, nextAttemptAt: 20 });
    const middle = entry({ acceptedAt: 2, nextAttemptAt: 10 });
    for (const one of [late, early, middle]) await queue.add([one], chunked(randomBytes(10), 4));
    assert.deepEqual(await queue.due(9, 10), []);
    assert.deepEqual(
      (await queue.due(30, 10)).map(({ id }) => id),
      [early.id, middle.id, late.id],
    );
    assert.deepEqual(
      (await queue.due(30, 1)).map(({ id }) => id),
      [early.id],
    );
    assert.deepEqual(
      (await queue.due(20, 10)).map(({ id }) => id),
      [early.id, middle.id],
    );
    assert.equal(await queue.count(), 3);
    assert.deepEqual(await queue.due(10, 1), [{ ...middle, attempts: 0, size: 10 }]);
  });

  test(`folder and fingerprint come back as they were given (${name})`, async () => {
    await using queue = await open();
    const junk = entry({ into: "\\Junk", fingerprint: randomBytes(32) });
    await queue.add([junk], chunked(randomBytes(10), 4));
    const [row] = await queue.due(2000, 1);
    assert.equal(row?.into, "\\Junk");
    assert.equal(
      Buffer.from(row.fingerprint ?? []).toString("hex"),
      Buffer.from(junk.fingerprint ?? []).toString("hex"),
    );
  });

  for (const size of [0, 1, 256 * 1024, 1024 * 1024 + 7]) {
    test(`${size} octets come back exactly, however they were cut (${name})`, async () => {
      await using queue = await open();
      const octets = randomBytes(size);
      const one = entry();
      await queue.add([one], chunked(octets, 100_003));
      const [row] = await queue.due(2000, 1);
      assert.ok(row);
      const content = await queue.content(row);
      assert.equal(content.size, size);
      const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
      assert.equal(hash(await collect(content.pieces())), hash(octets));
      assert.equal(hash(await collect(content.pieces())), hash(octets), "pieces may be called again");
      if (content.bytes !== undefined) assert.equal(hash(content.bytes), hash(octets));
    });
  }

  test(`one message serves several accounts and is erased with its last entry (${name})`, async () => {
    await using queue = await open();
    const [a, b] = [entry(), entry()];
    const two = { ...b, id: a.id };
    await queue.add([a, two], chunked(new TextEncoder().encode("message"), 3));
    const rows = await queue.due(2000, 10);
    assert.equal(rows.length, 2);
    const [first, second] = rows as [Deferred, Deferred];
    await queue.done(first);
    assert.equal(new TextDecoder().decode(await collect((await queue.content(second)).pieces())), "message");
    await assert.rejects(queue.content(first), (error) => error instanceof StoreError && error.code === "gone");
    await queue.done(second);
    await queue.done(second);
    assert.equal(await queue.count(), 0);
    await assert.rejects(queue.content(second), (error) => error instanceof StoreError && error.code === "gone");
  });

  test(`what is postponed comes later and counts its attempts (${name})`, async () => {
    await using queue = await open();
    await queue.add([entry()], chunked(randomBytes(3), 3));
    const [row] = await queue.due(2000, 1);
    assert.ok(row);
    await queue.postpone(row, 5000);
    assert.deepEqual(await queue.due(4999, 1), []);
    const [again] = await queue.due(5000, 1);
    assert.deepEqual(again, { ...row, attempts: 1, nextAttemptAt: 5000 });
  });

  test(`the same entry added twice stays one (${name})`, async () => {
    await using queue = await open();
    const one = entry();
    await queue.add([one], chunked(randomBytes(3), 3));
    await queue.add([one], chunked(randomBytes(4), 3));
    assert.equal(await queue.count(), 1);
    assert.equal((await queue.due(2000, 1))[0]?.size, 3);
  });

  test(`a content that breaks off leaves nothing behind (${name})`, async () => {
    await using queue = await open();
    const short = { ...chunked(randomBytes(600_000), 1000), size: 700_000 };
    await assert.rejects(queue.add([entry()], short));
    assert.equal(await queue.count(), 0);
  });

  test(`after disposal it says that it is closed (${name})`, async () => {
    const queue = await open();
    await queue[Symbol.asyncDispose]();
    await assert.rejects(queue.count(), (error) => error instanceof StoreError && error.code === "closed");
  });
}
