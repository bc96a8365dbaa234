import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE, SECOND } from "../../host/clock.ts";
import { ALICE, BOB } from "../../store/contract/outbound-samples.ts";
import { answer, type Behaviour, QueueWorld, routeTo } from "./queue-world.fixture.ts";
import type { HandoverOutcome } from "./transport.ts";

const saying =
  (say: (recipient: string, attempt: number) => HandoverOutcome): Behaviour =>
  (to, attempt) => ({ kind: "answered", outcomes: to.map((one) => say(one, attempt)), dsnPassedOn: true });

const slowedIn = (world: QueueWorld): readonly unknown[] =>
  world.events.filter(([name]) => name === "queue.slowed").map(([, { host }]) => host);

/** How often a host was asked, for whatever. */
const asked = (world: QueueWorld, host: string): number =>
  [...world.attempts].reduce((sum, [key, count]) => sum + (key.startsWith(`${host} `) ? count : 0), 0);

test("a full mailbox is no word on its host: other mail goes on there", async () => {
  await using world = await QueueWorld.open();
  for (const domain of ["a.example", "b.example"]) world.routes.set(domain, routeTo("mx.big.example"));
  world.behaviours.set(
    "mx.big.example",
    saying((one) => (one.startsWith("full@") ? answer("temporary", 452, "4.2.2") : answer("accepted", 250))),
  );
  world.start();
  await world.send(["full@a.example"]);
  await world.clock.advance(SECOND);
  await world.send(["ok@a.example", "ok@b.example"]);
  await world.clock.advance(SECOND);
  assert.deepEqual([world.count("ok@a.example"), world.count("ok@b.example")], [1, 1]);
  assert.deepEqual(slowedIn(world), []);
});

test("mail that stays here waits for no place, and is not slowed by what one mailbox says", async () => {
  await using world = await QueueWorld.open({ limits: { perHost: 1 } });
  const here = { name: "mail.example.org", addresses: [], isHere: true } as const;
  const host = { ...here, tls: { kind: "opportunistic" }, nameIsSure: true } as const;
  const route = { ...routeTo(), hosts: [host] } as const;
  for (const domain of ["example.org", "example.net"]) world.routes.set(domain, route);
  world.behaviours.set(host.name, (to) =>
    to[0]?.startsWith("busy@") === true
      ? { kind: "answered", outcomes: [answer("temporary", 421, "4.3.2")], dsnPassedOn: false }
      : world.takeAfter(to, 500),
  );
  world.start();
  await world.send(["busy@example.org"]);
  await world.clock.advance(SECOND);
  for (const domain of ["example.org", "example.net"]) await world.send([`ok@${domain}`]);
  await world.clock.advance(SECOND);
  assert.deepEqual([world.count("ok@example.org"), world.count("ok@example.net")], [1, 1]);
  assert.deepEqual(slowedIn(world), []);
});

test("TLS that one domain asks for and a host cannot show takes nothing from other domains there", async () => {
  for (const [code, enhanced] of [
    [undefined, "4.7.5"],
    [454, "4.7.0"],
    [554, "4.7.0"],
  ] as const) {
    await using world = await QueueWorld.open();
    for (const domain of ["policy.example", "plain.example"]) world.routes.set(domain, routeTo("mx.both.example"));
    world.behaviours.set("mx.both.example", (to) =>
      to[0]?.endsWith("@policy.example") === true
        ? { kind: "unreached", reply: { ...answer("temporary", 454, enhanced).reply, code } }
        : world.takeAfter(to, 10),
    );
    world.start();
    await world.send(["one@policy.example"]);
    await world.clock.advance(SECOND);
    await world.send(["two@plain.example"]);
    await world.clock.advance(SECOND);
    assert.equal(world.count("two@plain.example"), 1, `${code} ${enhanced}`);
    assert.deepEqual(slowedIn(world), []);
    const [item] = await world.queue.list({ kind: "destination", destination: "policy.example" }, 0, 1);
    assert.equal(item?.destinationReply?.enhanced, enhanced, "its own domain rests, and it is known why");
  }
});

test("RFC 5321 section 5.1: what one host puts off is offered to the next at once, and to no third", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("two.example", routeTo("ill", "well"));
  world.routes.set("three.example", routeTo("ill", "ill2", "well"));
  world.behaviours.set(
    "ill",
    saying((one) => (one.startsWith("no") ? answer("permanent", 550) : answer("temporary", 451, "4.3.0"))),
  );
  world.behaviours.set(
    "ill2",
    saying(() => answer("temporary", 450, "4.3.5")),
  );
  world.start();
  await world.send(["a@two.example", "no@two.example", "b@two.example"]);
  await world.send(["c@three.example"]);
  await world.clock.advance(SECOND);
  assert.deepEqual(world.taken.map(({ recipient }) => recipient).toSorted(), ["a@two.example", "b@two.example"]);
  const ends = (await world.queue.records(ALICE, 0)).map(({ recipient, end }) => `${recipient} ${end}`);
  assert.deepEqual(ends.toSorted(), ["a@two.example delivered", "b@two.example delivered", "no@two.example failed"]);
  const [item] = await world.queue.list(undefined, 0, 10);
  assert.deepEqual(
    item?.recipients.map(({ reply }) => reply?.enhanced),
    ["4.3.5"],
    "the last word is what is known",
  );
  assert.deepEqual([item?.attempts, asked(world, "well")], [1, 1]);
});

