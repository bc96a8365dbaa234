/** What every `OutboundQueue` must do; each implementation registers these tests with a way to open a fresh one. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Clock } from "../../host/clock.ts";
import type { OutboundQueue } from "../outbound-queue.ts";
import { StoreError } from "../store-error.ts";
import { outboundEndCases } from "./outbound-end-cases.ts";
import { outboundReportCases } from "./outbound-report-cases.ts";
import { outboundFeedbackCases } from "./outbound-feedback-cases.ts";
import { ALICE, allOf, BOB, outbound, recipient, reply, settlement, wish } from "./outbound-samples.ts";
import { isGone, octets, only, outboundCaseRegister, TIMES } from "./outbound-world.ts";
import { chunked, collect } from "./samples.ts";

export function outboundQueueContract(name: string, openQueue: (clock: Clock) => Promise<OutboundQueue>): void {
  const claims = outboundCaseRegister(name, openQueue);

  claims("a message comes with its envelope, its recipients parted by destination", async ({ queue }) => {
    const message = outbound({ ret: "HDRS", envid: "x+2By", smtpUtf8: true, body: "8BITMIME", tlsWish: "required" });
    const notify = { success: true, failure: false, delay: true };
    const to = [
      recipient("one@a.example", { notify, orcpt: "rfc822;one@a.example" }),
      recipient("two@b.example"),
      recipient("three@a.example"),
    ];
    await queue.add(message, to, TIMES, octets());
    const batch = await queue.claim(wish(1000));
    assert.equal(batch?.destination, "a.example");
    const work = only(batch);
    assert.deepEqual(work.message, { ...message, size: 17 });
    assert.deepEqual(
      work.recipients.map(({ address, destination, notify, orcpt }) => ({ address, destination, notify, orcpt })),
      [to[0], to[2]],
    );
    assert.deepEqual([work.attempts, work.deadline, work.destinationReply], [0, 50_000, undefined]);
    assert.equal((await queue.claim(wish(1000)))?.destination, "b.example");
    assert.equal(await queue.claim(wish(1000)), undefined);
    assert.deepEqual(await queue.sums(), { messages: 1, items: 2, held: 0, troubled: 0 });
  });

  for (const tlsWish of ["policy", "required", "optional"] as const)
    claims(`what the sender wants of TLS is kept: ${tlsWish}`, async ({ queue }) => {
      const message = outbound({ tlsWish });
      await queue.add(message, [recipient("one@a.example")], TIMES, octets());
      const [listed] = await queue.list({ kind: "message", id: message.id }, 0, 10);
      const work = only(await queue.claim(wish(1000)));
      assert.deepEqual([listed?.message.tlsWish, work.message.tlsWish], [tlsWish, tlsWish]);
    });

  claims("the same acceptance is taken once, also when it is done with", async ({ queue, put }) => {
    const id = await put(["one@a.example"]);
    assert.equal(await queue.add(outbound({ id }), [recipient("x@a.example")], TIMES, octets()), "known");
    const work = only(await queue.claim(wish(1000)));
    await queue.settle(work, settlement(1000, { results: allOf(work, "delivered") }));
    assert.equal(await queue.add(outbound({ id }), [recipient("x@a.example")], TIMES, octets()), "known");
    assert.equal((await queue.sums()).messages, 0);
  });

  for (const size of [0, 1, 256 * 1024, 1024 * 1024 + 7, 2_500_000])
    claims(`${size} octets come back exactly, however they were cut`, async ({ queue }) => {
      const message = outbound();
      const bytes = randomBytes(size);
      const hash = (all: Uint8Array): string => createHash("sha256").update(all).digest("hex");
      await queue.add(message, [recipient("one@a.example")], TIMES, chunked(bytes, 100_003));
      const content = await queue.content(message.id);
      assert.equal(content.size, size);
      assert.equal(hash(await collect(content.pieces())), hash(bytes));
      assert.equal(hash(await collect(content.pieces())), hash(bytes), "pieces may be called again");
      if (content.bytes !== undefined) assert.equal(hash(content.bytes), hash(bytes));
    });

  for (const size of [100, 2_000_000])
    claims(`a content that breaks off after ${size} octets leaves nothing behind`, async ({ queue }) => {
      const short = { ...chunked(randomBytes(size), 1000), size: size + 1 };
      await assert.rejects(queue.add(outbound(), [recipient("one@a.example")], TIMES, short));
      assert.deepEqual(await queue.sums(), { messages: 0, items: 0, held: 0, troubled: 0 });
    });

  claims("an item has a bounded number of recipients", async ({ queue, put }) => {
    await put(Array.from({ length: 250 }, (_, n) => `r${n}@a.example`));
    const batch = await queue.claim(wish(1000));
    assert.deepEqual(
      batch?.works.map(({ recipients }) => recipients.length),
      [100, 100, 50],
    );
  });

  claims("who takes a queue over from one that died has what that had claimed at once", async ({ queue, put }) => {
    await put(["one@a.example"]);
    const first = only(await queue.claim(wish(1000, { until: 90_000 })));
    await queue.endClaims();
    const second = only(await queue.claim(wish(1000)));
    assert.deepEqual([second.item, second.attempts], [first.item, first.attempts]);
    await queue.settle(first, settlement(1000, { results: allOf(first, "failed") }));
    assert.equal((await queue.sums()).messages, 1, "the old claim ended");
    await queue.settle(second, settlement(1000, { results: allOf(second, "delivered") }));
    assert.equal((await queue.sums()).messages, 0);
  });

  claims(
    "what is claimed is nobody else's until the claim runs out; then it is repeated",
    async ({ queue, put, at }) => {
      await put(["one@a.example"]);
      const first = only(await queue.claim(wish(1000, { until: 2000 })));
      assert.equal(await queue.claim(wish(1999)), undefined);
      await queue.renew([first.claim], 3000);
      assert.equal(await queue.claim(wish(2999)), undefined);
      at(3000);
      const second = only(await queue.claim(wish(3000)));
      assert.notEqual(second.claim, first.claim);
      await queue.renew([first.claim], 90_000);
      await queue.settle(first, settlement(3000, { results: allOf(first, "failed") }));
      await queue.putBack([first]);
      assert.equal((await queue.list(undefined, 0, 10))[0]?.state, "claimed", "an old claim changes nothing");
      await queue.settle(first, settlement(3000, { results: allOf(first, "delivered") }));
      assert.equal((await queue.sums()).messages, 0, "but what a host took is taken");
      await queue.settle(second, settlement(3000, { results: allOf(second, "failed") }));
      assert.deepEqual(
        (await queue.records(ALICE, 0)).map(({ end }) => end),
        ["delivered"],
      );
    },
  );

  claims("each recipient has an end of its own; what waits is due again later", async ({ queue, put, at }) => {
    const id = await put(["one@a.example", "two@a.example", "three@a.example"]);
    const work = only(await queue.claim(wish(1000)));
    const [one, two, three] = work.recipients;
    assert.ok(one && two && three);
    const later = reply(450, "later", { tls: undefined, finding: { name: "late", about: "7" } });
    const results = [
      { kind: "ended", recipient: one.id, end: "delivered", reply: reply(250, "taken") },
      { kind: "ended", recipient: two.id, end: "failed", reply: reply(550, "no such person") },
      { kind: "waits", recipient: three.id, reply: later },
    ] as const;
    await queue.settle(work, settlement(1500, { results, retryAt: 2000 }));
    const [listed] = await queue.list({ kind: "message", id }, 0, 10);
    assert.deepEqual(
      [listed?.state, listed?.attempts, listed?.at, listed?.recipients.map(({ address }) => address)],
      ["waiting", 1, 2000, ["three@a.example"]],
    );
    assert.equal(await queue.claim(wish(1999)), undefined);
    at(2000);
    const again = only(await queue.claim(wish(2000)));
    assert.deepEqual(again.recipients, [{ ...three, reply: later }]);
    assert.equal(again.attempts, 1);
    await queue.settle(again, settlement(2000, { results: allOf(again, "delivered") }));
    await assert.rejects(queue.content(id), isGone);
    const records = await queue.records(ALICE, 0);
    assert.deepEqual(
      records.map(({ recipient, end, at, reply: { words, code } }) => [recipient, end, at, words, code]),
      [
        ["three@a.example", "delivered", 2000, "as told", 250],
        ["two@a.example", "failed", 1500, "no such person", 550],
        ["one@a.example", "delivered", 1500, "taken", 250],
      ],
    );
    assert.deepEqual(await queue.records(BOB, 0), []);
    assert.equal((await queue.records(ALICE, 1501)).length, 1);
  });

  claims("senders take turns however much one of them queued", async ({ queue, put }) => {
    for (let n = 0; n < 20; n++) await put([`r${n}@d${n}.example`, `r${n}@same.example`]);
    await put(["bob@elsewhere.example"], { account: BOB });
    await put(["bob@same.example"], { account: BOB });
    const order: string[] = [];
    for (;;) {
      const batch = await queue.claim(wish(1000, { most: 2 }));
      if (batch === undefined) break;
      for (const work of batch.works) order.push(work.message.account === BOB ? "bob" : "alice");
    }
    assert.equal(order.length, 42);
    const [first, last] = [order.indexOf("bob"), order.lastIndexOf("bob")];
    assert.ok(first < 5 && last < 10, `${first} ${last}`);
  });

  claims("destinations take turns, and those that are busy are left out", async ({ queue, put }) => {
    for (let n = 0; n < 3; n++) await put(["r@a.example"]);
    await put(["r@b.example"]);
    const busy = new Set<string>();
    const order: string[] = [];
    for (let n = 0; n < 2; n++) {
      const batch = await queue.claim(wish(1000, { most: 1, except: busy }));
      order.push(batch?.destination ?? "none");
      busy.add(batch?.destination ?? "none");
    }
    assert.deepEqual(order, ["a.example", "b.example"]);
    assert.equal(await queue.claim(wish(1000, { except: busy })), undefined);
    assert.equal((await queue.claim(wish(1000)))?.destination, "a.example");
  });

  claims("a destination that failed rests as a whole, stands apart, and is well again", async ({ queue, put, at }) => {
    await put(["one@dead.example"]);
    await put(["two@dead.example"]);
    const batch = await queue.claim(wish(1000, { most: 1 }));
    const work = only(batch);
    assert.equal(batch?.failures, 0);
    const why = reply(421, "no answer", { host: undefined });
    await queue.rest("dead.example", 5000, why);
    await queue.settle(work, settlement(1000, { results: allOf(work, "waits"), retryAt: 1000 }));
    await put(["three@dead.example"]);
    assert.equal((await queue.sums()).troubled, 1);
    for (const standing of ["well", "new", "troubled"] as const)
      assert.equal(await queue.claim(wish(4999, { standing })), undefined);
    at(5000);
    assert.equal(await queue.claim(wish(5000)), undefined, "it is not among the others");
    const probe = await queue.claim(wish(5000, { standing: "troubled", most: 1 }));
    assert.equal(probe?.failures, 1);
    assert.deepEqual(only(probe).destinationReply, why);
    await queue.well("dead.example");
    assert.equal((await queue.claim(wish(5000, { standing: "well" })))?.works.length, 2);
    await queue.rest("dead.example", 6000, undefined);
    assert.equal((await queue.sums()).troubled, 0, "a pause is no failure");
    assert.equal(await queue.claim(wish(5500, { standing: "well" })), undefined);
  });

  claims(
    "what fails together is one failure a rest, and of two rests the longer counts",
    async ({ queue, put, at }) => {
      for (const name of ["one", "two", "three"]) await put([`${name}@dead.example`]);
      const why = reply(421, "no answer", { host: undefined });
      await queue.rest("dead.example", 2000, undefined);
      for (const until of [5000, 6000, 4000]) await queue.rest("dead.example", until, why);
      await queue.rest("dead.example", 1500, undefined);
      at(5999);
      assert.equal(await queue.claim(wish(5999, { standing: "troubled" })), undefined);
      at(6000);
      const probe = await queue.claim(wish(6000, { standing: "troubled", most: 1 }));
      assert.equal(probe?.failures, 1);
      await queue.rest("dead.example", 6500, why);
      at(6500);
      assert.equal((await queue.claim(wish(6500, { standing: "troubled", most: 1 })))?.failures, 2, "the next rest");
      await queue.well("dead.example");
      await queue.rest("dead.example", 7000, why);
      at(7000);
      assert.equal((await queue.claim(wish(7000, { standing: "troubled", most: 1 })))?.failures, 1, "of what was well");
    },
  );

  claims("a destination that took something is known the next time", async ({ queue, put }) => {
    await put(["one@a.example", "two@b.example"]);
    for (const end of ["delivered", "failed"] as const) {
      const work = only(await queue.claim(wish(1000)));
      await queue.settle(work, settlement(1000, { results: allOf(work, end) }));
    }
    await put(["three@a.example", "four@b.example"]);
    assert.equal((await queue.claim(wish(1000, { standing: "well" })))?.destination, "a.example");
    assert.equal((await queue.claim(wish(1000)))?.destination, "b.example");
  });

  claims("what is put back is as before", async ({ queue, put }) => {
    await put(["one@a.example"]);
    const work = only(await queue.claim(wish(1000)));
    await queue.putBack([work]);
    const again = only(await queue.claim(wish(1000)));
    assert.deepEqual({ ...again, claim: "" }, { ...work, claim: "" });
    await queue.putBack([again], 60_000);
    assert.deepEqual(await queue.claimExpired(59_999, 70_000, 10), [], "but for a new deadline");
    const [over] = await queue.claimExpired(60_000, 70_000, 10);
    assert.equal(over?.deadline, 60_000);
  });

  outboundEndCases(claims);
  outboundReportCases(claims);
  outboundFeedbackCases(claims);

  test(`after disposal it says that it is closed (${name})`, async () => {
    const queue = await openQueue({ now: () => 1, steady: () => 1, after: () => ({ [Symbol.dispose]: () => {} }) });
    await queue[Symbol.asyncDispose]();
    await queue[Symbol.asyncDispose]();
    const isClosed = (error: unknown): boolean => error instanceof StoreError && error.code === "closed";
    await assert.rejects(async () => queue.sums(), isClosed);
    await assert.rejects(async () => queue.claim(wish(1)), isClosed);
  });
}
