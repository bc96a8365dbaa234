import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { ALICE, BOB, newId } from "../../store/contract/outbound-samples.ts";
import { deliveryId } from "../../store/ids.ts";
import { type Acted, createQueueDesk, type QueueDesk, type QueuedPart } from "./desk.ts";
import { answer, QueueWorld } from "./queue-world.fixture.ts";
import type { DeskRefused } from "./target.ts";

function deskOf(world: QueueWorld): QueueDesk {
  const { queue, directory, clock } = world;
  return createQueueDesk({ queue, directory, clock, wake: () => world.runner.wake(), lifeMs: 5 * DAY });
}

const sentenceOf = (result: object): string => ("sentence" in result ? String(result.sentence) : "not refused");

async function partsOf(desk: QueueDesk, filter: Parameters<QueueDesk["list"]>[0] = {}): Promise<readonly QueuedPart[]> {
  const listing = await desk.list(filter, 100);
  return "parts" in listing ? listing.parts : assert.fail(listing.sentence);
}

/** [parts, in hand, held], as an act tells it. */
const numbers = (result: Acted | DeskRefused): readonly number[] =>
  result.kind === "done" ? [result.parts, result.inHand, result.held] : assert.fail(result.sentence);

/** Two messages of Alice and one of Bob, each host of which puts off. */
async function waiting(world: QueueWorld): Promise<void> {
  for (const host of ["a", "b"])
    world.behaviours.set(`mx.${host}.example`, (to) => ({
      kind: "answered",
      outcomes: to.map(() => answer("temporary", 451, "4.7.1")),
      dsnPassedOn: true,
    }));
  world.start();
  await world.send(["one@a.example", "two@a.example", "three@b.example"]);
  await world.send(["four@b.example"], { sender: "" });
  await world.send(["five@a.example"], { account: BOB, sender: "bob@example.org", tlsWish: "required" });
  await world.clock.advance(SECOND);
}

test("the list shows envelope and state of each part, by account and destination, and how much there is in all", async () => {
  await using world = await QueueWorld.open();
  const desk = deskOf(world);
  assert.deepEqual(await desk.list({}, 10), {
    sums: { messages: 0, items: 0, held: 0, troubled: 0 },
    parts: [],
    isMore: false,
  });
  await waiting(world);
  const all = await partsOf(desk);
  assert.deepEqual(
    all.map(({ account, sender, destination, recipients, state, attempts }) =>
      [account, sender, destination, recipients.length, state, attempts].join(" "),
    ),
    [
      "alice@example.org alice@example.org a.example 2 waiting 1",
      "alice@example.org alice@example.org b.example 1 waiting 1",
      "alice@example.org  b.example 1 waiting 1",
      "bob@example.org bob@example.org a.example 1 waiting 1",
    ],
  );
  assert.equal(all[0]?.recipients[0]?.reply?.code, 451);
  assert.equal(all[0]?.deadline, all[0]?.submittedAt === undefined ? 0 : all[0].submittedAt + 5 * DAY);
  assert.ok(all.every(({ at }) => at > world.clock.now()));
  await world.directory.addAlias(BOB, "robert@example.org");
  assert.equal((await partsOf(desk, { account: "Robert@Example.org" })).length, 1);
  for (const destination of ["A.example", " a.example. "])
    assert.equal((await partsOf(desk, { destination })).length, 2, destination);
  assert.match(sentenceOf(await desk.list({ destination: "one@a.example" }, 3)), /whole domain/);
  assert.match(sentenceOf(await desk.drop({ destination: "one@a.example" })), /whole domain/);
  assert.equal((await partsOf(desk, { destination: "a.example", account: "alice@example.org" })).length, 1);
  const some = await desk.list({}, 3);
  assert.ok("parts" in some && some.isMore && some.parts.length === 3 && some.sums.items === 4);
  assert.match(sentenceOf(await desk.list({ account: "nobody@example.org" }, 3)), /no account/);
});

