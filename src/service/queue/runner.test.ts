import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE, pause, SECOND } from "../../host/clock.ts";
import { ALICE, BOB, outbound } from "../../store/contract/outbound-samples.ts";
import { inMemory } from "../../store/contract/samples.ts";
import { StoreError } from "../../store/store-error.ts";
import { answer, failing, nowhere, QueueWorld, routeTo } from "./queue-world.fixture.ts";

const names = (world: QueueWorld): readonly string[] => world.events.map(([name]) => name);

test("a message reaches each recipient once and leaves the queue; the record of it stays", async () => {
  await using world = await QueueWorld.open();
  world.start();
  await world.send(["one@a.example", "two@a.example", "three@b.example"]);
  await world.clock.advance(SECOND);
  assert.deepEqual(world.taken.map(({ recipient }) => recipient).toSorted(), [
    "one@a.example",
    "three@b.example",
    "two@a.example",
  ]);
  assert.equal((await world.queue.sums()).messages, 0);
  assert.deepEqual(
    (await world.queue.records(ALICE, 0)).map(({ end }) => end),
    ["delivered", "delivered", "delivered"],
  );
  assert.deepEqual(await world.inbox(), []);
});

test("a runner takes over at once what one that died had in hand", async () => {
  await using world = await QueueWorld.open();
  await world.send(["one@a.example"]);
  const now = world.clock.now();
  const claim = { now, until: now + 5 * MINUTE, standing: "new", except: new Set<string>(), most: 1 } as const;
  assert.equal((await world.queue.claim(claim))?.works.length, 1);
  world.start();
  await world.clock.advance(0);
  await world.clock.advance(SECOND);
  assert.equal(world.count("one@a.example"), 1);
  assert.equal((await world.queue.sums()).messages, 0);
});

test("the next host is tried when one is not reached; a host that cannot have the message at all is passed over", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("a.example", routeTo("mx1", "mx2", "mx3"));
  world.behaviours.set("mx1", () => world.silentFor(1000));
  world.behaviours.set("mx2", () => ({ kind: "unfit", reply: answer("permanent", 550, "5.6.3").reply }));
  world.start();
  await world.send(["one@a.example"]);
  await world.clock.advance(2 * SECOND);
  assert.equal(world.count("one@a.example"), 1);
  world.routes.set("b.example", routeTo("mx2"));
  await world.send(["two@b.example"]);
  await world.clock.advance(20 * SECOND);
  assert.match((await world.inbox())[0] ?? "", /Status: 5\.6\.3/);
});

test("F5: a refusal comes back to the sender as a report with the other side's words, once", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.a.example", (to) => ({
    kind: "answered",
    outcomes: to.map((one) => (one.startsWith("bad") ? answer("permanent", 550, "5.1.1") : answer("accepted", 250))),
    dsnPassedOn: true,
  }));
  world.start();
  await world.send(["bad@a.example", "good@a.example"], { envid: "my+2Bid", sender: "alias@example.org" });
  await world.clock.advance(MINUTE);
  const inbox = await world.inbox();
  assert.equal(inbox.length, 1);
  const [report = ""] = inbox;
  for (const line of [
    "To: <alias@example.org>",
    "Original-Envelope-Id: my+id",
    "Final-Recipient: rfc822; bad@a.example",
    "Action: failed",
    "Status: 5.1.1",
    "Remote-MTA: dns; mx.example.net",
    "Diagnostic-Code: smtp; 550 5.1.1 as told",
    "Subject: secret",
  ])
    assert.ok(report.includes(`${line}\r\n`), line);
  assert.equal(report.includes("\r\nbody\r\n"), false, "only the header comes back unless all was asked for");
  assert.equal(report.includes("good@a.example"), false);
  assert.equal(report.includes("alice@"), false, "A6: an alias never shows its primary");
  assert.equal((await world.queue.sums()).messages, 0);
});

test("nobody hears of what came from the null path, and of what NOTIFY says NEVER to", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("a.example", nowhere("permanent", 556, "5.1.10"));
  world.start();
  await world.send(["one@a.example"], { sender: "" });
  const never = { success: false, failure: false, delay: false };
  await world.send([{ address: "two@a.example", notify: never, orcpt: undefined }]);
  await world.send(["three@a.example"], { account: undefined });
  await world.clock.advance(MINUTE);
  assert.equal((await world.queue.sums()).messages, 0);
  assert.deepEqual(await world.inbox(), []);
});

