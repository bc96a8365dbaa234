import assert from "node:assert/strict";
import { test } from "node:test";
import type { Done, Refused } from "../accounts/accounts.ts";
import { createChangePassword } from "./change-password.ts";
import { ELSEWHERE, PASSWORD, RecoveryWorld } from "./recovery-world.fixture.ts";

const NEW = "battery staple";
const WISH = { old: PASSWORD, password: NEW, keepAppPasswords: false, session: "here" };
const reason = (outcome: Done | Refused): string => (outcome.kind === "refused" ? outcome.reason : "done");

test("D7: who knows the old password sets a new one; other sessions end, and app passwords unless they are kept", async () => {
  for (const keepAppPasswords of [false, true]) {
    await using world = await RecoveryWorld.open();
    await world.withRecovery();
    const change = createChangePassword(world.parts);
    assert.equal(reason(await change(world.ada.id, { ...WISH, keepAppPasswords })), "done");
    assert.ok(await world.passwordIs(NEW));
    assert.deepEqual([...world.sessions.keys()], ["here"]);
    assert.deepEqual(world.revoked, ["ada end"]);
    assert.equal((await world.directory.appPasswords(world.ada.id)).length, keepAppPasswords ? 1 : 0);
    assert.deepEqual(world.heard(), { here: ["password-changed"], elsewhere: [`password-changed ${ELSEWHERE}`] });
  }
});

test("what is wrong with old or new password changes nothing", async () => {
  await using world = await RecoveryWorld.open();
  const choosable = (password: string, { primary }: { readonly primary: string }): string | undefined =>
    password === primary ? "Choose one that is not your address." : undefined;
  const change = createChangePassword({ ...world.parts, choosable });
  assert.equal(reason(await change(world.ada.id, { ...WISH, old: "wrong horse" })), "wrong-password");
  assert.equal(reason(await change(world.ada.id, { ...WISH, password: "short" })), "invalid");
  assert.equal(reason(await change(world.ada.id, { ...WISH, password: world.ada.primary })), "invalid");
  assert.ok(await world.passwordIs(PASSWORD));
  assert.equal(world.sessions.size, 2);
  assert.deepEqual([world.revoked, world.heard()], [[], { here: [], elsewhere: [] }]);
});

test("a new password ends links that were mailed before it, wherever it stops", async () => {
  for (let steps = 0; ; steps++) {
    await using world = await RecoveryWorld.open();
    const made = { account: world.ada.id, payload: ELSEWHERE };
    const purposes = ["password-reset", "recovery-address", "close-account"] as const;
    const tokens = await Promise.all(purposes.map((purpose) => world.parts.links.make({ ...made, purpose })));
    world.stopAfter(steps);
    await createChangePassword(world.parts)(world.ada.id, WISH).catch(() => "stopped");
    const hadFailed = world.heal();
    const found = await Promise.all(purposes.map((purpose, n) => world.parts.links.look(purpose, tokens[n] ?? "")));
    if (await world.passwordIs(NEW)) assert.deepEqual(found, [undefined, undefined, undefined], `after ${steps}`);
    else assert.ok(hadFailed);
    if (!hadFailed) break;
    assert.ok(steps < 20);
  }
});

test("of two changes at once one is made", async () => {
  await using world = await RecoveryWorld.open();
  const change = createChangePassword(world.parts);
  const both = await Promise.all(
    [NEW, "another password"].map((password) => change(world.ada.id, { ...WISH, password })),
  );
  assert.deepEqual(both.map(reason).toSorted(), ["done", "state"]);
  assert.equal(world.told.length, 1);
});
