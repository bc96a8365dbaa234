import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import { HOUR } from "../../host/clock.ts";
import type { Done, Refused } from "../accounts/accounts.ts";
import { newRecoveryCodes, recoveryMark } from "../accounts/recovery-code.ts";
import { ELSEWHERE, RecoveryWorld } from "./recovery-world.fixture.ts";
import { createPasswordReset, type PasswordReset, type ResetWish } from "./reset.ts";

const NEW = "battery staple";
const WISH: ResetWish = { password: NEW, keepAppPasswords: false, code: "" };
const reason = (outcome: Done | Refused): string => (outcome.kind === "refused" ? outcome.reason : "done");

/** Asks, and waits until what is done afterwards is done. */
async function ask(reset: PasswordReset, ...names: readonly string[]): Promise<void> {
  for (const name of names) reset.ask(name);
  for (let round = 0; round < 20; round++) await turns(20);
}

test("A4: a lost password is set anew by a link to the recovery address; all sessions and app passwords end", async () => {
  await using world = await RecoveryWorld.open();
  await world.withRecovery();
  await using reset = createPasswordReset(world.parts);
  await ask(reset, " Ada@Example.ORG ");
  const [letter = assert.fail()] = world.letters;
  assert.deepEqual([letter.to, letter.notice.kind], [ELSEWHERE, "reset-link"]);
  const token = world.token();
  for (let times = 0; times < 2; times++) assert.deepEqual(await reset.look(token), { needsCode: false });
  assert.equal(
    reason(await reset.reset(token, { ...WISH, password: "short" })),
    "invalid",
    "and the link is good still",
  );
  assert.equal(reason(await reset.reset(token, WISH)), "done");
  assert.ok(await world.passwordIs(NEW));
  assert.deepEqual(await world.directory.appPasswords(world.ada.id), []);
  assert.deepEqual([...world.sessions], []);
  assert.deepEqual(world.revoked, ["ada end"]);
  assert.deepEqual(world.heard(), {
    here: ["password-changed"],
    elsewhere: [`reset-link ${ELSEWHERE}`, `password-changed ${ELSEWHERE}`],
  });
  assert.equal(reason(await reset.reset(token, { ...WISH, password: "yet another one" })), "link-gone");
  assert.equal(await reset.look(token), undefined);
  assert.ok(await world.passwordIs(NEW));
});

test("whose address has letters in its domain asks for it so", async () => {
  await using world = await RecoveryWorld.open({ primary: "ada@xn--bcher-kva.example" });
  await world.withRecovery();
  await using reset = createPasswordReset(world.parts);
  await ask(reset, ` Ada@${"ü.".repeat(200)}example`, "ada@bücher.example/x", " Ada@Bücher.example ");
  assert.deepEqual(
    world.letters.map(({ to }) => to),
    [ELSEWHERE],
  );
});

test("app passwords stay where the holder says so", async () => {
  await using world = await RecoveryWorld.open();
  await world.withRecovery();
  await using reset = createPasswordReset(world.parts);
  await ask(reset, "ada@example.org");
  assert.equal(reason(await reset.reset(world.token(), { ...WISH, keepAppPasswords: true })), "done");
  assert.equal((await world.directory.appPasswords(world.ada.id)).length, 1);
});

test("with a second step on a recovery code is needed, and used up by the reset alone", async () => {
  await using world = await RecoveryWorld.open();
  await world.withRecovery();
  await using reset = createPasswordReset(world.parts);
  const secret = new Uint8Array(randomBytes(20));
  const [code = "", ...more] = newRecoveryCodes();
  const codes = [code, ...more].map((each) => recoveryMark(secret, each));
  await world.credentials.setSecondStep(world.ada.id, { secret, lastStep: 0, codes });
  await ask(reset, "ada@example.org");
  const token = world.token();
  assert.deepEqual(await reset.look(token), { needsCode: true });
  for (const typed of ["", "123456", "aaaa-bbbb-cccc-dddd"])
    assert.equal(reason(await reset.reset(token, { ...WISH, code: typed })), "wrong-code");
  assert.equal(reason(await reset.reset(token, { ...WISH, code, password: "short" })), "invalid");
  assert.equal((await world.credentials.secondStep(world.ada.id))?.codes.length, 10);
  assert.equal(reason(await reset.reset(token, { ...WISH, code: code.toUpperCase() })), "done");
  assert.ok(await world.passwordIs(NEW));
  assert.equal((await world.credentials.secondStep(world.ada.id))?.codes.length, 9);
  await ask(reset, "ada@example.org");
  assert.equal(reason(await reset.reset(world.token(), { ...WISH, code })), "wrong-code", "each works once");
});

