import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR } from "../../host/clock.ts";
import type { Done, Refused } from "../accounts/accounts.ts";
import { createRecoveryAddresses } from "./recovery-address.ts";
import { checkRecoveryAddress } from "../accounts/recovery-address-text.ts";
import { ELSEWHERE, OURS, PASSWORD, RecoveryWorld } from "./recovery-world.fixture.ts";

const NEW = "ada@other.example";
const reason = (outcome: Done | Refused): string => (outcome.kind === "refused" ? outcome.reason : "done");

test("A4: a recovery address counts when its holder has opened the link and pressed the button, once", async () => {
  await using world = await RecoveryWorld.open({ language: "sv" });
  const { ada, credentials } = world;
  const addresses = createRecoveryAddresses(world.parts, OURS);
  assert.equal(reason(await addresses.set(ada.id, { address: " Ada@Elsewhere.EXAMPLE ", password: PASSWORD })), "done");
  assert.deepEqual(await addresses.show(ada.id), { address: ELSEWHERE, verified: false });
  const [letter = assert.fail()] = world.letters;
  assert.deepEqual([letter.to, letter.language, letter.notice.kind], [ELSEWHERE, "sv", "confirm-recovery"]);
  const token = world.token();
  for (let times = 0; times < 2; times++) assert.equal(await addresses.look(token), ELSEWHERE);
  assert.equal((await credentials.recoveryAddress(ada.id))?.verified, false, "GET uses nothing");
  assert.equal(reason(await addresses.confirm(token)), "done");
  assert.deepEqual(await addresses.show(ada.id), { address: ELSEWHERE, verified: true });
  assert.equal(reason(await addresses.confirm(token)), "link-gone");
  assert.deepEqual(world.heard().here, ["recovery-address-changed"]);
  assert.equal(reason(await addresses.set(ada.id, { address: ELSEWHERE, password: PASSWORD })), "state");
});

test("an address that was given with the account is offered without a password, and counts no sooner", async () => {
  await using world = await RecoveryWorld.open();
  const addresses = createRecoveryAddresses(world.parts, OURS);
  assert.equal(reason(await addresses.offer(world.ada.id, "x@example.org")), "invalid");
  assert.equal(reason(await addresses.offer(world.ada.id, ELSEWHERE)), "done");
  assert.deepEqual(await addresses.show(world.ada.id), { address: ELSEWHERE, verified: false });
  assert.equal(reason(await addresses.confirm(world.token())), "done");
  assert.deepEqual(await addresses.show(world.ada.id), { address: ELSEWHERE, verified: true });
  await world.directory.setState(world.ada.id, "closing");
  assert.equal(reason(await addresses.offer(world.ada.id, NEW)), "no-account");
});

test("A4: the address before leads back in until the new one is confirmed, and is told of the change", async () => {
  await using world = await RecoveryWorld.open();
  await world.withRecovery();
  const addresses = createRecoveryAddresses(world.parts, OURS);
  await addresses.set(world.ada.id, { address: NEW, password: PASSWORD });
  assert.deepEqual(await addresses.show(world.ada.id), { address: ELSEWHERE, verified: true });
  assert.deepEqual(world.heard().elsewhere, [`confirm-recovery ${NEW}`]);
  assert.equal(reason(await addresses.confirm(world.token())), "done");
  assert.deepEqual(await addresses.show(world.ada.id), { address: NEW, verified: true });
  assert.deepEqual(world.heard(), {
    here: ["recovery-address-changed"],
    elsewhere: [`confirm-recovery ${NEW}`, `recovery-address-changed ${ELSEWHERE}`],
  });
});

test("a removed address is told so; without one, and with a wrong password, nothing happens", async () => {
  await using world = await RecoveryWorld.open();
  const addresses = createRecoveryAddresses(world.parts, OURS);
  assert.equal(reason(await addresses.remove(world.ada.id, PASSWORD)), "not-found");
  await world.withRecovery();
  for (const password of ["wrong horse", "", "a\u0000b", "x".repeat(5000)]) {
    assert.equal(reason(await addresses.remove(world.ada.id, password)), "wrong-password");
    assert.equal(reason(await addresses.set(world.ada.id, { address: NEW, password })), "wrong-password");
  }
  assert.deepEqual(world.heard(), { here: [], elsewhere: [] });
  assert.equal(reason(await addresses.remove(world.ada.id, PASSWORD)), "done");
  assert.equal(await addresses.show(world.ada.id), undefined);
  assert.deepEqual(world.heard(), {
    here: ["recovery-address-changed"],
    elsewhere: [`recovery-address-changed ${ELSEWHERE}`],
  });
});

