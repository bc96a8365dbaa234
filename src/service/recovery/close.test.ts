import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR } from "../../host/clock.ts";
import { createAccounts } from "../accounts/manage.ts";
import { createClosingByHolder } from "./close.ts";
import { ELSEWHERE, PASSWORD, RecoveryWorld } from "./recovery-world.fixture.ts";

const noneBegan = (): never => assert.fail("nothing was confirmed");

test("D5: a holder closes the account with password, link and button; what happens when is shown before", async () => {
  await using world = await RecoveryWorld.open();
  await world.withRecovery();
  const { ada, directory, clock } = world;
  await directory.addAlias(ada.id, "lovelace@example.org");
  let began = 0;
  const closing = createClosingByHolder(world.parts, () => void began++);
  const wrong = await closing.ask(ada.id, "wrong horse");
  assert.ok(wrong.kind === "refused" && wrong.reason === "wrong-password");
  assert.equal((await closing.ask(ada.id, PASSWORD)).kind, "done");
  assert.deepEqual(world.heard(), { here: ["close-account-link"], elsewhere: [] });
  const token = world.token();
  const now = clock.now();
  const when = { at: now, doneBy: now + HOUR / 6, copiesUntil: now + HOUR / 6 + 10 * 24 * HOUR };
  for (let times = 0; times < 2; times++)
    assert.deepEqual(await closing.look(token), { primary: ada.primary, aliases: ["lovelace@example.org"], ...when });
  assert.equal((await directory.byId(ada.id))?.state, "active", "GET closes nothing");
  assert.deepEqual(await closing.confirm(token), { kind: "closing", primary: ada.primary, ...when });
  assert.equal((await directory.byId(ada.id))?.state, "closing");
  assert.deepEqual([began, world.sessions.size, world.revoked], [1, 0, ["ada end"]]);
  assert.deepEqual(world.heard().elsewhere, [`account-closing ${ELSEWHERE}`]);
  const again = await closing.confirm(token);
  assert.ok(again.kind === "refused" && again.reason === "link-gone");
});

test("a link for closing ends after an hour, is no other link, and is not mailed without end", async () => {
  await using world = await RecoveryWorld.open();
  const closing = createClosingByHolder(world.parts, noneBegan);
  for (let times = 0; times < 3; times++) assert.equal((await closing.ask(world.ada.id, PASSWORD)).kind, "done");
  const fourth = await closing.ask(world.ada.id, PASSWORD);
  assert.ok(fourth.kind === "refused" && fourth.reason === "too-many");
  const token = world.token();
  await world.clock.advance(HOUR);
  for (const each of [token, "", "x".repeat(1000)]) {
    assert.equal(await closing.look(each), undefined);
    const outcome = await closing.confirm(each);
    assert.ok(outcome.kind === "refused" && outcome.reason === "link-gone");
  }
  const other = await world.parts.links.make({ purpose: "password-reset", account: world.ada.id, payload: "" });
  assert.equal((await closing.confirm(other)).kind, "refused");
  assert.equal((await world.directory.byId(world.ada.id))?.state, "active");
});

test("D5: stopped after every step, closing goes on to its end; nobody else's account is touched", async () => {
  for (let steps = 0; ; steps++) {
    await using world = await RecoveryWorld.open();
    await world.withRecovery();
    const { ada, directory, parts } = world;
    const bob = await directory.byAddress("bob@example.org");
    const closing = createClosingByHolder(parts, () => {});
    await closing.ask(ada.id, PASSWORD);
    const token = world.token();
    world.stopAfter(steps);
    const first = await closing.confirm(token).catch(() => "stopped");
    const hadFailed = world.heal();
    if (first === "stopped" && (await directory.byId(ada.id))?.state !== "closing")
      assert.equal((await closing.confirm(token)).kind, "closing", `stopped after ${steps}`);
    assert.equal((await directory.byId(ada.id))?.state, "closing");
    const { clock, hasher, revocations, log } = parts;
    const mail = { destroy: async () => {} } as never;
    const accounts = createAccounts({ directory, mail, hasher, revocations, clock, log, domains: ["example.org"] });
    assert.equal(await accounts.finishDeletions(), 1);
    assert.equal(await directory.byId(ada.id), undefined);
    assert.equal(await world.credentials.recoveryAddress(ada.id), undefined);
    assert.deepEqual(await directory.byAddress("bob@example.org"), bob);
    assert.equal(world.heard().elsewhere.length, 1, "told once");
    const late = await closing.confirm(token);
    assert.ok(late.kind === "refused");
    if (!hadFailed) break;
    assert.ok(steps < 20);
  }
});
