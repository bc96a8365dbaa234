import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR } from "../../../host/clock.ts";
import { allOf, settlement, wish } from "../../contract/outbound-samples.ts";
import { collect } from "../../contract/samples.ts";
import { BODY, now, UNTIL, world } from "./offering.fixture.ts";

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
