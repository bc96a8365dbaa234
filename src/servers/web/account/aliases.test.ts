import assert from "node:assert/strict";
import { test } from "node:test";
import { aliasRoutes } from "./aliases.ts";
import { logInRoutes } from "./log-in.ts";
import { openPortalWorld, type PortalWorld, problemIn, type Visitor } from "./portal-world.fixture.ts";

async function open(): Promise<readonly [PortalWorld, Visitor]> {
  const world = await openPortalWorld((services) => [...logInRoutes(services), ...aliasRoutes(services)]);
  const visitor = world.visitor();
  await visitor.logIn();
  return [world, visitor];
}

test("A3: aliases are made up to the plan's number, removed, and made again", async () => {
  const [world, visitor] = await open();
  await using _ = world;
  await world.home.credentials.setPlan(world.ada.id, { name: "small", aliases: 1 });
  const made = await visitor.sendOn(await visitor.get("/account/aliases"), { name: " Shop.Ada " });
  assert.match(made.body, /The alias is made/);
  assert.match(made.body, /You have 1 of 1/);
  assert.deepEqual(await world.home.directory.aliases(world.ada.id), ["shop.ada@example.test"]);
  const full = await visitor.send(
    { ...made, body: made.body.slice(made.body.indexOf("is kept for you")) },
    { name: "two" },
  );
  assert.match(problemIn(full), /no room/);
  assert.match(full.body, /value="two"/);
  const removed = await visitor.sendOn(made, {});
  assert.match(removed.body, /The alias is removed/);
  assert.match(removed.body, /You have no alias/);
  assert.match((await visitor.sendOn(removed, { name: "shop.ada" })).body, /The alias is made/);
});

test("names that may not be chosen at sign-up may not be aliases; one that somebody has is not free", async () => {
  const [world, visitor] = await open();
  await using _ = world;
  const page = await visitor.get("/sv/account/aliases");
  for (const [name, sentence] of [
    ["postmaster", /delas inte ut/],
    ["p0stmaster", /delas inte ut/],
    ["a", /för kort/],
    ["name@elsewhere.example", /bara delen/],
    ["bob", /inte ledig/],
    ["ada", /inte ledig/],
    [`"><b>`, /a till z/],
  ] as const) {
    const reply = await visitor.send(page, { name });
    assert.equal(reply.code, 422, name);
    assert.match(problemIn(reply), sentence, name);
    assert.doesNotMatch(reply.body, /<b>/);
  }
  assert.deepEqual(await world.home.directory.aliases(world.ada.id), []);
});

test("nobody asks for more names than at sign-up, and removes nothing of others", async () => {
  const [world, visitor] = await open();
  await using _ = world;
  const page = await visitor.get("/account/aliases");
  for (let n = 0; n < 60; n++) assert.match(problemIn(await visitor.send(page, { name: "bob" })), /not free/);
  assert.match(problemIn(await visitor.send(page, { name: "bob" })), /for a while/);
  const gone = await visitor.send(page, { remove: "bob@example.test" });
  assert.match(problemIn(gone), /not there any more/);
});
