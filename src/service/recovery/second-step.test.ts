import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { HOUR } from "../../host/clock.ts";
import { ELSEWHERE, PASSWORD, RecoveryWorld } from "./recovery-world.fixture.ts";
import { createSecondSteps, type SecondSteps, stepLimits } from "./second-step.ts";

const STEP_MS = 30_000;

/** What an authenticator app shows. */
const codeAt = (secret: string, timestamp: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp });

type On = { readonly steps: SecondSteps; readonly secret: string; readonly codes: readonly string[] };

async function turnedOn(world: RecoveryWorld): Promise<On> {
  const steps = createSecondSteps(world.parts, "example.org");
  const { secret } = steps.propose(world.ada);
  const code = codeAt(secret, world.clock.now());
  const outcome = await steps.turnOn(world.ada.id, { password: PASSWORD, code, secret, session: "here" });
  assert.ok(outcome.kind === "codes");
  return { steps, secret, codes: outcome.codes };
}

test("a second step is turned on with a code of the app; mail programs and other sessions come in anew", async () => {
  await using world = await RecoveryWorld.open();
  await world.withRecovery();
  const { steps, secret, codes } = await turnedOn(world);
  assert.equal(codes.length, 10);
  assert.deepEqual(await steps.state(world.ada.id), { on: true, codesLeft: 10 });
  assert.deepEqual([...world.sessions.keys()], ["here"]);
  assert.deepEqual(world.revoked, ["ada end"]);
  assert.deepEqual(world.heard(), { here: ["second-step-changed"], elsewhere: [`second-step-changed ${ELSEWHERE}`] });
  const code = codeAt(secret, world.clock.now());
  assert.equal(await steps.check(world.ada.id, code), "wrong", "the code that turned it on is used up");
  const again = await steps.turnOn(world.ada.id, { password: PASSWORD, code, secret, session: "here" });
  assert.ok(again.kind === "refused" && again.reason === "state");
});

test("what is wrong with password, code or secret turns nothing on", async () => {
  await using world = await RecoveryWorld.open();
  const steps = createSecondSteps(world.parts, "example.org");
  const { secret, uri } = steps.propose(world.ada);
  assert.ok(uri.includes(secret));
  const code = codeAt(secret, world.clock.now());
  const right = { password: PASSWORD, code, secret, session: "here" };
  for (const [wrong, because] of [
    [{ password: "wrong horse" }, "wrong-password"],
    [{ code: codeAt(secret, world.clock.now() + 10 * STEP_MS) }, "wrong-code"],
    [{ code: "" }, "wrong-code"],
    [{ secret: "" }, "invalid"],
    [{ secret: `${secret}=`.repeat(1000) }, "invalid"],
  ] as const) {
    const outcome = await steps.turnOn(world.ada.id, { ...right, ...wrong });
    assert.equal(outcome.kind === "refused" ? outcome.reason : "on", because);
  }
  assert.deepEqual(await steps.state(world.ada.id), { on: false, codesLeft: 0 });
  assert.equal(await steps.check(world.ada.id, "anything"), "right", "nothing is due");
  assert.deepEqual(world.heard().here, []);
});

test("each code of the time and each recovery code opens once", async () => {
  await using world = await RecoveryWorld.open();
  const { steps, secret, codes } = await turnedOn(world);
  const { id } = world.ada;
  await world.clock.advance(2 * STEP_MS);
  const [before, now] = [codeAt(secret, world.clock.now() - STEP_MS), codeAt(secret, world.clock.now())];
  assert.equal(await steps.check(id, now), "right");
  assert.equal(await steps.check(id, now), "wrong");
  assert.equal(await steps.check(id, before), "wrong", "an earlier one is used up with it");
  const [first = "", second = ""] = codes;
  assert.equal(await steps.check(id, ` ${first.toUpperCase()} `), "right");
  assert.equal(await steps.check(id, first), "wrong");
  assert.equal(await steps.check(id, second), "right");
  assert.deepEqual(await steps.state(id), { on: true, codesLeft: 8 });
});

test("who guesses codes is held back for the hour, the holder is told once, and a recovery code opens at all times", async () => {
  await using world = await RecoveryWorld.open();
  await world.withRecovery();
  const { steps, secret, codes } = await turnedOn(world);
  const { id } = world.ada;
  const guesses = Array.from({ length: 100 }, () => steps.check(id, "000000"));
  const verdicts = await Promise.all(guesses);
  assert.equal(verdicts.filter((verdict) => verdict !== "wait").length, stepLimits.tries);
  await world.clock.advance(2 * STEP_MS);
  assert.equal(await steps.check(id, codeAt(secret, world.clock.now())), "wait");
  assert.equal(await steps.check(id, codes[0] ?? ""), "right");
  const isTold = (kind: string): boolean => kind.startsWith("codes-tried");
  assert.deepEqual(world.heard().here.filter(isTold), ["codes-tried"]);
  assert.deepEqual(world.heard().elsewhere.filter(isTold), [`codes-tried ${ELSEWHERE}`]);
  await world.clock.advance(HOUR);
  assert.equal(await steps.check(id, codeAt(secret, world.clock.now())), "right");
});

test("it is turned off, and its codes made anew, with password and code", async () => {
  await using world = await RecoveryWorld.open();
  const { steps, secret, codes } = await turnedOn(world);
  const { id } = world.ada;
  await world.clock.advance(2 * STEP_MS);
  const code = codeAt(secret, world.clock.now());
  const proof = { password: PASSWORD, code, session: "here" };
  const reason = (outcome: Awaited<ReturnType<SecondSteps["turnOff"]>>): string =>
    outcome.kind === "refused" ? outcome.reason : outcome.kind;
  assert.equal(reason(await steps.turnOff(id, { ...proof, password: "wrong horse" })), "wrong-password");
  assert.equal(reason(await steps.turnOff(id, { ...proof, code: "000000" })), "wrong-code");
  const made = await steps.newCodes(id, proof);
  assert.ok(made.kind === "codes");
  assert.equal(await steps.check(id, codes[0] ?? ""), "wrong", "the old ones are gone");
  assert.equal(reason(await steps.turnOff(id, { ...proof, code: made.codes[0] ?? "" })), "done");
  assert.deepEqual(await steps.state(id), { on: false, codesLeft: 0 });
  assert.equal((await world.directory.byId(id))?.secondStep, undefined);
  assert.equal(reason(await steps.turnOff(id, proof)), "state");
  assert.deepEqual(world.heard().here, Array(3).fill("second-step-changed"));
});