test("what the preferred host puts off is not given up on the refusal of a less preferred one", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("two.example", routeTo("ill", "refuses"));
  world.behaviours.set(
    "ill",
    saying(() => answer("temporary", 451, "4.3.0")),
  );
  world.behaviours.set(
    "refuses",
    saying((one) => (one.startsWith("known@") ? answer("accepted", 250) : answer("permanent", 550, "5.7.1"))),
  );
  world.start();
  await world.send(["a@two.example", "known@two.example", "b@two.example"]);
  await world.clock.advance(MINUTE);
  const [item] = await world.queue.list(undefined, 0, 1);
  assert.deepEqual(
    item?.recipients.map(({ address, reply }) => [address, reply?.enhanced]),
    [
      ["a@two.example", "4.3.0"],
      ["b@two.example", "4.3.0"],
    ],
  );
  world.behaviours.delete("ill");
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual(
    ["a", "known", "b"].map((name) => world.count(`${name}@two.example`)),
    [1, 1, 1],
  );
  assert.deepEqual(await world.inbox(), []);
});

test("nor on such a refusal while the preferred host asks for less, whoever it told so", async () => {
  await using world = await QueueWorld.open();
  for (const domain of ["told.example", "behind.example"]) world.routes.set(domain, routeTo("busy", "refuses"));
  world.behaviours.set("busy", () => ({ kind: "unreached", reply: answer("temporary", 421, "4.3.2").reply }));
  world.behaviours.set(
    "refuses",
    saying(() => answer("permanent", 550, "5.7.1")),
  );
  world.start();
  await world.send(["a@told.example"]);
  await world.clock.advance(SECOND);
  await world.send(["b@behind.example"]);
  await world.clock.advance(SECOND);
  const waiting = await world.queue.list(undefined, 0, 10);
  assert.deepEqual(
    waiting.flatMap(({ recipients }) => recipients.map(({ reply }) => reply?.enhanced)),
    ["4.3.2", "4.4.0"],
  );
  world.behaviours.delete("busy");
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual([world.count("a@told.example"), world.count("b@behind.example")], [1, 1]);
  assert.deepEqual(await world.inbox(), []);
});

test("what a host took is settled before others are asked: they go to the next host at the next attempt", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("two.example", routeTo("half", "well"));
  world.behaviours.set(
    "half",
    saying((one) => (one.startsWith("a@") ? answer("accepted", 250) : answer("temporary", 451, "4.3.0"))),
  );
  world.start();
  await world.send(["a@two.example", "b@two.example"]);
  await world.clock.advance(SECOND);
  assert.deepEqual([world.count("a@two.example"), world.count("b@two.example")], [1, 0]);
  await world.clock.advance(7 * MINUTE);
  assert.deepEqual([world.count("a@two.example"), world.count("b@two.example")], [1, 1]);
  assert.equal(asked(world, "well a@two.example b@two.example"), 0);
});

test("what is uncertain, greylisted, or asks for less is not taken to the next host at once", async () => {
  for (const outcome of [
    answer("uncertain", 451, "4.4.2"),
    answer("temporary", 451, "4.7.1"),
    answer("temporary", 421, "4.3.2"),
    answer("temporary", 450, "4.7.28"),
  ]) {
    await using world = await QueueWorld.open();
    world.routes.set("two.example", routeTo("first", "second"));
    world.behaviours.set(
      "first",
      saying(() => outcome),
    );
    world.start();
    await world.send(["a@two.example"]);
    await world.clock.advance(5 * SECOND);
    assert.deepEqual([asked(world, "first"), asked(world, "second")], [1, 0], outcome.reply.enhanced);
  }
});

test("a next host that says nothing leaves what the first one said", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("two.example", routeTo("ill", "dead"));
  world.behaviours.set(
    "ill",
    saying(() => answer("temporary", 451, "4.3.0")),
  );
  world.behaviours.set("dead", () => world.silentFor(30 * SECOND));
  world.start();
  await world.send(["a@two.example"]);
  await world.clock.advance(MINUTE);
  const [item] = await world.queue.list(undefined, 0, 1);
  assert.deepEqual(
    item?.recipients.map(({ reply }) => reply?.enhanced),
    ["4.3.0"],
  );
  assert.equal(item?.destinationReply, undefined);
});

test("mail waits for a place at a host that takes it, instead of going to a less preferred one", async () => {
  await using world = await QueueWorld.open({ limits: { perHost: 2 } });
  for (let n = 0; n < 12; n++) world.routes.set(`d${n}.example`, routeTo("preferred", "backup"));
  world.behaviours.set("preferred", (to) => world.takeAfter(to, 1500));
  world.start();
  for (let n = 0; n < 12; n++) await world.send([`r@d${n}.example`]);
  await world.clock.advance(30 * SECOND);
  assert.deepEqual([world.taken.length, asked(world, "preferred"), asked(world, "backup")], [12, 12, 0]);
});