test("success is told where it was asked for, and the next host will not tell it", async () => {
  await using world = await QueueWorld.open();
  const success = { success: true, failure: true, delay: true };
  const accepted = (dsnPassedOn: boolean) => (to: readonly string[]) =>
    ({ kind: "answered", outcomes: to.map(() => answer("accepted", 250)), dsnPassedOn }) as const;
  world.behaviours.set("mx.old.example", accepted(false));
  world.behaviours.set("mx.new.example", accepted(true));
  world.start();
  for (const address of ["one@old.example", "two@new.example"])
    await world.send([{ address, notify: success, orcpt: `rfc822;${address}` }], { account: BOB });
  await world.clock.advance(MINUTE);
  const inbox = await world.inbox(BOB);
  assert.equal(inbox.length, 1);
  assert.match(inbox[0] ?? "", /Original-Recipient: rfc822; one@old\.example\r\n(?:.*\r\n)*Action: relayed/);
  assert.match(inbox[0] ?? "", /Leveransrapport/);
});

test("what waits is told after four hours, once, and given up after five days", async () => {
  await using world = await QueueWorld.open({ limits: { lookAgainMs: MINUTE } });
  world.behaviours.set("mx.dead.example", () => world.silentFor(30_000));
  world.start();
  await world.send(["one@dead.example"]);
  await world.clock.advance(4 * HOUR - MINUTE);
  assert.equal((await world.inbox()).length, 0);
  await world.clock.advance(2 * MINUTE);
  const [delay = ""] = await world.inbox();
  assert.match(delay, /Action: delayed/);
  assert.match(delay, /Will-Retry-Until: Sat, 6 Jun 2026 12:00:00 \+0000/);
  await world.clock.advance(5 * DAY - 4 * HOUR - 2 * MINUTE);
  assert.equal((await world.inbox()).length, 1);
  await world.clock.advance(4 * MINUTE);
  const inbox = await world.inbox();
  assert.equal(inbox.length, 2);
  assert.match(inbox[1] ?? "", /Action: failed\r\nStatus: 4\.4\.1/);
  assert.deepEqual(
    (await world.queue.records(ALICE, 0)).map(({ end }) => end),
    ["expired"],
  );
  const tries = world.attempts.get("mx.dead.example one@dead.example") ?? 0;
  assert.ok(tries > 25 && tries < 60, String(tries));
});

test("A8: a paused account's mail waits, and goes when it may send again; after ten days it comes back", async () => {
  await using world = await QueueWorld.open({ limits: { lookAgainMs: MINUTE } });
  await world.directory.setState(ALICE, "paused");
  world.start();
  await world.send(["one@a.example"]);
  await world.send(["bob@a.example"], { account: BOB });
  await world.clock.advance(HOUR);
  assert.deepEqual([world.count("one@a.example"), world.count("bob@a.example")], [0, 1]);
  assert.equal((await world.queue.sums()).held, 1);
  await world.directory.setState(ALICE, "active");
  await world.clock.advance(6 * MINUTE);
  assert.equal(world.count("one@a.example"), 1);
  await world.directory.setState(ALICE, "paused");
  await world.send(["two@a.example"]);
  await world.clock.advance(9 * DAY);
  assert.equal((await world.inbox()).length, 0);
  await world.clock.advance(DAY);
  assert.match((await world.inbox())[0] ?? "", /kept back/);
  assert.equal((await world.queue.sums()).messages, 0);
});

test("greylisting costs one more attempt some minutes later, and holds up nothing else there", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.grey.example", (to, attempt) => ({
    kind: "answered",
    outcomes: to.map(() => (attempt > 1 ? answer("accepted", 250) : answer("temporary", 451, "4.7.1"))),
    dsnPassedOn: true,
  }));
  world.start();
  await world.send(["one@grey.example"]);
  await world.clock.advance(MINUTE);
  assert.equal(world.count("one@grey.example"), 0);
  await world.clock.advance(6 * MINUTE);
  assert.equal(world.count("one@grey.example"), 1);
});