test("a link for a new password ends with the address that it was mailed to", async () => {
  for (const change of ["confirm", "remove"] as const) {
    await using world = await RecoveryWorld.open();
    await world.withRecovery();
    const addresses = createRecoveryAddresses(world.parts, OURS);
    const { links } = world.parts;
    const old = await links.make({ purpose: "password-reset", account: world.ada.id, payload: "" });
    if (change === "remove") assert.equal(reason(await addresses.remove(world.ada.id, PASSWORD)), "done");
    else {
      await addresses.set(world.ada.id, { address: "ada@other.example", password: PASSWORD });
      assert.ok((await links.look("password-reset", old)) !== undefined, "the address before leads back in until then");
      assert.equal(reason(await addresses.confirm(world.token())), "done");
    }
    assert.equal(await links.look("password-reset", old), undefined, change);
  }
});

test("links end after an hour, are few, and are no good for anything else", async () => {
  await using world = await RecoveryWorld.open();
  const addresses = createRecoveryAddresses(world.parts, OURS);
  const set = (address: string): Promise<Done | Refused> =>
    addresses.set(world.ada.id, { address, password: PASSWORD });
  for (const n of [1, 2, 3]) assert.equal(reason(await set(`ada${n}@other.example`)), "done");
  assert.equal(reason(await set("victim@other.example")), "too-many");
  assert.equal(world.letters.length, 3);
  const token = world.token();
  assert.equal(await world.parts.links.look("password-reset", token), undefined);
  await world.clock.advance(HOUR);
  assert.equal(await addresses.look(token), undefined);
  for (const each of [token, "", "x".repeat(10_000)]) assert.equal(reason(await addresses.confirm(each)), "link-gone");
});

test("A4: whoever stops while an address is confirmed goes on with the same link, and nobody is told twice", async () => {
  for (let steps = 0; ; steps++) {
    await using world = await RecoveryWorld.open();
    await world.withRecovery();
    const addresses = createRecoveryAddresses(world.parts, OURS);
    await addresses.set(world.ada.id, { address: NEW, password: PASSWORD });
    const token = world.token();
    world.stopAfter(steps);
    await addresses.confirm(token).catch(() => "stopped");
    const hadFailed = world.heal();
    const isNew = (await addresses.show(world.ada.id))?.address === NEW;
    // What has changed was told before.
    if (isNew) assert.equal(world.heard().elsewhere.length, 2);
    await addresses.confirm(token);
    assert.deepEqual(await addresses.show(world.ada.id), { address: NEW, verified: true }, `stopped after ${steps}`);
    assert.deepEqual(world.heard().here, ["recovery-address-changed"]);
    assert.equal(world.heard().elsewhere.length, 2);
    if (!hadFailed) break;
    assert.ok(steps < 20);
  }
});

test("an address is of another provider, and one that others can write to", () => {
  const kinds = (texts: readonly string[]): readonly string[] =>
    texts.map((text) => checkRecoveryAddress(text, OURS).kind);
  assert.deepEqual(checkRecoveryAddress("Ada+x@Exämple.ORG", []), {
    kind: "address",
    address: "ada+x@xn--exmple-cua.org",
  });
  for (const [text, words] of [
    ["bob@example.org", /another provider/],
    ["bob@sub.EXAMPLE.org", /another provider/],
    ["bob@mail.example.net", /another provider/],
    ["bob", /not a mail address/],
    ["bob@localhost", /others can write/],
    ["bob@[192.0.2.1]", /not a mail address/],
    ["bob@10.1", /others can write/],
    ["böb@other.example", /English/],
  ] as const) {
    const checked = checkRecoveryAddress(text, OURS);
    assert.ok(checked.kind === "invalid", text);
    assert.match(checked.sentence, words);
  }
  const poison = [
    "",
    "a@b.c\r\nBcc: x@y.z",
    "a@b.c, d@e.f",
    "<a@b.c>",
    "a b@c.d",
    `${"a".repeat(65)}@b.example`,
    "x".repeat(1e5),
  ];
  assert.deepEqual(new Set(kinds(poison)), new Set(["invalid"]));
});
