import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR } from "../../../host/clock.ts";
import { logInRoutes } from "./log-in.ts";
import { ELSEWHERE, openPortalWorld, PASSWORD, type PortalWorld, problemIn } from "./portal-world.fixture.ts";
import { recoveryRoutes } from "./recovery-address.ts";

const open = (): Promise<PortalWorld> =>
  openPortalWorld((services) => [...logInRoutes(services), ...recoveryRoutes(services)]);

test("A4: an address counts when its mailed link was opened and the button pressed; opening alone does nothing", async () => {
  await using world = await open();
  const visitor = world.visitor();
  await visitor.logIn();
  const page = await visitor.get("/account/recovery");
  assert.match(page.body, /the account and its mail are lost/);
  const mailed = await visitor.sendOn(page, { address: ELSEWHERE, now: PASSWORD });
  assert.match(mailed.body, /We have mailed a link/);
  assert.match(mailed.body, /not confirmed/);
  const stranger = world.visitor();
  const link = await stranger.get(world.link());
  assert.match(link.body, new RegExp(ELSEWHERE));
  assert.doesNotMatch(link.body, /ada@example\.test/);
  assert.equal((await world.services.recovery.show(world.ada.id))?.verified, false);
  assert.match((await stranger.sendOn(link, {})).body, /The address is confirmed/);
  assert.equal((await world.services.recovery.show(world.ada.id))?.verified, true);
  assert.equal((await stranger.get(world.link())).code, 410);
  assert.equal((await stranger.send(link, {})).code, 410);
  const again = await visitor.send(await visitor.get("/account/recovery"), { address: ELSEWHERE, now: PASSWORD });
  assert.match(problemIn(again), /already/);
});

test("what cannot be one is refused, what was typed comes back, and a wrong password stands at its field", async () => {
  await using world = await open();
  const visitor = world.visitor();
  await visitor.logIn();
  for (const address of ["nonsense", "other@example.test", "x@localhost", `"><script>@elsewhere.example`, ""]) {
    const reply = await visitor.send(await visitor.get("/sv/account/recovery"), { address, now: PASSWORD });
    assert.equal(reply.code, 422, address);
    assert.match(reply.body, /href="#address"/);
    assert.doesNotMatch(reply.body, /<script/);
  }
  const reply = await visitor.send(await visitor.get("/account/recovery"), { address: ELSEWHERE, now: "not it" });
  assert.match(reply.body, /href="#now"/);
  assert.match(reply.body, new RegExp(`value="${ELSEWHERE}"`));
  assert.deepEqual(world.letters, []);
});

test("an address is removed with the password; three links an hour are mailed", async () => {
  await using world = await open();
  const visitor = world.visitor();
  await visitor.logIn();
  for (let n = 0; n < 3; n++)
    await visitor.sendOn(await visitor.get("/account/recovery"), { address: ELSEWHERE, now: PASSWORD });
  const fourth = await visitor.send(await visitor.get("/account/recovery"), { address: ELSEWHERE, now: PASSWORD });
  assert.match(problemIn(fourth), /several links/);
  const link = world.link();
  await world.clock.advance(HOUR);
  assert.equal((await visitor.get(link)).code, 410);
  const page = await visitor.get("/account/recovery");
  const second = { ...page, body: page.body.slice(page.body.indexOf("Remove the address")) };
  const wrong = await visitor.send(second, { "now-remove": "not it", remove: "yes" });
  assert.match(wrong.body, /href="#now-remove"/);
  const removed = await visitor.sendOn(second, { "now-remove": PASSWORD, remove: "yes" });
  assert.match(removed.body, /is removed/);
  assert.equal(await world.services.recovery.show(world.ada.id), undefined);
});
