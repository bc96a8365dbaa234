/** Every form of a holder's pages, sent by who was not shown it: nothing of the account changes, whatever its fields say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY } from "../../../host/clock.ts";
import { FORM_TOKEN } from "../portal/fields.ts";
import type { PortalRoute } from "../portal/route.ts";
import { holderRoutes } from "./holder-routes.ts";
import { ELSEWHERE, openPortalWorld, PASSWORD, type PortalWorld, type Shown } from "./portal-world.fixture.ts";

/** What all forms together ask for, as its holder would fill them in: without the gate each of them would do something. */
const FIELDS = {
  name: "ada",
  domain: "example.test",
  password: "many words in a row",
  again: "many words in a row",
  now: PASSWORD,
  "now-remove": PASSWORD,
  address: "thief@elsewhere.example",
  label: "of the thief",
  code: "123456",
  others: "yes",
  off: "yes",
  clear: "yes",
  junk: "1",
  trash: "1",
  letters: "sv",
};

type Opened = { readonly world: PortalWorld; readonly routes: readonly PortalRoute[] } & AsyncDisposable;

async function open(): Promise<Opened> {
  let routes: readonly PortalRoute[] = [];
  const world = await openPortalWorld((services) => (routes = holderRoutes(services)));
  await world.home.credentials.setPlan(world.ada.id, { name: "letter", aliases: 5 });
  await world.home.credentials.setRecoveryAddress(world.ada.id, { address: ELSEWHERE, verified: true });
  return { world, routes, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Everything that a form could change, but for the sessions that are given. */
async function stateOf({ home, ada, services, webAccess, told, letters }: PortalWorld): Promise<unknown> {
  const { directory, credentials } = home;
  return [
    await directory.accounts(),
    await directory.aliases(ada.id),
    await directory.appPasswords(ada.id),
    await directory.preferences(ada.id),
    await credentials.recoveryAddress(ada.id),
    await credentials.secondStep(ada.id),
    (await webAccess.sessions(ada.id)).map(({ id }) => id),
    await services.memory.holdings(ada.id),
    [...told, ...letters],
  ];
}

/** Paths with a form, with a token that could be one where they have a part. */
const formPaths = (routes: readonly PortalRoute[]): readonly string[] =>
  routes.filter(({ post }) => post !== undefined).map(({ path }) => path.replace(":token", "A".repeat(43)));

const tokenIn = ({ body }: Shown): string => /name="form" value="([^"]+)"/.exec(body)?.[1] ?? assert.fail(body);

test("no form is taken without the token that its visitor's own pages have", async () => {
  await using opened = await open();
  const { world, routes } = opened;
  const [ada, thief, fresh] = [world.visitor(), world.visitor(), world.visitor()];
  const before = tokenIn(await ada.get("/account/log-in"));
  await ada.logIn();
  const own = tokenIn(await ada.get("/account/"));
  const foreign = tokenIn(await thief.get("/account/log-in"));
  const state = await stateOf(world);
  const paths = formPaths(routes);
  assert.ok(paths.length >= 14, paths.join(" "));
  for (const path of paths)
    for (const page of [path, `/sv${path}`]) {
      for (const token of [undefined, "", "x", foreign, before, `${own} `, own.toUpperCase()]) {
        const reply = await ada.post(page, token === undefined ? FIELDS : { ...FIELDS, [FORM_TOKEN]: token });
        assert.equal(reply.code, 403, `${page} ${token}`);
      }
      // A cookie that is not there, with a token that somebody else's has.
      const { code } = await fresh.post(page, { ...FIELDS, [FORM_TOKEN]: own });
      assert.ok(code === 403 || code === 303, page);
      assert.equal(fresh.cookie, "", "nothing was begun");
    }
  assert.deepEqual(await stateOf(world), state);
});

test("a form that was kept does nothing after its session has ended: logged out, ended elsewhere, or over", async () => {
  await using opened = await open();
  const { world, routes } = opened;
  const everybody = new Set(routes.filter(({ access }) => access === "everybody").map(({ path }) => path));
  const paths = formPaths(routes.filter(({ path }) => !everybody.has(path)));
  assert.ok(paths.length >= 9, paths.join(" "));
  const ways: Readonly<Record<string, (cookie: string) => Promise<unknown>>> = {
    async "logged out"() {
      const copy = world.visitor();
      copy.cookie = cookie;
      await copy.send(await copy.get("/account/"), {}, "log-out");
    },
    "ended elsewhere": () => world.sessions.endAll(world.ada.id),
    over: () => world.clock.advance(DAY),
    suspended: () => world.home.directory.setState(world.ada.id, "suspended"),
  };
  let cookie = "";
  for (const [how, end] of Object.entries(ways)) {
    const ada = world.visitor();
    await ada.logIn();
    const token = tokenIn(await ada.get("/account/"));
    ({ cookie } = ada);
    await end(cookie);
    const state = await stateOf(world);
    for (const path of paths) {
      const reply = await ada.post(path, { ...FIELDS, [FORM_TOKEN]: token });
      assert.deepEqual([reply.code, reply.location], [303, "/account/log-in"], `${how}: ${path}`);
    }
    assert.deepEqual(await stateOf(world), state, how);
  }
});

test("the same forms with their token do something: what is shown above would fail without the gate", async () => {
  await using opened = await open();
  const { world } = opened;
  const ada = world.visitor();
  await ada.logIn();
  const token = tokenIn(await ada.get("/account/"));
  const state = await stateOf(world);
  const { code } = await ada.post("/account/app-passwords", { ...FIELDS, [FORM_TOKEN]: token });
  assert.equal(code, 200);
  assert.notDeepEqual(await stateOf(world), state);
  assert.equal((await world.home.directory.appPasswords(world.ada.id))[0]?.label, FIELDS.label);
});
