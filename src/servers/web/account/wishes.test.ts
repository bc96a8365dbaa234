import assert from "node:assert/strict";
import { test } from "node:test";
import { logInRoutes } from "./log-in.ts";
import { openPortalWorld, type PortalWorld, problemIn, type Shown } from "./portal-world.fixture.ts";
import { wishRoutes } from "./wishes.ts";

const open = (): Promise<PortalWorld> =>
  openPortalWorld((services) => [...logInRoutes(services), ...wishRoutes(services)]);
/** The page from the form with this field on. */
const from = (page: Shown, name: string): Shown => {
  const at = page.body.lastIndexOf("<form", page.body.indexOf(`name="${name}"`));
  return { ...page, body: page.body.slice(at) };
};

test("days, forwarders and the language of letters are each wished by itself, and taken back", async () => {
  await using world = await open();
  const { directory } = world.home;
  const visitor = world.visitor();
  await visitor.logIn();
  const page = await visitor.get("/account/wishes");
  await visitor.sendOn(page, { junk: "30", trash: "7" });
  const named = await visitor.sendOn(from(page, "forwarder"), { forwarder: "Alumni.Example.ORG" });
  await visitor.sendOn(from(page, "letters"), { letters: "sv" });
  const expected = { emptyJunkDays: 30, emptyTrashDays: 7, forwarders: ["alumni.example.org"], learns: true };
  assert.deepEqual(await directory.preferences(world.ada.id), expected);
  assert.equal((await directory.byId(world.ada.id))?.language, "sv");
  assert.match(named.body, /as you wish from now on/);
  assert.match(named.body, /name="junk" type="text"[^>]* value="30"/);
  await visitor.sendOn(from(named, "remove"), {});
  await visitor.sendOn(page, { junk: "", trash: "7" });
  assert.deepEqual(await directory.preferences(world.ada.id), {
    ...expected,
    emptyJunkDays: undefined,
    forwarders: [],
  });
});

test("what is no number of days and no domain is refused at its field, and comes back", async () => {
  await using world = await open();
  const visitor = world.visitor();
  await visitor.logIn();
  const page = await visitor.get("/sv/account/wishes");
  for (const [typed, field] of [
    [{ junk: "soon", trash: "7" }, "junk"],
    [{ junk: "7", trash: "0" }, "trash"],
    [{ junk: "1", trash: "3651" }, "trash"],
    [{ forwarder: "org" }, "forwarder"],
    [{ forwarder: "someone@example.org" }, "forwarder"],
  ] as const) {
    const reply = await visitor.send(from(page, field), typed);
    assert.equal(reply.code, 422);
    assert.match(reply.body, new RegExp(`<a href="#${field}">`));
    assert.match(problemIn(reply), field === "forwarder" ? /minst en punkt/ : /1 till 3650/);
    for (const value of Object.values(typed)) assert.ok(reply.body.includes(`value="${value}"`), value);
  }
  await visitor.sendOn(from(page, "letters"), { letters: "de" });
  assert.equal((await world.home.directory.byId(world.ada.id))?.language, "en");
});
