import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../../test/world/fake-clock.ts";
import { newRecoveryCodes, recoveryMark } from "../../../service/accounts/recovery-code.ts";
import { logInRoutes } from "./log-in.ts";
import { newPasswordRoutes } from "./new-password.ts";
import { ADA, ELSEWHERE, openPortalWorld, type PortalWorld, problemIn } from "./portal-world.fixture.ts";

const NEW = "many words in a row";

async function open(): Promise<PortalWorld> {
  const world = await openPortalWorld((services) => [...logInRoutes(services), ...newPasswordRoutes(services)]);
  await world.home.credentials.setRecoveryAddress(world.ada.id, { address: ELSEWHERE, verified: true });
  return world;
}

/** Waits for a link that is mailed after the answer. */
async function mailed(world: PortalWorld): Promise<string> {
  while (world.letters.length === 0) await turns(1);
  return world.link();
}

test("who asks for a link hears the same for every name, and no name is shown", async () => {
  await using world = await open();
  const heard = new Set<string>();
  for (const name of ["ada", ADA, "bob", "nobody", "", `"><b>`, "x".repeat(400)]) {
    const visitor = world.visitor();
    const reply = await visitor.send(await visitor.get("/account/forgotten"), { name });
    assert.deepEqual([reply.code, reply.location], [303, "/account/forgotten?asked=yes"], name);
    heard.add((await visitor.get(reply.location ?? "")).body);
  }
  assert.equal(heard.size, 1);
  await mailed(world);
  assert.deepEqual([...new Set(world.letters.map(({ to }) => to))], [ELSEWHERE]);
});

test("A4: the link sets a password once; sessions end, app passwords go unless they are kept", async () => {
  await using world = await open();
  await world.services.accounts.addAppPassword(ADA, "phone");
  const [holder, stranger] = [world.visitor(), world.visitor()];
  await holder.logIn();
  await stranger.send(await stranger.get("/account/forgotten"), { name: "ada" });
  const link = await mailed(world);
  const page = await stranger.get(link);
  assert.doesNotMatch(page.body, /Recovery code|ada@/);
  assert.doesNotMatch(page.body, /name="keep"[^>]* checked/);
  const weak = await stranger.send(page, { password: "password1", again: "password1" });
  assert.match(problemIn(weak), /Many people/);
  const after = await stranger.sendOn(page, { password: NEW, again: NEW });
  assert.match(after.body, /Log in with the new one/);
  assert.equal((await holder.get("/account/log-in")).code, 200);
  assert.equal((await world.home.directory.appPasswords(world.ada.id)).length, 0);
  assert.equal((await stranger.get(link)).code, 410);
  const back = await stranger.send(after, { name: "ada", password: NEW });
  assert.equal(back.location, "/account/");
});

test("with a second step on, a recovery code is needed besides; a wrong one leaves the link good", async () => {
  await using world = await open();
  const secret = new Uint8Array(20).fill(3);
  const [code = ""] = newRecoveryCodes();
  await world.home.credentials.setSecondStep(world.ada.id, {
    secret,
    lastStep: 0,
    codes: [recoveryMark(secret, code)],
  });
  const visitor = world.visitor();
  await visitor.send(await visitor.get("/account/forgotten"), { name: "ada" });
  const page = await visitor.get((await mailed(world)).replace(/^/, "/sv"));
  assert.match(page.body, /Återställningskod/);
  for (const wrong of ["", "123456", "aaaa-aaaa-aaaa-aaaa"]) {
    const reply = await visitor.send(page, { password: NEW, again: NEW, code: wrong });
    assert.equal(reply.code, 422);
    assert.match(reply.body, /href="#code"/);
  }
  const done = await visitor.send(page, { password: NEW, again: NEW, code, keep: "yes" });
  assert.equal(done.location, "/sv/account/log-in?done=password");
});

test("a network that asks all the time is put off", async () => {
  await using world = await open();
  const visitor = world.visitor();
  const page = await visitor.get("/account/forgotten");
  for (let n = 0; n < 10; n++) assert.equal((await visitor.send(page, { name: "nobody" })).code, 303);
  const reply = await visitor.send(page, { name: "nobody" });
  assert.equal(reply.code, 429);
  assert.match(problemIn(reply), /for a while/);
});
