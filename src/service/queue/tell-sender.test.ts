import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { StoreError } from "../../store/store-error.ts";
import { answer, nowhere, QueueWorld } from "./queue-world.fixture.ts";

const recipientsIn = (letter: string): readonly string[] =>
  [...letter.matchAll(/^Final-Recipient: rfc822; (.+)\r$/gm)].map((found) => found[1] ?? "").toSorted();

test("many destinations that refuse are one letter to the sender, and many that are silent another", async () => {
  await using world = await QueueWorld.open({ limits: { lookAgainMs: MINUTE } });
  const numbers = Array.from({ length: 20 }, (_, n) => 10 + n);
  for (const n of numbers) {
    world.routes.set(`no${n}.example`, nowhere("permanent", 556, "5.1.10"));
    world.behaviours.set(`mx.dead${n}.example`, () => world.silentFor(n * SECOND));
  }
  world.start();
  const [refusing, silent] = ["no", "dead"].map((kind) => numbers.map((n) => `x@${kind}${n}.example`));
  assert.ok(refusing && silent);
  await world.send([...refusing, ...silent]);
  await world.clock.advance(3 * MINUTE);
  assert.deepEqual((await world.inbox()).map(recipientsIn), [refusing]);
  await world.clock.advance(4 * HOUR);
  assert.deepEqual((await world.inbox()).map(recipientsIn), [refusing, silent]);
  await world.clock.advance(4 * HOUR);
  assert.equal((await world.inbox()).length, 2, "that it takes long is told once");
});

test("the only recipient's refusal is told at the next look", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("no.example", nowhere("permanent", 556, "5.1.10"));
  world.start();
  await world.send(["x@no.example"]);
  await world.clock.advance(11 * SECOND);
  assert.equal((await world.inbox()).length, 1);
});

test("a stop between letter and queue makes no second letter, and what was refused since has its own", async () => {
  let isBroken = true;
  await using world = await QueueWorld.open({
    wrap: (queue) => ({
      ...queue,
      [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
      reported: async (report) => {
        if (isBroken) throw new StoreError("io", "a step");
        await queue.reported(report);
      },
    }),
  });
  for (const kind of ["one", "two", "late"]) {
    world.behaviours.set(`mx.${kind}.example`, (to, attempt) => ({
      kind: "answered",
      outcomes: to.map(() => answer(kind === "late" && attempt === 1 ? "temporary" : "permanent", 550, "5.1.1")),
      dsnPassedOn: true,
    }));
  }
  world.start();
  await world.send(["x@one.example", "x@two.example", "x@late.example"]);
  await world.clock.advance(MINUTE);
  const both = ["x@one.example", "x@two.example"];
  assert.deepEqual((await world.inbox()).map(recipientsIn), [both]);
  await world.stop();
  world.start();
  await world.clock.advance(0);
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual((await world.inbox()).map(recipientsIn), [both, ["x@late.example"]]);
  isBroken = false;
  await world.clock.advance(5 * MINUTE);
  assert.equal((await world.inbox()).length, 2);
  assert.equal((await world.queue.sums()).messages, 0);
});
