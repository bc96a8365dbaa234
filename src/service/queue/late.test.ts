import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { BOB } from "../../store/contract/outbound-samples.ts";
import { answer, QueueWorld, routeTo } from "./queue-world.fixture.ts";

const recipientsIn = (letter: string): readonly string[] =>
  [...letter.matchAll(/^Final-Recipient: rfc822; (.+)\r$/gm)].map((found) => found[1] ?? "").toSorted();

/** Of a service that begins again. */
async function afterOutage(world: QueueWorld): Promise<void> {
  await world.clock.advance(MINUTE);
  await world.stop();
  await world.clock.advance(5 * HOUR);
  world.start();
  await world.clock.advance(0);
}

test("who waited for us alone is not told that it takes long when it leaves, soon or in its turn", async () => {
  await using world = await QueueWorld.open({ limits: { perHost: 1 } });
  world.behaviours.set("mx.grey.example", (to, attempt) => ({
    kind: "answered",
    outcomes: to.map(() => (attempt > 1 ? answer("accepted", 250) : answer("temporary", 451, "4.7.1"))),
    dsnPassedOn: true,
  }));
  world.behaviours.set("mx.big.example", (to) => world.takeAfter(to, 30 * SECOND));
  world.start();
  await world.send(["one@grey.example"]);
  for (let n = 0; n < 40; n++) {
    world.routes.set(`d${n}.example`, routeTo("mx.big.example"));
    await world.send([`r@d${n}.example`]);
  }
  await afterOutage(world);
  await world.clock.advance(30 * MINUTE);
  assert.equal(world.taken.length, 41);
  assert.deepEqual(await world.inbox(), []);
});

test("whom nobody takes anything for after an outage either is told of soon, all of a message in one letter", async () => {
  await using world = await QueueWorld.open();
  for (const seconds of [5, 20, 40, 60])
    world.behaviours.set(`mx.dead${seconds}.example`, () => world.silentFor(seconds * SECOND));
  world.behaviours.set("mx.ill.example", (to) => ({
    kind: "answered",
    outcomes: to.map(() => answer("temporary", 451, "4.3.0")),
    dsnPassedOn: true,
  }));
  world.start();
  const to = ["dead5.example", "dead20.example", "dead40.example", "dead60.example", "ill.example"].map(
    (domain) => `x@${domain}`,
  );
  await world.send(to);
  await world.send(["behind@dead60.example"]);
  await afterOutage(world);
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual((await world.inbox()).map(recipientsIn), [to.toSorted(), ["behind@dead60.example"]]);
  await world.clock.advance(8 * HOUR);
  assert.equal((await world.inbox()).length, 2, "once");
});

test("what has waited for its turn as long while the service ran is told of, tried or not", async () => {
  await using world = await QueueWorld.open({ limits: { lookAgainMs: MINUTE, perDestination: 1, batch: 1 } });
  world.behaviours.set("mx.slow.example", (to) => world.takeAfter(to, 15 * MINUTE));
  world.start();
  for (let n = 10; n < 30; n++) await world.send([`r${n}@slow.example`]);
  await world.clock.advance(4 * HOUR - MINUTE);
  assert.equal((await world.inbox()).length, 0);
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual((await world.inbox()).flatMap(recipientsIn), [
    "r27@slow.example",
    "r28@slow.example",
    "r29@slow.example",
  ]);
});

test("of what an operator holds the sender hears as well; whose account may not send knows it", async () => {
  await using world = await QueueWorld.open({ limits: { lookAgainMs: MINUTE } });
  await world.send(["x@held.example"]);
  await world.queue.hold({ kind: "destination", destination: "held.example" }, "operator", 10 * DAY);
  await world.directory.setState(BOB, "paused");
  await world.send(["x@paused.example"], { account: BOB });
  world.start();
  await world.clock.advance(0);
  await world.clock.advance(5 * HOUR);
  assert.deepEqual((await world.inbox()).map(recipientsIn), [["x@held.example"]]);
  assert.deepEqual(await world.inbox(BOB), []);
});
