import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY } from "../../../host/clock.ts";
import { logInRoutes } from "./log-in.ts";
import { sessionRoutes } from "./open-sessions.ts";
import { openPortalWorld, type PortalWorld } from "./portal-world.fixture.ts";

const open = (): Promise<PortalWorld> =>
  openPortalWorld((services) => [...logInRoutes(services), ...sessionRoutes(services)]);
const count = async ({ sessions, ada, clock }: PortalWorld): Promise<number> =>
  (await sessions.list(ada.id, clock.now())).length;

test("W3: sessions are listed, and ended one by one or all but this one", async () => {
  await using world = await open();
  const [here, ...others] = [world.visitor(), world.visitor(), world.visitor(), world.visitor()];
  for (const visitor of [here, ...others]) await visitor.logIn({ stay: "yes" });
  const page = await here.get("/account/sessions");
  assert.equal(page.body.match(/stays logged in/g)?.length, 4);
  assert.equal(page.body.match(/<strong>this one<\/strong>/g)?.length, 1);
  assert.doesNotMatch(page.body, new RegExp(here.cookie.split("=")[1] ?? "no cookie"));
  assert.match((await here.sendOn(page, {})).body, /The session is ended/);
  assert.equal(await count(world), 3);
  const last = await here.sendOn({ ...page, body: page.body.slice(page.body.lastIndexOf("<form")) }, { others: "yes" });
  assert.match(last.body, /All other sessions are ended/);
  assert.equal(await count(world), 1);
  assert.equal((await others[0]?.get("/account/sessions"))?.location, "/account/log-in");
});

test("nobody ends a session of another account", async () => {
  await using world = await open();
  const [ada, bob] = [world.visitor(), world.visitor()];
  await ada.logIn();
  await bob.logIn({ name: "bob" });
  await world.visitor().logIn();
  const page = await ada.get("/account/sessions");
  const [id = ""] = /(?<=name="session" value=")[^"]+/.exec(page.body) ?? [];
  const second = world.visitor();
  await second.logIn({ name: "bob" });
  const its = await bob.get("/account/sessions");
  await bob.send(its, { session: id });
  assert.equal(await count(world), 2);
});

test("a session ends by itself: after a day unused, or ten", async () => {
  await using world = await open();
  const [short, staying] = [world.visitor(), world.visitor()];
  await short.logIn();
  await staying.logIn({ stay: "yes" });
  await world.clock.advance(DAY);
  assert.equal((await short.get("/account/sessions")).code, 303);
  assert.equal((await staying.get("/account/sessions")).code, 200);
  await world.clock.advance(10 * DAY);
  assert.equal((await staying.get("/account/sessions")).code, 303);
});
