import assert from "node:assert/strict";
import { test } from "node:test";
import { logInRoutes } from "./log-in.ts";
import { passwordRoutes } from "./password.ts";
import { ADA, openPortalWorld, PASSWORD, type PortalWorld, problemIn, type Typed } from "./portal-world.fixture.ts";

const NEW = "many words in a row";
const open = (): Promise<PortalWorld> =>
  openPortalWorld((services) => [...logInRoutes(services), ...passwordRoutes(services)]);

test("D7: a password is changed with the old one; other sessions end, this one goes on", async () => {
  await using world = await open();
  const [here, there] = [world.visitor(), world.visitor()];
  await here.logIn();
  await there.logIn();
  await world.services.accounts.addAppPassword(ADA, "phone");
  const page = await here.get("/account/password");
  assert.match(page.body, /name="keep" type="checkbox" value="yes" checked/);
  const after = await here.sendOn(page, { now: PASSWORD, password: NEW, again: NEW });
  assert.match(after.body, /The password is changed/);
  assert.equal((await there.get("/account/password")).location, "/account/log-in");
  assert.equal((await world.home.directory.appPasswords(world.ada.id)).length, 1);
  await here.sendOn(after, { now: NEW, password: PASSWORD, again: PASSWORD, keep: "" });
  assert.equal((await world.home.directory.appPasswords(world.ada.id)).length, 0);
});

test("what is wrong is said in both languages, and nothing of it is shown again", async () => {
  await using world = await open();
  const visitor = world.visitor();
  await visitor.logIn();
  const cases: readonly (readonly [typed: Typed, en: RegExp, sv: RegExp])[] = [
    [{ now: "not it at all", password: NEW, again: NEW }, /The password is wrong/, /Lösenordet är fel/],
    [{ now: PASSWORD, password: "short", again: "short" }, /too short/, /för kort/],
    [{ now: PASSWORD, password: "x".repeat(1025), again: "x" }, /too long/, /för långt/],
    [{ now: PASSWORD, password: NEW, again: `${NEW}!` }, /not the same/, /inte lika/],
    [{ now: PASSWORD, password: "password1", again: "password1" }, /Many people/, /Många/],
    [{ now: PASSWORD, password: "a\u202eb\ue000cdefgh", again: "a" }, /cannot be typed/, /inte går att skriva/],
  ];
  for (const [typed, en, sv] of cases) {
    for (const [path, expected] of [
      ["/account/password", en],
      ["/sv/account/password", sv],
    ] as const) {
      const reply = await visitor.send(await visitor.get(path), typed);
      assert.equal(reply.code, 422);
      assert.match(problemIn(reply), expected);
      for (const value of Object.values(typed)) assert.ok(!reply.body.includes(`value="${value}"`), value);
    }
  }
  const { passwordHash } = (await world.home.directory.byId(world.ada.id)) ?? assert.fail();
  assert.equal(passwordHash, world.ada.passwordHash);
});
