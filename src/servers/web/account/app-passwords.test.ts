import assert from "node:assert/strict";
import { test } from "node:test";
import { appPasswordRoutes } from "./app-passwords.ts";
import { logInRoutes } from "./log-in.ts";
import { openPortalWorld, problemIn } from "./portal-world.fixture.ts";

test("D7: an app password is shown once, in no page after it, and revoked by itself", async () => {
  await using world = await openPortalWorld((services) => [...logInRoutes(services), ...appPasswordRoutes(services)]);
  const visitor = world.visitor();
  await visitor.logIn();
  const page = await visitor.get("/account/app-passwords");
  const made = await visitor.send(page, { label: "Mutt <home>" });
  const password = /<p class="secret">([^<]+)<\/p>/.exec(made.body)?.[1] ?? "";
  assert.ok(password.length > 20);
  assert.match(made.body, /Mutt &lt;home&gt;/);
  const again = await visitor.send(page, { label: "Mutt <home>" });
  assert.equal(again.code, 422);
  assert.match(problemIn(again), /already/);
  assert.equal((await world.home.directory.appPasswords(world.ada.id)).length, 1);
  const list = await visitor.get("/account/app-passwords");
  assert.doesNotMatch(list.body, new RegExp(password));
  assert.match((await visitor.sendOn(list, {})).body, /is revoked/);
  assert.deepEqual(await world.home.directory.appPasswords(world.ada.id), []);
  assert.equal((await visitor.send(list, {})).code, 422);
});

test("a label is asked for, of 64 characters at most", async () => {
  await using world = await openPortalWorld((services) => [...logInRoutes(services), ...appPasswordRoutes(services)]);
  const visitor = world.visitor();
  await visitor.logIn();
  for (const label of ["", "x".repeat(65)]) {
    const reply = await visitor.send(await visitor.get("/sv/account/app-passwords"), { label });
    assert.equal(reply.code, 422);
    assert.match(problemIn(reply), /1 till 64/);
  }
});
