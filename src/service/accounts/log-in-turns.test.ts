/** Holders who come back together, strangers who fill the line, and networks of different size. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns as loopTurns } from "../../../test/world/fake-clock.ts";
import { SECOND } from "../../host/clock.ts";
import { type Asker, createLogInTurns, type LogInTurns, type Standing, turnLimits } from "./log-in-turns.ts";

type World = {
  readonly clock: FakeClock;
  readonly turns: LogInTurns;
  /** Labels in the order of their turns; those without a turn with a mark. */
  readonly order: string[];
  readonly come: (label: string, standing: Standing, network?: string, isHurried?: boolean) => void;
  /** Ends the turn that runs, so often. */
  readonly serve: (times: number) => Promise<void>;
};

function world({ atOnce = 1, eldestEvery = 1000 }: { atOnce?: number; eldestEvery?: number } = {}): World {
  const clock = new FakeClock("2026-11-21T12:00:00Z");
  const turns = createLogInTurns({ atOnce, clock, limits: { ...turnLimits, eldestEvery } });
  const order: string[] = [];
  const running: Disposable[] = [];
  return {
    clock,
    turns,
    order,
    come(label, standing, network = label, isHurried = false) {
      const wait = async (): Promise<void> => {
        const turn = await turns.take({ network, standing: async () => standing, isHurried });
        order.push(turn === undefined ? `${label}: none` : label);
        if (turn !== undefined) running.push(turn);
      };
      void wait();
    },
    async serve(times) {
      for (let n = 0; n < times; n++) {
        await loopTurns(1);
        running.shift()?.[Symbol.dispose]();
      }
      await loopTurns(1);
    },
  };
}

test("so many are checked at one time; then who is known goes first, strangers follow, who guessed comes last", async () => {
  const { order, come, serve } = world({ atOnce: 2 });
  come("first", "suspect");
  come("second", "suspect");
  await loopTurns(1);
  for (const [label, standing] of [
    ["guesser", "suspect"],
    ["stranger", "stranger"],
    ["holder", "known"],
  ] as const)
    come(label, standing);
  await loopTurns(1);
  assert.deepEqual(order, ["first", "second"]);
  await serve(5);
  assert.deepEqual(order.slice(2), ["holder", "stranger", "guesser"]);
});

test("who need not wait is not asked where he stands", async () => {
  const { turns } = world();
  const standing = (): Promise<Standing> => assert.fail();
  const turn = await turns.take({ network: "", standing, isHurried: false });
  turn?.[Symbol.dispose]();
  assert.notEqual(await turns.take({ network: "", standing, isHurried: false }), undefined);
});

test("networks take turns: one that asks for a hundred keeps nobody of another waiting", async () => {
  const { order, come, serve } = world();
  come("running", "stranger");
  await loopTurns(1);
  for (let n = 0; n < 100; n++) come(`many ${n}`, "stranger", "many");
  for (const label of ["one", "other"]) come(label, "stranger");
  await serve(6);
  assert.deepEqual(order, ["running", "many 0", "one", "other", "many 1", "many 2", "many 3"]);
});

test("who gives up takes no turn from his network", async () => {
  const { clock, order, come, serve } = world();
  come("running", "known");
  await loopTurns(1);
  come("impatient", "known", "home", true);
  come("patient", "known", "home");
  come("other", "known");
  await loopTurns(1);
  await clock.advance(turnLimits.otherMs);
  await serve(2);
  assert.deepEqual(order, ["running", "impatient: none", "patient", "other"]);
});

test("nobody starves: now and then it is the turn of whoever has waited longest", async () => {
  const { order, come, serve } = world({ eldestEvery: 4 });
  come("running", "known");
  await loopTurns(1);
  come("guesser", "suspect");
  come("stranger", "stranger");
  for (let n = 0; n < 20; n++) come(`holder ${n}`, "known");
  await serve(12);
  assert.deepEqual([order.indexOf("guesser"), order.indexOf("stranger")], [4, 8]);
});

test("all wait for a time: who is known for minutes, others and browsers for less; then the place is free", async () => {
  const { clock, order, come, serve } = world();
  come("running", "stranger");
  await loopTurns(1);
  come("holder", "known");
  come("browser", "known", "browser", true);
  come("stranger", "stranger");
  await loopTurns(1);
  await clock.advance(turnLimits.otherMs);
  assert.deepEqual(order.slice(1), ["browser: none", "stranger: none"]);
  await clock.advance(turnLimits.knownMs - turnLimits.otherMs - 1);
  assert.equal(order.length, 3);
  await clock.advance(1);
  assert.deepEqual(order.slice(3), ["holder: none"]);
  await serve(1);
  come("later", "stranger");
  await loopTurns(1);
  assert.equal(order.at(-1), "later");
});

test("a turn that is ended twice gives one place back", async () => {
  const { turns } = world();
  const asker: Asker = { network: "", standing: async () => "known", isHurried: false };
  const first = await turns.take(asker);
  first?.[Symbol.dispose]();
  const second = await turns.take(asker);
  first?.[Symbol.dispose]();
  const seen: string[] = [];
  void turns.take(asker).then(() => seen.push("third"));
  await loopTurns(2);
  assert.deepEqual(seen, []);
  second?.[Symbol.dispose]();
  await loopTurns(1);
  assert.deepEqual(seen, ["third"]);
});

test("a standing that cannot be told takes no place", async () => {
  const { turns } = world();
  const held = await turns.take({ network: "", standing: async () => "known", isHurried: false });
  await assert.rejects(
    turns.take({ network: "", standing: () => Promise.reject(new Error("a bug")), isHurried: false }),
    /a bug/,
  );
  held?.[Symbol.dispose]();
  assert.notEqual(await turns.take({ network: "", standing: () => assert.fail(), isHurried: false }), undefined);
});

test("a thousand holders behind a thousand guessers are all checked while they wait", async () => {
  const { clock, order, come, serve } = world({ eldestEvery: turnLimits.eldestEvery });
  come("running", "known");
  await loopTurns(1);
  for (let n = 0; n < 1000; n++) come(`guess ${n}`, "suspect", `network ${n % 300}`);
  for (let n = 0; n < 1000; n++) come("holder", "known", `home ${n}`);
  for (let n = 0; n < 1200; n++) {
    await serve(1);
    if (n % 250 === 249) await clock.advance(10 * SECOND);
  }
  assert.equal(order.filter((label) => label === "holder").length, 1000);
});