test("a host that asks for less gets less, whatever domain it is asked for", async () => {
  await using world = await QueueWorld.open();
  let isAngry = true;
  for (let n = 0; n < 20; n++) world.routes.set(`d${n}.example`, routeTo("mx.big.example"));
  world.behaviours.set("mx.big.example", (to) => {
    if (!isAngry) return world.takeAfter(to, 10);
    return { kind: "answered", outcomes: to.map(() => answer("temporary", 421, "4.7.0")), dsnPassedOn: true };
  });
  world.start();
  for (let n = 0; n < 20; n++) await world.send([`r@d${n}.example`]);
  await world.clock.advance(50 * SECOND);
  const tried = [...world.attempts.values()].reduce((sum, one) => sum + one, 0);
  assert.ok(tried <= 10, `${tried} attempts, no more than were open at once`);
  assert.equal(names(world).filter((name) => name === "queue.slowed").length, 1);
  isAngry = false;
  await world.clock.advance(20 * MINUTE);
  assert.equal(world.taken.length, 20);
});

test("what throws while a message is handed over leads to another attempt; what is uncertain too", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.a.example", (to, attempt) => {
    if (attempt === 1) throw new StoreError("io", "a step");
    if (attempt === 2) return { kind: "answered", outcomes: to.map(() => answer("uncertain", 451)), dsnPassedOn: true };
    return world.takeAfter(to, 10);
  });
  world.start();
  await world.send(["one@a.example"]);
  await world.clock.advance(HOUR);
  assert.equal(world.count("one@a.example"), 1);
  assert.ok(names(world).includes("queue.broken"));
});

test("a store that fails at any step loses nothing, and sends nothing twice", async () => {
  for (const method of [
    "claim",
    "settle",
    "content",
    "reports",
    "reported",
    "well",
    "late",
    "claimExpired",
    "renew",
  ] as const) {
    let failures = 3;
    await using world = await QueueWorld.open({
      limits: { lookAgainMs: MINUTE },
      calls: failing(method, "busy", () => failures-- > 0),
    });
    world.routes.set("bad.example", nowhere("permanent", 556, "5.1.10"));
    world.start();
    for (let n = 0; n < 5; n++) await world.send([`r${n}@a.example`, `r${n}@bad.example`]);
    await world.clock.advance(2 * HOUR);
    for (let n = 0; n < 5; n++) assert.equal(world.count(`r${n}@a.example`), 1, method);
    assert.equal((await world.inbox()).length, 5, method);
    assert.equal((await world.queue.sums()).messages, 0, method);
  }
});

test("a runner that dies leaves its claims; the next one repeats them and loses nothing", async () => {
  await using world = await QueueWorld.open();
  world.start();
  for (let n = 0; n < 30; n++) await world.send([`r${n}@a.example`]);
  const claimed = await world.queue.claim({
    now: world.clock.now(),
    until: world.clock.now() + 5 * MINUTE,
    standing: "new",
    except: new Set(),
    most: 10,
  });
  const inDeadHands = claimed?.works.length ?? 0;
  await world.clock.advance(MINUTE);
  await world.stop();
  assert.equal(world.taken.length, 30 - inDeadHands);
  world.start();
  await world.clock.advance(0);
  await world.clock.advance(6 * MINUTE);
  assert.equal(world.taken.length, 30);
  for (let n = 0; n < 30; n++) assert.equal(world.count(`r${n}@a.example`), 1);
});

test("a report waits for the sender's store, and comes once", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("a.example", nowhere("permanent", 556, "5.1.10"));
  world.mail.fail(ALICE, "busy");
  world.start();
  await world.send(["one@a.example"], { ret: "FULL" });
  await world.clock.advance(5 * MINUTE);
  world.mail.heal();
  assert.equal((await world.queue.sums()).messages, 1);
  await world.clock.advance(5 * MINUTE);
  const inbox = await world.inbox();
  assert.equal(inbox.length, 1);
  assert.ok(inbox[0]?.includes("\r\nbody\r\n"), "the whole message, as was asked for");
  assert.equal((await world.queue.sums()).messages, 0);
});

