/** How things in the outbound queue end, or are kept from it: deadlines, reports, holds, records. */
import assert from "node:assert/strict";
import { ALICE, allOf, BOB, newId, reply, report, settlement, wish } from "./outbound-samples.ts";
import type { Work } from "../outbound-queue.ts";
import { DAY, isGone, only, type RegisterOutboundCase } from "./outbound-world.ts";

export function outboundEndCases(claims: RegisterOutboundCase): void {
  claims("what passed its deadline is found whatever it waits for; what is late, once", async ({ queue, put, at }) => {
    const waits = await put(["one@a.example"]);
    const rests = await put(["two@b.example"]);
    const held = await put(["three@c.example"]);
    const busy = await put(["four@d.example"]);
    await queue.hold({ kind: "message", id: held }, "operator", 49_000);
    await queue.rest("b.example", 90_000, reply(421));
    const work = only(await queue.claim(wish(1000, { except: new Set(["d.example"]) })));
    await queue.settle(work, settlement(1000, { results: allOf(work, "waits"), retryAt: 80_000 }));
    assert.equal(only(await queue.claim(wish(1000, { until: 99_000 }))).message.id, busy);
    assert.deepEqual(await queue.late(19_999, 0, 10), []);
    const late = await queue.late(20_000, 0, 10);
    assert.deepEqual(new Set(late.map(({ message }) => message.id)), new Set([waits, rests, held]));
    const [one, two] = late;
    assert.ok(one && two);
    await queue.noteLate(one.item, { id: newId(), recipients: [] });
    await queue.noteLate(two.item, undefined);
    assert.equal((await queue.late(20_000, 0, 10)).length, 1);
    assert.deepEqual(await queue.claimExpired(49_999, 60_000, 10), []);
    at(50_000);
    const over = await queue.claimExpired(50_000, 60_000, 10);
    assert.deepEqual(new Set(over.map(({ message }) => message.id)), new Set([waits, rests, held]));
    assert.deepEqual(await queue.claimExpired(50_000, 60_000, 10), []);
    const heldWork = over.find(({ message }) => message.id === held);
    assert.ok(heldWork);
    await queue.settle(heldWork, settlement(50_000, { results: allOf(heldWork, "failed") }));
    await assert.rejects(queue.content(held), isGone);
  });

  claims("what is due is late only when it is kept back, or was due for long", async ({ queue, put }) => {
    const ids = new Map<string, string>();
    for (const name of ["turn", "back", "rested", "rests", "waits", "over", "held"])
      ids.set(await put([`x@${name}.example`]), name);
    const lateAt = async (now: number, dueBefore: number): Promise<readonly string[]> => {
      const late = await queue.late(now, dueBefore, 10);
      return late.map(({ message }) => ids.get(message.id) ?? "").toSorted();
    };
    for (const [name, then] of [
      ["back", (work: Work) => queue.putBack([work])],
      [
        "waits",
        (work: Work) => queue.settle(work, settlement(1000, { results: allOf(work, "waits"), retryAt: 20_001 })),
      ],
      [
        "over",
        (work: Work) => queue.settle(work, settlement(1000, { results: allOf(work, "waits"), retryAt: 20_000 })),
      ],
    ] as const) {
      const others = new Set([...ids.values()].filter((one) => one !== name).map((one) => `${one}.example`));
      await then(only(await queue.claim(wish(1000, { until: 30_000, except: others }))));
    }
    await queue.hold({ kind: "destination", destination: "held.example" }, "operator", 90_000);
    await queue.rest("rested.example", 20_000, undefined);
    await queue.rest("rests.example", 20_001, undefined);
    assert.deepEqual(await lateAt(20_000, 0), ["held", "rests", "waits"]);
    assert.deepEqual(await lateAt(20_000, 1000), ["back", "held", "rests", "waits"], "nobody knows since when");
    assert.deepEqual(await lateAt(20_000, 1001), ["back", "held", "rested", "rests", "turn", "waits"]);
  });

  claims("the message stays until its report was given; then its key is gone", async ({ queue, put }) => {
    const id = await put(["one@a.example"], { envid: "e1" });
    const work = only(await queue.claim(wish(1000)));
    const told = report("failed", "one@a.example");
    await queue.settle(work, settlement(1000, { results: allOf(work, "failed"), reports: [told] }));
    assert.deepEqual(await queue.list(undefined, 0, 10), []);
    assert.equal((await queue.content(id)).size, 17);
    const [pending] = await queue.reports(1000, 10);
    assert.deepEqual(pending, { ...told, message: work.message, deadline: 50_000, at: 1000 });
    await queue.postponeReport(told.id, 2000);
    assert.deepEqual(await queue.reports(1999, 10), []);
    assert.deepEqual(await queue.reports(2000, 10), [{ ...pending, at: 2000 }]);
    await queue.reported(told.id);
    await queue.reported(told.id);
    await assert.rejects(queue.content(id), isGone);
    assert.equal((await queue.sums()).messages, 0);
  });

  claims("what is held waits for its release, and lives as long as it is told", async ({ queue, put, at }) => {
    const mine = await put(["one@a.example", "two@b.example"]);
    await put(["bob@a.example"], { account: BOB });
    const [first] = (await queue.claim(wish(1000, { most: 1 })))?.works ?? [];
    assert.equal(first?.message.id, mine);
    assert.equal(await queue.hold({ kind: "account", account: ALICE }, "account", 10 * DAY), 2);
    assert.equal(await queue.hold({ kind: "account", account: ALICE }, "account", 10 * DAY), 0);
    assert.equal((await queue.sums()).held, 2);
    assert.deepEqual(await queue.heldAccounts(), [ALICE]);
    assert.equal(only(await queue.claim(wish(1000))).message.account, BOB);
    await queue.settle(first, settlement(1000, { results: allOf(first, "waits"), retryAt: 1001 }));
    at(1500);
    assert.equal(await queue.claim(wish(1500)), undefined, "held when its claim ended");
    const states = async (): Promise<unknown> =>
      (await queue.list({ kind: "account", account: ALICE }, 0, 10)).map(({ state, deadline }) => [state, deadline]);
    assert.deepEqual(await states(), [
      ["held", 10 * DAY + 1000],
      ["held", 10 * DAY + 1000],
    ]);
    const times = { now: 2000, lifeMs: 49_000, notBefore: 52_000, mostMs: 10 * DAY };
    assert.equal(await queue.release({ kind: "message", id: mine }, "operator", times), 0);
    assert.equal(await queue.release({ kind: "message", id: mine }, "account", times), 2);
    assert.deepEqual(await states(), [
      ["ready", 52_000],
      ["ready", 52_000],
    ]);
    const work = only(await queue.claim(wish(1500, { most: 1 })));
    await queue.holdClaimed([work], "account", 10 * DAY);
    assert.equal((await queue.sums()).held, 1);
    assert.deepEqual(await queue.heldAccounts(), [ALICE]);
  });

  claims(
    "somebody may have things tried at once, or dropped; what a host took meanwhile is told",
    async ({ queue, put }) => {
      const later = await put(["one@a.example"]);
      await put(["two@a.example"]);
      for (const work of (await queue.claim(wish(1000)))?.works ?? [])
        await queue.settle(work, settlement(1000, { results: allOf(work, "waits"), retryAt: 9000 }));
      await queue.rest("a.example", 9000, reply(421));
      assert.equal(await queue.retryNow({ kind: "message", id: later }), 1);
      const work = only(await queue.claim(wish(1000, { standing: "troubled" })));
      assert.equal(work.message.id, later);
      assert.equal(await queue.drop({ kind: "destination", destination: "a.example" }, 1500), 2);
      assert.deepEqual(await queue.sums(), { messages: 0, items: 0, held: 0, troubled: 0 });
      await assert.rejects(queue.content(later), isGone);
      await queue.settle(work, settlement(1600, { results: allOf(work, "delivered") }));
      assert.deepEqual(
        (await queue.records(ALICE, 0))
          .map(({ recipient, end }) => [recipient, end])
          .toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
        [
          ["one@a.example", "delivered"],
          ["two@a.example", "dropped"],
        ],
      );
    },
  );

  claims("D2: records end with their time, and all of an account with the account", async ({ queue, put }) => {
    await put(["one@a.example"]);
    const work = only(await queue.claim(wish(1000)));
    await queue.settle(work, settlement(1500, { results: allOf(work, "delivered") }));
    assert.equal(await queue.forget(1500), 0);
    assert.equal(await queue.forget(1501), 1);
    const waiting = await put(["two@a.example"]);
    const kept = await put(["three@a.example"], { account: BOB });
    const reported = await put(["four@a.example"]);
    const [failing] = (await queue.claim(wish(1500)))?.works.filter(({ message }) => message.id === reported) ?? [];
    assert.ok(failing);
    const told = report("failed", "four@a.example");
    await queue.settle(failing, settlement(1500, { results: allOf(failing, "failed"), reports: [told] }));
    await queue.forgetAccount(ALICE);
    assert.deepEqual(await queue.records(ALICE, 0), []);
    assert.deepEqual(await queue.reports(99_999, 10), []);
    for (const id of [waiting, reported]) await assert.rejects(queue.content(id), isGone);
    assert.equal((await queue.content(kept)).size, 17);
  });

  claims(
    "an item tells why it is held, until when its destination rests, and what was wrong there",
    async ({ queue, put }) => {
      await put(["one@a.example", "two@b.example"]);
      await queue.rest("a.example", 5000, reply(421));
      await queue.rest("b.example", 6000, undefined);
      await queue.hold({ kind: "destination", destination: "b.example" }, "operator", 9000);
      assert.deepEqual(
        (await queue.list(undefined, 0, 10)).map(({ destination, hold, restsUntil, destinationReply }) => [
          destination,
          hold,
          restsUntil,
          destinationReply?.code,
        ]),
        [
          ["a.example", undefined, 5000, 421],
          ["b.example", "operator", 6000, undefined],
        ],
      );
      await queue.retryNow({ kind: "destination", destination: "a.example" });
      assert.equal((await queue.list(undefined, 0, 1))[0]?.restsUntil, undefined);
      await queue.release({ kind: "account", account: ALICE }, "operator", {
        now: 0,
        lifeMs: 1,
        notBefore: 9000,
        mostMs: 9000,
      });
      assert.ok((await queue.list(undefined, 0, 10)).every(({ hold }) => hold === undefined));
    },
  );

  claims("items are listed in pages", async ({ queue, put }) => {
    for (let n = 0; n < 5; n++) await put(["r@a.example"]);
    const first = await queue.list(undefined, 0, 3);
    const rest = await queue.list(undefined, first.at(-1)?.item ?? 0, 3);
    assert.deepEqual([first.length, rest.length], [3, 2]);
    assert.equal(new Set([...first, ...rest].map(({ item }) => item)).size, 5);
  });
}