test("a message that one host cannot have waits for the next alone, and no other mail with it", async () => {
  const tooLarge = { ...answer("permanent", 552, "5.3.4").reply, code: undefined };
  for (const [why, second, order] of [
    ["dead", (world: QueueWorld) => world.silentFor(30 * SECOND), ["small", "other"]],
    ["dead", (world: QueueWorld) => world.silentFor(30 * SECOND), ["other", "small"]],
    [
      "asks for less",
      () => ({ kind: "unreached", reply: answer("temporary", 421, "4.7.0").reply }),
      ["small", "other"],
    ],
    ["full", (world: QueueWorld) => world.silentFor(20 * MINUTE), ["small", "other"]],
  ] as const satisfies readonly (readonly [
    string,
    (world: QueueWorld) => ReturnType<Behaviour>,
    readonly string[],
  ])[]) {
    await using world = await QueueWorld.open({ limits: { perHost: 1 } });
    for (const domain of ["a.example", "b.example"]) world.routes.set(domain, routeTo(...order));
    world.behaviours.set("small", (to) =>
      to[0]?.startsWith("large") === true ? { kind: "unfit", reply: tooLarge } : world.takeAfter(to, 50),
    );
    world.behaviours.set("other", () => second(world));
    world.start();
    for (const one of ["ok@a.example", "large1@a.example", "large2@b.example"]) {
      await world.send([one]);
      await world.clock.advance(MINUTE);
    }
    for (let n = 0; n < 20; n++) {
      await world.send([`bob${n}@a.example`], { account: BOB });
      await world.clock.advance(MINUTE);
      assert.equal(world.count(`bob${n}@a.example`), 1, `${why}, message ${n}`);
    }
    const waiting = await world.queue.list(undefined, 0, 10);
    assert.deepEqual(
      waiting.map(({ destinationReply, recipients }) => [destinationReply, recipients[0]?.reply?.enhanced]),
      [
        [undefined, "4.3.4"],
        [undefined, "4.3.4"],
      ],
      `${why}: the sender hears what he can mend`,
    );
  }
});

test("hosts that refuse whoever we are, with a dead one behind them, are no way: the destination rests", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("a.example", routeTo("refuses", "dead"));
  world.behaviours.set("refuses", () => ({ kind: "unfit", reply: answer("permanent", 554, "5.7.1").reply }));
  world.behaviours.set("dead", () => world.silentFor(SECOND));
  world.start();
  await world.send(["one@a.example"]);
  await world.clock.advance(MINUTE);
  const [item] = await world.queue.list(undefined, 0, 1);
  assert.equal(item?.destinationReply?.enhanced, "4.4.1");
});

test("a silent host holds up only the first messages, is asked again soon, and comes first again when it is back", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("d.example", routeTo("dead", "backup"));
  world.behaviours.set("dead", () => world.silentFor(30 * SECOND));
  world.start();
  for (let n = 0; n < 100; n++) await world.send([`r${n}@d.example`]);
  await world.clock.advance(45 * SECOND);
  assert.equal(world.taken.length, 100);
  const before = asked(world, "dead");
  assert.ok(before <= 10, `${before} messages waited for it`);
  await world.clock.advance(2 * MINUTE);
  for (let n = 0; n < 20; n++) await world.send([`s${n}@d.example`]);
  await world.clock.advance(SECOND);
  assert.equal(asked(world, "dead"), before + 1, "one asks");
  world.behaviours.delete("dead");
  await world.clock.advance(6 * MINUTE);
  await world.send(["back@d.example"]);
  await world.clock.advance(SECOND);
  await world.send(["next@d.example"]);
  await world.clock.advance(SECOND);
  assert.deepEqual(
    ["back", "next"].map((name) => world.attempts.get(`dead ${name}@d.example`)),
    [1, 1],
  );
  assert.equal(world.taken.length, 122);
});

test("a silent host that is the only one, or the only one left, is asked all the same", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("two.example", routeTo("dead", "backup"));
  world.routes.set("one.example", routeTo("dead"));
  let isBack = false;
  world.behaviours.set("dead", (to) => (isBack ? world.takeAfter(to, 10) : world.silentFor(10 * SECOND)));
  world.start();
  await world.send(["a@two.example"]);
  await world.clock.advance(15 * SECOND);
  assert.equal(world.count("a@two.example"), 1);
  isBack = true;
  world.behaviours.set("backup", () => world.silentFor(SECOND));
  await world.send(["b@one.example"]);
  await world.clock.advance(SECOND);
  assert.equal(world.count("b@one.example"), 1);
  await world.send(["c@two.example"]);
  await world.clock.advance(2 * SECOND);
  assert.equal(world.count("c@two.example"), 1);
});