test("mail for which TLS is optional stands under its domain like other mail, and is selected with it", async () => {
  await using world = await QueueWorld.open();
  const desk = deskOf(world);
  for (const [address, tlsWish] of [
    ["one@a.example", "optional"],
    ["two@a.example", "policy"],
    ["three@a.example", "optional"],
    ["four@b.example", "optional"],
  ] as const)
    await world.send([address], { tlsWish });
  const found = await partsOf(desk, { destination: "A.example" });
  assert.deepEqual(
    found.map(({ destination, tlsWish, recipients }) => [destination, tlsWish, recipients[0]?.address]),
    [
      ["a.example", "optional", "one@a.example"],
      ["a.example", "policy", "two@a.example"],
      ["a.example", "optional", "three@a.example"],
    ],
  );
  const some = await desk.list({ destination: "a.example", account: "alice@example.org" }, 2);
  assert.ok("parts" in some && some.isMore && some.parts[1]?.recipients[0]?.address === "two@a.example");
  assert.deepEqual(numbers(await desk.hold({ destination: "a.example" })), [3, 0, 0]);
  assert.deepEqual(numbers(await desk.release({ destination: "a.example" })), [3, 0, 0]);
  assert.deepEqual(numbers(await desk.drop({ destination: "a.example" })), [3, 0, 0]);
  assert.equal((await partsOf(desk)).length, 1);
});

test("a message is found by the first digits of its id, when no other begins so", async () => {
  await using world = await QueueWorld.open();
  const desk = deskOf(world);
  const ids = ["abcd1", "abcd2", "ef"].map((start) => deliveryId(start.padEnd(32, "0")));
  for (const id of ids) await world.send(["one@a.example", "two@b.example"], { id });
  const found = async (id: string): Promise<string> => {
    const shown = await desk.show(id);
    return "sentence" in shown ? shown.sentence : shown.map(({ message }) => message.slice(0, 5)).join(" ");
  };
  assert.equal(await found("ABCD1"), "abcd1 abcd1");
  assert.equal(await found("ef00"), "ef000 ef000");
  assert.equal(await found(ids[1] ?? ""), "abcd2 abcd2");
  assert.match(await found("abcd"), /Give more/);
  assert.match(await found("abc"), /at least 4/);
  assert.match(await found("0123"), /No message with this id waits/);
  assert.match(await found(newId()), /No message with this id waits/);
  assert.match(await found("one@a.example"), /no id/);
  assert.match(await found("0".repeat(33)), /no id/);
});

test("one of id, account and destination says which mail; nothing that fits is refused", async () => {
  await using world = await QueueWorld.open();
  const desk = deskOf(world);
  await world.send(["one@a.example"]);
  for (const verb of ["look", "retry", "hold", "release", "drop"] as const) {
    assert.match(sentenceOf(await desk[verb]({})), /Say which mail/);
    assert.match(sentenceOf(await desk[verb]({ id: "abcd", destination: "a.example" })), /one of them/);
    assert.match(sentenceOf(await desk[verb]({ account: "bob@example.org" })), /Nothing of this account/);
    assert.match(sentenceOf(await desk[verb]({ account: "eve@example.org" })), /no account/);
    assert.match(sentenceOf(await desk[verb]({ destination: "c.example" })), /Nothing in the queue is for/);
    assert.match(sentenceOf(await desk[verb]({ id: newId() })), /No message/);
  }
  assert.equal((await partsOf(desk)).length, 1);
});

test("retry makes due at once what waits, and ends the rest of a destination", async () => {
  await using world = await QueueWorld.open();
  const desk = deskOf(world);
  await waiting(world);
  world.behaviours.delete("mx.a.example");
  await world.clock.advance(SECOND);
  assert.equal(world.taken.length, 0);
  assert.deepEqual(numbers(await desk.retry({ account: "alice@example.org" })), [3, 0, 0]);
  await turns(20);
  await world.clock.advance(SECOND);
  assert.deepEqual(world.taken.map(({ recipient }) => recipient).toSorted(), ["one@a.example", "two@a.example"]);

  world.behaviours.set("mx.dead.example", () => world.silentFor(SECOND));
  await world.send(["six@dead.example"]);
  await world.clock.advance(MINUTE);
  world.behaviours.delete("mx.dead.example");
  assert.deepEqual(numbers(await desk.retry({ destination: "Dead.example " })), [1, 0, 0]);
  await turns(20);
  await world.clock.advance(SECOND);
  assert.equal(world.count("six@dead.example"), 1);
});

