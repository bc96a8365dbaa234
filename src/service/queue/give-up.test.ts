import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { ALICE } from "../../store/contract/outbound-samples.ts";
import { answer, failing, QueueWorld } from "./queue-world.fixture.ts";

const ends = async (world: QueueWorld): Promise<readonly string[]> =>
  (await world.queue.records(ALICE, 0)).map(({ recipient, end }) => `${recipient} ${end}`).toSorted();

test("what came to its end while nobody was there to send it is sent before it is given up", async () => {
  await using world = await QueueWorld.open({ limits: { lookAgainMs: MINUTE } });
  await world.send(["one@a.example"]);
  await world.send(["own@a.example"], { account: undefined });
  await world.send(["dead@dead.example"]);
  world.behaviours.set("mx.dead.example", () => world.silentFor(SECOND));
  await world.clock.advance(5 * DAY + MINUTE);
  world.start();
  await world.clock.advance(0);
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual(await ends(world), ["one@a.example delivered"]);
  assert.equal(world.count("own@a.example"), 1);
  assert.ok((await world.inbox()).every((text) => text.includes("Action: delayed")));
  await world.clock.advance(DAY);
  assert.deepEqual(await ends(world), ["dead@dead.example expired", "one@a.example delivered"]);
  assert.ok((world.attempts.get("mx.dead.example dead@dead.example") ?? 0) > 5);
  assert.equal((await world.queue.sums()).messages, 0);
});

test("what was tried until its end is given up though its end came during a short stop", async () => {
  await using world = await QueueWorld.open({ limits: { lookAgainMs: MINUTE } });
  const wait = answer("temporary", 451, "4.3.0");
  world.behaviours.set("mx.ill.example", (to) => ({
    kind: "answered",
    outcomes: to.map(() => wait),
    dsnPassedOn: true,
  }));
  world.start();
  await world.send(["one@ill.example"]);
  await world.clock.advance(5 * DAY - HOUR);
  await world.stop();
  await world.clock.advance(2 * HOUR);
  const tries = world.attempts.get("mx.ill.example one@ill.example");
  world.start();
  await world.clock.advance(0);
  await world.clock.advance(MINUTE);
  assert.deepEqual(await ends(world), ["one@ill.example expired"]);
  assert.equal(world.attempts.get("mx.ill.example one@ill.example"), tries);
});

test("what was tried only before a long outage is tried once more; after ten days nothing is", async () => {
  for (const [days, end] of [
    [6, "delivered"],
    [11, "expired"],
  ] as const) {
    await using world = await QueueWorld.open({ limits: { lookAgainMs: MINUTE } });
    world.behaviours.set("mx.a.example", (to) => ({
      kind: "answered",
      outcomes: to.map(() => answer("temporary", 451, "4.3.0")),
      dsnPassedOn: true,
    }));
    world.start();
    await world.send(["one@a.example"]);
    await world.clock.advance(MINUTE);
    await world.stop();
    world.behaviours.delete("mx.a.example");
    await world.clock.advance(days * DAY);
    world.start();
    await world.clock.advance(0);
    await world.clock.advance(2 * MINUTE);
    assert.deepEqual(await ends(world), [`one@a.example ${end}`]);
  }
});

test("a stop at any step of it leaves nothing behind, whoever submitted it", async () => {
  for (const method of ["claimExpired", "holdClaimed", "putBack", "release", "settle"] as const) {
    let isDying = true;
    await using world = await QueueWorld.open({
      limits: { lookAgainMs: MINUTE },
      calls: failing(method, "closed", () => isDying),
    });
    await world.send(["one@a.example"]);
    await world.send(["own@a.example"], { account: undefined });
    await world.clock.advance(5 * DAY + MINUTE);
    world.start();
    await world.clock.advance(0);
    await world.stop();
    isDying = false;
    world.start();
    await world.clock.advance(0);
    await world.clock.advance(6 * MINUTE);
    assert.deepEqual([world.count("one@a.example"), world.count("own@a.example")], [1, 1], method);
    assert.equal((await world.queue.sums()).messages, 0, method);
  }
});