test("telling many senders that it takes long holds up nobody's mail", async () => {
  await using world: QueueWorld = await QueueWorld.open({
    calls: (queue) => ({
      noteLate: async (...given) => {
        await pause(world.clock, 100);
        await queue.noteLate(...given);
      },
    }),
  });
  world.behaviours.set("mx.dead.example", () => world.silentFor(1000));
  world.start();
  for (let n = 0; n < 100; n++) await world.send([`r${n}@dead.example`]);
  await world.clock.advance(4 * HOUR - SECOND);
  for (let n = 0; n < 30; n++) {
    await world.send([`live${n}@a.example`], { account: BOB });
    await world.clock.advance(500);
    assert.equal(world.count(`live${n}@a.example`), 1, `after ${n * 500} ms`);
  }
  await world.clock.advance(MINUTE);
  assert.equal((await world.inbox()).length, 100);
});

/** To the queue as it is, without a word to the runner. */
async function put(world: QueueWorld, name: string, domain: string): Promise<void> {
  const now = world.clock.now();
  await world.queue.add(
    outbound({ submittedAt: now, sender: "" }),
    [{ address: `${name}@${domain}`, destination: domain, notify: undefined, orcpt: undefined }],
    { dueAt: now, deadline: now + 5 * DAY, delayAt: now + DAY },
    inMemory(new Uint8Array(10)),
  );
}

/** Hosts that have much to take and fall silent in the midst of it: as many as have all places of what goes quickly. */
async function freeze(world: QueueWorld): Promise<void> {
  let isFrozen = false;
  const domains = Array.from({ length: 5 }, (_, n) => `freezes${n}.example`);
  for (const domain of domains)
    world.behaviours.set(`mx.${domain}`, (to) => (isFrozen ? world.silentFor(5 * MINUTE) : world.takeAfter(to, 500)));
  for (const domain of domains) await world.send([`first@${domain}`], { account: BOB });
  await world.clock.advance(SECOND);
  for (const domain of domains) for (let n = 0; n < 120; n++) await put(world, `r${n}`, domain);
  world.runner.wake();
  await world.clock.advance(2 * SECOND);
  isFrozen = true;
  await world.clock.advance(5 * SECOND);
}

/** The mean time from submission to acceptance of 200 live messages, in ms. */
async function liveTime(troubles: boolean): Promise<number> {
  await using world = await QueueWorld.open();
  world.start();
  for (let n = 0; n < 20; n++) await world.send([`first@live${n}.example`], { account: BOB });
  await world.clock.advance(SECOND);
  if (troubles) {
    await freeze(world);
    for (let n = 0; n < 1500; n++) {
      const kind = ["dead", "slow", "grey", "refuse", "one-dead"][n % 5] ?? "";
      const domain = kind === "one-dead" ? "one-dead.example" : `${kind}${n}.example`;
      const outcome = answer(
        kind === "grey" ? "temporary" : "permanent",
        kind === "grey" ? 451 : 550,
        kind === "grey" ? "4.7.1" : "5.1.1",
      );
      if (kind.endsWith("dead")) world.behaviours.set(`mx.${domain}`, () => world.silentFor(30_000));
      else if (kind === "slow") world.behaviours.set(`mx.${domain}`, (to) => world.takeAfter(to, 20_000));
      else
        world.behaviours.set(`mx.${domain}`, (to) => ({
          kind: "answered",
          outcomes: to.map(() => outcome),
          dsnPassedOn: true,
        }));
      await put(world, `r${n}`, domain);
    }
    world.runner.wake();
  }
  const sent = new Map<string, number>();
  for (let n = 0; n < 200; n++) {
    const recipient = `r${n}@live${n % 20}.example`;
    sent.set(recipient, world.clock.now());
    await world.send([recipient], { account: BOB });
    await world.clock.advance(100);
  }
  await world.clock.advance(10 * SECOND);
  const times = [...sent].map(([recipient, at]) => {
    const taken = world.taken.filter((one) => one.recipient === recipient);
    assert.equal(taken.length, 1, recipient);
    return (taken[0]?.at ?? 0) - at;
  });
  return times.reduce((sum, one) => sum + one, 0) / times.length;
}

test("dead, slow, freezing, greylisting and refusing destinations hold up live ones by less than a tenth", async () => {
  const [alone, beside] = [await liveTime(false), await liveTime(true)];
  assert.ok(beside < alone * 1.1, `${alone} ms alone, ${beside} ms beside them`);
});