test("after an outage of ours all that waits is made due in one go, whatever it is for; what is held is not", async () => {
  await using world = await QueueWorld.open();
  const desk = deskOf(world);
  assert.match(sentenceOf(await desk.retry({ all: true })), /Nothing is in the queue/);
  const names = Array.from({ length: 70 }, (_, n) => `d${n}.example`);
  for (const name of names) {
    world.behaviours.set(`mx.${name}`, () => world.silentFor(SECOND));
    await world.send([`a@${name}`], { tlsWish: name === "d7.example" ? "optional" : "policy" });
  }
  await desk.hold({ destination: "d3.example" });
  world.start();
  for (let n = 0; n < 10; n++) await world.clock.advance(SECOND);
  for (const name of names) world.behaviours.delete(`mx.${name}`);
  assert.deepEqual(numbers(await desk.retry({ all: true })), [69, 0, 1]);
  await turns(20);
  await world.clock.advance(SECOND);
  assert.equal(world.taken.length, 69);
});

test("what is held waits until it is released, and is tried for a day at least then", async () => {
  await using world = await QueueWorld.open({ limits: { lookAgainMs: HOUR } });
  const desk = deskOf(world);
  await waiting(world);
  assert.deepEqual(numbers(await desk.hold({ destination: "a.example" })), [2, 0, 0]);
  assert.deepEqual(numbers(await desk.hold({ account: "alice@example.org" })), [2, 0, 1]);
  assert.deepEqual(
    (await partsOf(desk)).map(({ state, hold }) => `${state} ${hold}`),
    ["held operator", "held operator", "held operator", "held operator"],
  );
  assert.match(sentenceOf(await desk.retry({ account: "alice@example.org" })), /All of this is held/);
  world.behaviours.clear();
  await world.clock.advance(9 * DAY);
  assert.equal(world.taken.length, 0);
  const now = world.clock.now();
  assert.deepEqual(numbers(await desk.release({ account: "alice@example.org" })), [3, 0, 0]);
  assert.ok(
    (await partsOf(desk, { account: "alice@example.org" })).every(({ deadline }) => deadline > now + 20 * HOUR),
  );
  assert.match(sentenceOf(await desk.release({ account: "alice@example.org" })), /Nothing of this is held/);
  await world.clock.advance(MINUTE);
  assert.equal(world.taken.length, 4);
  await world.clock.advance(DAY);
  assert.equal(world.count("five@a.example"), 0);
  assert.match((await world.inbox(BOB)).join(""), /Status: 4\.7\.1/, "F5: after ten days its sender is told");
  assert.deepEqual((await world.queue.sums()).messages, 0);
});

test("A8: pause holds an account's queue, release does not open it, resume does", async () => {
  await using world = await QueueWorld.open();
  const desk = deskOf(world);
  await waiting(world);
  world.behaviours.clear();
  await world.directory.setState(ALICE, "paused");
  await world.clock.advance(HOUR);
  assert.deepEqual(
    world.taken.map(({ recipient }) => recipient),
    ["five@a.example"],
  );
  const own = { account: "alice@example.org" };
  assert.deepEqual(
    (await partsOf(desk, own)).map(({ state, hold }) => `${state} ${hold}`),
    ["held account", "held account", "held account"],
  );
  assert.match(sentenceOf(await desk.release(own)), /Resume the account/);
  await world.clock.advance(10 * MINUTE);
  assert.equal(world.taken.length, 1);

  await world.directory.setState(ALICE, "active");
  await world.clock.advance(6 * MINUTE);
  assert.equal(world.taken.length, 5);
  assert.deepEqual(await partsOf(desk), []);
});

