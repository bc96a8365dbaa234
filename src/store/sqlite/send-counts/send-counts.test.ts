/** Both implementations under the same cases; what only a file has is at the end. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileKey } from "../../crypt/account-keys.ts";
import { accountId } from "../../ids.ts";
import { memorySendCounts } from "../../memory/send-counts.ts";
import type { SendCounts } from "../../send-counts.ts";
import { StoreError } from "../../store-error.ts";
import { openSqliteSendCounts } from "./send-counts.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-sending-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);
const [a, b] = [accountId("a".repeat(32)), accountId("b".repeat(32))];
const always = (): boolean => true;

for (const [kind, open] of [
  ["memory", async () => memorySendCounts()],
  ["sqlite", () => openSqliteSendCounts({ file: newFile(), key })],
] as readonly (readonly [string, () => Promise<SendCounts>])[]) {
  test(`${kind}: messages are counted by account and minute, with whom is written to for the first time`, async () => {
    await using counts = await open();
    const at = { minute: 100, since: 0 };
    assert.deepEqual(await counts.count(a, at, ["x@one.test", "y@one.test"], always), {
      messages: 1,
      recipients: 2,
      firsts: 2,
    });
    assert.deepEqual(await counts.count(a, at, ["x@one.test", "z@one.test"], always), {
      messages: 1,
      recipients: 2,
      firsts: 1,
    });
    await counts.count(a, { minute: 105, since: 0 }, ["x@one.test"], always);
    assert.deepEqual(await counts.minutes(a, 100), [
      { minute: 100, messages: 2, recipients: 4, firsts: 3 },
      { minute: 105, messages: 1, recipients: 1, firsts: 0 },
    ]);
    assert.deepEqual((await counts.minutes(a, 101)).length, 1);
    assert.deepEqual(await counts.minutes(b, 0), []);
    assert.deepEqual(await counts.strangers(a, ["x@one.test", "new@one.test", "new@one.test"]), ["new@one.test"]);
    assert.deepEqual(await counts.strangers(b, ["x@one.test"]), ["x@one.test"]);
  });

  test(`${kind}: what is not allowed is not counted, and what did not go is taken back`, async () => {
    await using counts = await open();
    const added = await counts.count(a, { minute: 7, since: 0 }, ["x@one.test"], always);
    let asked: unknown;
    const denied = await counts.count(a, { minute: 8, since: 7 }, ["x@one.test", "y@one.test"], (minutes, wanted) => {
      asked = [minutes, wanted];
      return false;
    });
    assert.equal(denied, undefined);
    const first = { minute: 7, messages: 1, recipients: 1, firsts: 1 };
    assert.deepEqual(asked, [[first], { messages: 1, recipients: 2, firsts: 1 }]);
    assert.deepEqual(await counts.minutes(a, 0), [first]);
    assert.deepEqual(await counts.strangers(a, ["y@one.test"]), ["y@one.test"]);
    await counts.takeBack(a, 7, added ?? assert.fail());
    assert.deepEqual(await counts.minutes(a, 0), [{ minute: 7, messages: 0, recipients: 0, firsts: 0 }]);
  });

  test(`F4: ${kind}: what is charged is counted in its minute, with what was sent then and where nothing was`, async () => {
    await using counts = await open();
    await counts.count(a, { minute: 7, since: 0 }, ["x@one.test"], always);
    for (const minute of [7, 7, 9]) assert.equal(await counts.charge(a, { minute, since: 0 }, 5, 99), 5);
    const charged = [
      { minute: 7, messages: 1, recipients: 1, firsts: 11 },
      { minute: 9, messages: 0, recipients: 0, firsts: 5 },
    ];
    assert.deepEqual(await counts.minutes(a, 0), charged);
    assert.deepEqual(await counts.minutes(b, 0), []);
    let seen: unknown;
    await counts.count(a, { minute: 9, since: 0 }, ["x@one.test"], (minutes) => {
      seen = minutes;
      return false;
    });
    assert.deepEqual(seen, charged, "whoever counts next sees it");
    await counts.forgetAccount(a);
    assert.deepEqual(await counts.minutes(a, 0), []);
  });

  test(`F4: ${kind}: what is charged stays within its bound, which what was sent does not use up, and which is of its time`, async () => {
    await using counts = await open();
    const charge = (minute: number, since: number, firsts: number): Promise<number> =>
      counts.charge(a, { minute, since }, firsts, 12);
    for (let n = 0; n < 20; n++) await counts.count(a, { minute: 7, since: 0 }, [`${n}@one.test`], always);
    assert.deepEqual([await charge(7, 0, 5), await charge(9, 0, 5)], [5, 5]);
    const all = await Promise.all(Array.from({ length: 5 }, () => charge(9, 0, 5)));
    assert.deepEqual(
      all.toSorted((one, other) => one - other),
      [0, 0, 0, 0, 2],
    );
    assert.deepEqual(
      (await counts.minutes(a, 0)).map(({ minute, firsts }) => [minute, firsts]),
      [
        [7, 25],
        [9, 7],
      ],
    );
    assert.equal(await counts.charge(a, { minute: 9, since: 0 }, 5, 3), 0, "the bound is lower now");
    assert.equal(await charge(20, 8, 9), 5, "what was charged before is over");
    assert.equal(await counts.charge(b, { minute: 9, since: 0 }, 5, 12), 5, "each account has its own");
    await counts.forget(20, 0);
    assert.equal(await charge(20, 0, 9), 7);
    await counts.forgetAccount(a);
    assert.equal(await charge(20, 0, 99), 12);
  });

  test(`D2: ${kind}: old counts and fingerprints go, and everything of an account that is closed`, async () => {
    await using counts = await open();
    for (const account of [a, b])
      for (const minute of [10, 20]) await counts.count(account, { minute, since: 0 }, [`${minute}@one.test`], always);
    assert.equal(await counts.forget(20, 5), 2);
    assert.deepEqual(
      (await counts.minutes(a, 0)).map(({ minute }) => minute),
      [20],
    );
    assert.deepEqual(await counts.strangers(a, ["10@one.test"]), []);
    assert.equal(await counts.forget(0, 11), 2);
    assert.deepEqual(await counts.strangers(a, ["10@one.test", "20@one.test"]), ["10@one.test"]);
    await counts.forgetAccount(a);
    assert.deepEqual([(await counts.minutes(a, 0)).length, (await counts.minutes(b, 0)).length], [0, 1]);
    assert.deepEqual(await counts.strangers(a, ["20@one.test"]), ["20@one.test"]);
    await counts[Symbol.asyncDispose]();
    await assert.rejects(counts.minutes(a, 0), (error) => error instanceof StoreError && error.code === "closed");
  });
}

test("who is written to again is noted anew once an hour, also when the clock was set back", async () => {
  await using counts = await openSqliteSendCounts({ file: newFile(), key });
  const stays = async (noted: number, again: number): Promise<boolean> => {
    const address = `${noted}-${again}@one.test`;
    for (const minute of [noted, again]) await counts.count(a, { minute, since: 0 }, [address], always);
    await counts.forget(0, again);
    return (await counts.strangers(a, [address])).length === 0;
  };
  assert.equal(await stays(1000, 1059), false);
  assert.equal(await stays(1000, 1060), true);
  await counts.count(a, { minute: 5000, since: 0 }, ["x@one.test"], always);
  await counts.count(a, { minute: 2000, since: 0 }, ["x@one.test"], always);
  await counts.forget(0, 2001);
  assert.deepEqual(await counts.strangers(a, ["x@one.test"]), ["x@one.test"], "it does not stay for longer");
});

test("F4: a limit holds for messages that come at once in several processes", async () => {
  const file = newFile();
  await using counts = await openSqliteSendCounts({ file, key });
  await using other = await openSqliteSendCounts({ file, key });
  const fewerThan =
    (most: number) =>
    (minutes: readonly { readonly firsts: number }[], { firsts }: { readonly firsts: number }): boolean =>
      minutes.reduce((sum, one) => sum + one.firsts, firsts) <= most;
  const added = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      (n % 2 === 0 ? counts : other).count(a, { minute: n % 3, since: 0 }, [`${n % 20}@one.test`], fewerThan(7)),
    ),
  );
  const sums = (await counts.minutes(a, 0)).reduce((sum, { firsts }) => sum + firsts, 0);
  assert.equal(sums, 7);
  // Who was written to meanwhile is no stranger any more, so that some go twice.
  assert.equal(added.filter((one) => one?.firsts === 1).length, 7);
});

test("D3: nothing of the counts can be read without the key, and processes share them", async () => {
  const file = newFile();
  await using counts = await openSqliteSendCounts({ file, key });
  await using other = await openSqliteSendCounts({ file, key });
  await counts.count(a, { minute: 1, since: 0 }, ["x@one.test"], always);
  assert.deepEqual(await other.strangers(a, ["x@one.test"]), []);
  const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  for (const text of [a, "x@one.test", "CREATE TABLE"]) assert.equal(bytes.includes(text), false, text);
  await assert.rejects(
    openSqliteSendCounts({ file, key: randomBytes(32) as Uint8Array as FileKey }),
    (error) => error instanceof StoreError && error.code === "key",
  );
});
