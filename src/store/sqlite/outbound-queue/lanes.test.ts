import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock } from "../../../../test/world/fake-clock.ts";
import { HOUR } from "../../../host/clock.ts";
import { ALICE, allOf, BOB, newId, outbound, recipient, settlement, wish } from "../../contract/outbound-samples.ts";
import { octets, only } from "../../contract/outbound-world.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { OutboundLanes } from "../../outbound-lanes.ts";
import type { OutboundMail } from "../../outbound-queue.ts";
import { laneNames, openSqliteOutboundLanes } from "./lanes.ts";

const START = "2026-03-01T12:00:00Z";

class Home implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "altmail-lanes-"));
  readonly clock: FakeClock = new FakeClock(START);
  readonly #keys = new Map<string, FileKey>();

  open(workers: number): Promise<OutboundLanes> {
    const keyOf = (name: string): FileKey => {
      const key = this.#keys.get(name) ?? (randomBytes(32) as Uint8Array as FileKey);
      this.#keys.set(name, key);
      return key;
    };
    return openSqliteOutboundLanes({ folder: this.folder, keyOf, clock: this.clock, workers });
  }

  async put(queue: OutboundMail, to: string, more: Parameters<typeof outbound>[0] = {}): Promise<void> {
    const now = this.clock.now();
    const times = { dueAt: now, deadline: now + 5 * 24 * HOUR, delayAt: now + 4 * HOUR };
    const message = outbound({ submittedAt: now, ...more });
    assert.equal(await queue.add(message, [recipient(to)], times, octets()), "added");
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const addresses = (items: readonly { readonly recipients: readonly { readonly address: string }[] }[]): string[] =>
  items.flatMap(({ recipients }) => recipients.map(({ address }) => address));

test("there are as many lanes as workers, and those of more workers stay", () => {
  assert.deepEqual(laneNames([], 1), ["outbound"]);
  assert.deepEqual(laneNames(["outbound.db", "outbound.db-wal", "outbound-x.db", "queue.db"], 2), [
    "outbound",
    "outbound-2",
  ]);
  assert.deepEqual(laneNames(["outbound-3.db"], 1), ["outbound", "outbound-2", "outbound-3"]);
  assert.equal(laneNames(["outbound-0.db", "outbound-1.db"], 1).length, 1);
});

test("all lanes are listed as one queue, in the order of acceptance, in pages of any size", async () => {
  using home = new Home();
  await using opened = await home.open(3);
  const { lanes, all } = opened;
  const expected: string[] = [];
  for (let n = 0; n < 12; n++) {
    const address = `r${n}@a.example`;
    await home.put(lanes[(n * 7) % 3] ?? lanes[0], address);
    expected.push(address);
    await home.clock.advance(1);
  }
  for (const most of [1, 2, 5, 100]) {
    const seen: string[] = [];
    for (let after = 0; ; ) {
      const page = await all.list(undefined, after, most);
      seen.push(...addresses(page));
      if (page.length < most) break;
      after = page.at(-1)?.item ?? assert.fail();
    }
    assert.deepEqual(seen, expected);
  }
  assert.deepEqual(await all.sums(), { messages: 12, items: 12, held: 0, troubled: 0 });
});

test("what somebody does with a selection is done in every lane, and counted", async () => {
  using home = new Home();
  await using opened = await home.open(2);
  const { lanes, all } = opened;
  for (const lane of lanes) {
    await home.put(lane, "one@a.example");
    await home.put(lane, "one@b.example", { account: BOB });
  }
  const alice = { kind: "account", account: ALICE } as const;
  assert.equal(await all.hold(alice, "operator", HOUR), 2);
  assert.equal((await all.sums()).held, 2);
  const now = home.clock.now();
  const times = { now, lifeMs: HOUR, notBefore: now, mostMs: HOUR };
  assert.equal(await all.release(alice, "operator", times), 2);
  assert.equal(await all.retryNow(alice), 2);
  assert.equal(await all.drop({ kind: "destination", destination: "b.example" }, now), 2);
  assert.deepEqual(
    (await all.records(BOB, 0)).map(({ end }) => end),
    ["dropped", "dropped"],
  );
  assert.equal(await all.forget(now + 1), 2);
  await all.forgetAccount(ALICE);
  assert.deepEqual(await all.sums(), { messages: 0, items: 0, held: 0, troubled: 0 });
  await all.erase();
});

test("records of all lanes are one list, newest first, and a report is matched wherever its mail went from", async () => {
  using home = new Home();
  await using opened = await home.open(2);
  const { lanes, all } = opened;
  for (const [n, lane] of lanes.entries()) {
    await home.put(lane, `r${n}@a.example`, { messageId: `m${n}@example.org` });
    const now = home.clock.now();
    const work = only(await lane.claim(wish(now)));
    await lane.settle(work, settlement(now, { results: allOf(work, "delivered") }));
    await home.clock.advance(1000);
  }
  const named = { messageId: "m1@example.org", envid: undefined, recipients: [] };
  assert.equal(await all.noteFeedback(ALICE, named, "bounce"), "named");
  const [{ message: delivery } = assert.fail()] = await all.records(ALICE, 0);
  assert.equal(await all.submitterOf(delivery), ALICE);
  assert.equal(await all.submitterOf(newId()), undefined);
  const about = { ...named, delivery };
  assert.equal(await all.noteFeedback(ALICE, about, "bounce"), "noted");
  assert.equal(await all.noteFeedback(ALICE, about, "bounce"), "known");
  assert.equal(await all.noteFeedback(BOB, about, "bounce"), "unknown");
  assert.deepEqual(
    (await all.records(ALICE, 0)).map(({ recipient: address, feedback }) => [address, feedback]),
    [
      ["r1@a.example", "bounce"],
      ["r0@a.example", undefined],
    ],
  );
});

test("an acceptance that comes again is known, whichever worker brings it", async () => {
  using home = new Home();
  await using one = await home.open(2);
  await using other = await home.open(2);
  const id = newId();
  await home.put(one.all, "one@a.example", { id });
  const now = home.clock.now();
  const times = { dueAt: now, deadline: now + HOUR, delayAt: now + HOUR };
  assert.equal(await other.all.add(outbound({ id }), [recipient("one@a.example")], times, octets()), "known");
});

test("with fewer workers nothing is left behind: the lanes of the others are still there", async () => {
  using home = new Home();
  {
    await using opened = await home.open(3);
    await home.put(opened.lanes[2] ?? assert.fail(), "one@a.example");
  }
  await using opened = await home.open(1);
  assert.equal(opened.lanes.length, 3);
  assert.deepEqual(addresses(await opened.all.list(undefined, 0, 10)), ["one@a.example"]);
  assert.deepEqual(
    readdirSync(home.folder).filter((name) => name.endsWith(".db")),
    ["outbound-2.db", "outbound-3.db", "outbound.db"],
  );
});