test("A8: right after the account is resumed, release and retry let its mail go at once", async () => {
  const own = { account: "alice@example.org" };
  for (const verb of ["release", "retry"] as const) {
    await using world = await QueueWorld.open();
    const desk = deskOf(world);
    await waiting(world);
    world.behaviours.clear();
    await world.directory.setState(ALICE, "paused");
    await world.clock.advance(HOUR);
    const before = world.taken.length;
    await world.directory.setState(ALICE, "active");
    assert.deepEqual(numbers(await desk[verb](verb === "retry" ? own : { destination: "b.example" })), [
      verb === "retry" ? 3 : 2,
      0,
      0,
    ]);
    await turns(20);
    await world.clock.advance(SECOND);
    assert.equal(world.taken.length, before + 4, verb);
  }
});

test("A8: who makes mail due whose account may not send hears that it is held all the same", async () => {
  await using world = await QueueWorld.open();
  const desk = deskOf(world);
  await waiting(world);
  await world.directory.setState(ALICE, "paused");
  const retried = await desk.retry({ destination: "a.example" });
  assert.deepEqual(retried, { kind: "done", parts: 2, inHand: 0, held: 0, barred: 1 });
  await desk.hold({ account: "bob@example.org" });
  const released = await desk.release({ account: "bob@example.org" });
  assert.deepEqual(released, { kind: "done", parts: 1, inHand: 0, held: 0, barred: 0 });
});

test("A8: what an operator holds of a paused account stays when the account is resumed", async () => {
  await using world = await QueueWorld.open();
  const desk = deskOf(world);
  await world.directory.setState(ALICE, "paused");
  world.start();
  await world.send(["one@a.example"]);
  const kept = await world.send(["two@a.example"]);
  await world.clock.advance(MINUTE);
  assert.deepEqual(numbers(await desk.hold({ id: kept })), [1, 0, 0]);
  await world.directory.setState(ALICE, "active");
  await world.clock.advance(HOUR);
  assert.deepEqual([world.count("one@a.example"), world.count("two@a.example")], [1, 0]);
  await world.directory.setState(ALICE, "paused");
  await world.send(["three@a.example"]);
  await world.clock.advance(MINUTE);
  const released = await desk.release({ account: "alice@example.org" });
  assert.deepEqual(released, { kind: "done", parts: 1, inHand: 0, held: 1, barred: 1 });
  await world.clock.advance(MINUTE);
  assert.equal(world.taken.length, 1, "released, it is held because the account may not send");
});

test("what is dropped is gone, told to nobody, and the record says so; what is in hand is told", async () => {
  await using world = await QueueWorld.open();
  const desk = deskOf(world);
  await waiting(world);
  world.behaviours.set("mx.slow.example", (to) => world.takeAfter(to, 20_000));
  await world.send(["six@slow.example"]);
  await world.clock.advance(SECOND);
  const counted = { parts: 4, recipients: 5, waiting: 3, ready: 0, claimed: 1, held: 0 };
  assert.deepEqual(await desk.look({ account: "alice@example.org" }), counted);
  assert.equal((await desk.retry({ id: (await partsOf(desk)).at(-1)?.message })).kind, "done");
  assert.deepEqual(numbers(await desk.drop({ account: "alice@example.org" })), [4, 1, 0]);
  await world.clock.advance(MINUTE);
  assert.deepEqual(await world.inbox(), []);
  assert.deepEqual(
    (await world.queue.records(ALICE, 0)).map(({ recipient, end }) => `${recipient} ${end}`).toSorted(),
    [
      "four@b.example dropped",
      "one@a.example dropped",
      "six@slow.example delivered",
      "three@b.example dropped",
      "two@a.example dropped",
    ],
  );
  assert.deepEqual(
    (await partsOf(desk)).map(({ account }) => account),
    ["bob@example.org"],
  );
});
