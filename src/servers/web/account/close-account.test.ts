import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR } from "../../../host/clock.ts";
import { closeRoutes } from "./close-account.ts";
import { LATE, SILENT, sampleOnItsWay } from "./waiting-sample.fixture.ts";
import { logInRoutes } from "./log-in.ts";
import { openPortalWorld, PASSWORD, type PortalWorld, problemIn } from "./portal-world.fixture.ts";

const open = (): Promise<PortalWorld> =>
  openPortalWorld((services) => [...logInRoutes(services), ...closeRoutes(services)]);
const stateOf = async ({ home, ada }: PortalWorld): Promise<string | undefined> =>
  (await home.directory.byId(ada.id))?.state;

test("D5: an account is closed by password, mailed link and button, and by nothing less", async () => {
  await using world = await open();
  const visitor = world.visitor();
  await visitor.logIn();
  const page = await visitor.get("/account/close");
  const wrong = await visitor.send(page, { now: "not it" });
  assert.match(problemIn(wrong), /password is wrong/);
  assert.deepEqual(world.told, []);
  assert.match((await visitor.sendOn(page, { now: PASSWORD })).body, /A link is in your INBOX/);
  assert.equal(await stateOf(world), "active");
  const link = await visitor.get(world.link());
  assert.match(link.body, /ada@example\.test/);
  assert.match(link.body, /Saturday 21 November 2026, 10:10 UTC/);
  assert.equal(await stateOf(world), "active");
  const closed = await visitor.send(link, {});
  assert.deepEqual([closed.code, closed.location], [303, "/account/closed"]);
  assert.match(closed.setCookie ?? "", /Max-Age=0/);
  assert.equal(await stateOf(world), "closing");
  assert.match((await visitor.get("/account/closed")).body, /being closed/);
  assert.equal((await visitor.get("/account/close")).location, "/account/log-in");
  assert.equal((await visitor.get(world.link())).code, 410);
});

test("D5: who closes is shown what is on its way, that it gets one last try, and whether the end of it can be told", async () => {
  await using world = await open();
  const { home, ada } = world;
  const visitor = world.visitor();
  await visitor.logIn();
  assert.match((await visitor.get("/account/close")).body, /Nothing that you sent is still on its way/);
  await sampleOnItsWay(world);
  const { id: bob } = (await home.directory.byAddress("bob@example.test")) ?? assert.fail();
  await sampleOnItsWay({ ...world, ada: { ...ada, id: bob } }, "only-bob@wrote.example");
  await visitor.sendOn(await visitor.get("/account/close"), { now: PASSWORD });
  const outsider = world.visitor();
  for (const { body } of [await visitor.get("/account/close"), await outsider.get(world.link())]) {
    const [, list = ""] = body.split("Still on its way");
    assert.deepEqual(
      Array.from(list.matchAll(/<h3>([^<]+)/g), ([, to]) => to),
      [LATE, SILENT],
    );
    assert.match(list, /one last try/);
    assert.match(list, /451 4\.7\.1 Greylisted: &quot;&lt;later&gt;&quot;/);
    assert.match(list, /2026-11-21 10:30/);
    assert.match(list, /no confirmed recovery address/);
    assert.doesNotMatch(body, /only-bob|A letter to your recovery address/);
  }
  await home.credentials.setRecoveryAddress(ada.id, { address: "ada@elsewhere.example", verified: true });
  assert.match((await outsider.get(world.link())).body, /A letter to your recovery address then lists/);
  assert.match((await outsider.get(`/sv${world.link()}`)).body, /Ännu på väg.*görs ett sista försök/s);
  await world.queue.drop({ kind: "account", account: ada.id }, world.clock.now());
  assert.match((await outsider.get(world.link())).body, /Nothing that you sent is still on its way/);
});

test("a link that is an hour old, was never made, or is one of another purpose is good no more, in one answer", async () => {
  await using world = await open();
  const visitor = world.visitor();
  await visitor.logIn();
  await visitor.sendOn(await visitor.get("/sv/account/close"), { now: PASSWORD });
  const link = world.link();
  const page = await visitor.get(link);
  await world.clock.advance(HOUR);
  const bodies = [
    await visitor.get(link),
    await visitor.send(page, {}),
    await visitor.get("/account/link/close/none"),
    await visitor.get(`/account/link/close/${"A".repeat(43)}`),
    await visitor.get("/account/link/close/%2e%2e%2f%00"),
  ];
  for (const { code, body } of bodies) {
    assert.equal(code, 410);
    assert.match(body, /good no more/);
  }
  assert.equal(await stateOf(world), "active");
});
