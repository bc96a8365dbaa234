import assert from "node:assert/strict";
import { test } from "node:test";
import { heldRoutes } from "./held.ts";
import { logInRoutes } from "./log-in.ts";
import { ADA, openPortalWorld } from "./portal-world.fixture.ts";

test("D1: the page has what the record has; the memory is counted, cleared, switched off and on", async () => {
  await using world = await openPortalWorld((services) => [...logInRoutes(services), ...heldRoutes(services)]);
  const { services, ada, clock } = world;
  await services.accounts.addAlias(ADA, "shop@example.test");
  await services.memory.setOn(ada.id, true);
  const visitor = world.visitor();
  await visitor.logIn();
  const page = await visitor.get("/account/held");
  for (const text of ["shop@example.test", "only a hash of it", "in use", "off"])
    assert.ok(page.body.includes(text), text);
  assert.doesNotMatch(page.body, /argon2|Stripe/);
  assert.match((await visitor.sendOn(page, { clear: "yes" })).body, /The memory is cleared/);
  const off = await visitor.sendOn(page, { off: "yes" });
  assert.match(off.body, /The memory is off: nothing is held/);
  assert.equal((await services.memory.holdings(ada.id)).isOn, false);
  assert.equal((await world.home.directory.preferences(ada.id)).learns, false);
  assert.match((await visitor.sendOn(off, { on: "yes" })).body, /The memory is on/);
  assert.equal((await services.memory.holdings(ada.id)).isOn, true);
  assert.match(
    (await visitor.get("/sv/account/held")).body,
    new RegExp(new Date(clock.now()).toISOString().slice(0, 10)),
  );
});

test("a form without a word of ours changes nothing", async () => {
  await using world = await openPortalWorld((services) => [...logInRoutes(services), ...heldRoutes(services)]);
  const visitor = world.visitor();
  await visitor.logIn();
  await visitor.sendOn(await visitor.get("/account/held"), {});
  assert.equal((await world.services.memory.holdings(world.ada.id)).isOn, true);
});