test("who asks hears the same at once, whether or not there is such an account, and none without a verified address gets mail", async () => {
  await using world = await RecoveryWorld.open();
  await world.credentials.setRecoveryAddress(world.ada.id, { address: ELSEWHERE, verified: false });
  await using reset = createPasswordReset(world.parts);
  const [known, unknown] = [reset.ask("ada@example.org"), reset.ask("nobody@example.org")];
  assert.deepEqual(
    [known, unknown],
    [undefined, undefined],
    "it is no promise, so nothing of what is done can be timed",
  );
  await ask(reset, "ada@example.org", "bob@example.org", "nobody@example.org", "", "x".repeat(100_000), "a\u0000@b");
  assert.deepEqual(world.heard(), { here: [], elsewhere: [] });
  await world.withRecovery();
  await world.directory.addAlias(world.ada.id, "pen-name@example.org");
  await ask(reset, "pen-name@example.org");
  assert.deepEqual(world.letters, [], "an alias is no name to log in by");
});

test("nobody is flooded with links, and a flood of names is bounded", async () => {
  await using world = await RecoveryWorld.open();
  await world.withRecovery();
  await using reset = createPasswordReset(world.parts);
  for (let times = 0; times < 1000; times++) reset.ask("ada@example.org");
  await ask(reset);
  assert.equal(world.letters.length, 3);
  const token = world.token();
  await world.clock.advance(HOUR);
  assert.equal(reason(await reset.reset(token, WISH)), "link-gone");
  assert.equal(reason(await reset.reset("x".repeat(1000), WISH)), "link-gone");
});

test("a store that fails while a link is made stops nothing; the next who asks gets his", async () => {
  await using world = await RecoveryWorld.open();
  await world.withRecovery();
  await using reset = createPasswordReset(world.parts);
  world.stopAfter(2);
  await ask(reset, "ada@example.org");
  assert.ok(world.heal());
  assert.deepEqual(world.letters, []);
  await ask(reset, "ada@example.org");
  assert.equal(world.letters.length, 1);
});

test("two who use the same link at once set one password", async () => {
  await using world = await RecoveryWorld.open();
  await world.withRecovery();
  await using reset = createPasswordReset(world.parts);
  await ask(reset, "ada@example.org");
  const token = world.token();
  const both = await Promise.all(
    [NEW, "another password"].map((password) => reset.reset(token, { ...WISH, password })),
  );
  assert.deepEqual(both.map(reason).toSorted(), ["done", "link-gone"]);
});

test("wherever a reset stops, no session is left beside a new password, and a new link goes on", async () => {
  for (let steps = 0; ; steps++) {
    await using world = await RecoveryWorld.open();
    await world.withRecovery();
    await using reset = createPasswordReset(world.parts);
    await ask(reset, "ada@example.org");
    world.stopAfter(steps);
    await reset.reset(world.token(), WISH).catch(() => "stopped");
    const hadFailed = world.heal();
    if (await world.passwordIs(NEW)) assert.equal(world.sessions.size, 0, `stopped after ${steps}`);
    await ask(reset, "ada@example.org");
    assert.equal(reason(await reset.reset(world.token(), WISH)), "done", `stopped after ${steps}`);
    assert.ok(await world.passwordIs(NEW));
    if (!hadFailed) break;
    assert.ok(steps < 20);
  }
});

test("an account that is being deleted has no way back", async () => {
  await using world = await RecoveryWorld.open();
  await world.withRecovery();
  await using reset = createPasswordReset(world.parts);
  await ask(reset, "ada@example.org");
  await world.directory.setState(world.ada.id, "closing");
  assert.equal(await reset.look(world.token()), undefined);
  assert.equal(reason(await reset.reset(world.token(), WISH)), "no-account");
  await ask(reset, "ada@example.org");
  assert.equal(world.letters.length, 1);
});
