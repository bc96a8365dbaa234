import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import type { ScanFailure } from "../../rules/scan-verdict.ts";
import { clamdLimits } from "./limits.ts";
import { UnreadableMessage } from "./message-pieces.ts";
import { ScanDesk } from "./scan-desk.ts";

const LIMITS = { ...clamdLimits, timeoutMs: 1000, maxAtOnce: 1, maxWaiting: 1 };
const DONE = { kind: "done" } as const;

function open(signal?: AbortSignal): { readonly desk: ScanDesk; readonly clock: FakeClock } {
  const clock = new FakeClock("2026-11-21T10:00:00Z");
  return { desk: new ScanDesk({ clock, limits: LIMITS, ...(signal === undefined ? {} : { signal }) }), clock };
}

test("who waits for a place until the deadline is told that the scanner is busy, and takes no place later", async () => {
  const { desk, clock } = open();
  const first = Promise.withResolvers<typeof DONE>();
  const held = desk.converse(() => first.promise);
  await clock.advance(500);
  let hasBegun = false;
  const second = desk.converse(async () => {
    hasBegun = true;
    return DONE;
  });
  await clock.advance(1000);
  assert.deepEqual(await second, { kind: "unavailable", why: "busy" });
  first.resolve(DONE);
  assert.equal(await held, DONE);
  assert.equal(hasBegun, false);
  assert.equal(await desk.converse(async () => DONE), DONE);
});

test("those who wait come in their order, one for each who leaves", async () => {
  const { desk } = open();
  const order: number[] = [];
  const works = [1, 2].map((n) => ({ n, ...Promise.withResolvers<typeof DONE>() }));
  const held = works.map(({ n, promise }) =>
    desk.converse(() => {
      order.push(n);
      return promise;
    }),
  );
  await turns(2);
  assert.deepEqual(order, [1]);
  works[0]?.resolve(DONE);
  await turns(2);
  assert.deepEqual(order, [1, 2]);
  works[1]?.resolve(DONE);
  assert.deepEqual(await Promise.all(held), [DONE, DONE]);
});

test("a failure after the deadline is the deadline's, and one at the end of the service is the end's", async () => {
  const ending = new AbortController();
  const { desk, clock } = open(ending.signal);
  const untilAborted = (signal: AbortSignal): Promise<ScanFailure> =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve("closed")));
  const late = desk.converse(untilAborted);
  await clock.advance(1000);
  assert.deepEqual(await late, { kind: "unavailable", why: "timeout" });
  assert.deepEqual(await desk.converse(async () => "closed" as const), { kind: "unavailable", why: "closed" });
  const ended = desk.converse(untilAborted);
  const waiting = desk.converse(async () => DONE);
  ending.abort();
  assert.deepEqual(await ended, { kind: "unavailable", why: "shutdown" });
  assert.deepEqual(await waiting, { kind: "unavailable", why: "shutdown" });
});

test("a message that cannot be read is a value; a bug of ours is thrown, and gives its place back", async () => {
  const { desk } = open();
  const unreadable = await desk.converse(() => Promise.reject(new UnreadableMessage("gone")));
  assert.deepEqual(unreadable, { kind: "unavailable", why: "unreadable" });
  await assert.rejects(() => desk.converse(() => Promise.reject(new TypeError("bug"))), TypeError);
  assert.equal(await desk.converse(async () => DONE), DONE);
});
