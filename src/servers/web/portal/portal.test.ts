import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import { test } from "node:test";
import { connect } from "node:tls";
import { turns } from "../../../../test/world/fake-clock.ts";
import { ACCOUNT, portalFixture, SessionsInMemory } from "../../../../test/world/portal-fixture.ts";
import { SITE_HOST, startSite, type WebSite } from "../../../../test/world/web-site.ts";
import { MINUTE, systemClock } from "../../../host/clock.ts";
import type { Log } from "../../../host/events/events.ts";
import { StoreError, type StoreErrorCode } from "../../../store/store-error.ts";
import { formTokenOf, parseToken, sessionIdOf, type VisitToken } from "./token.ts";

type Reply = { readonly code: number | undefined; readonly headers: Record<string, unknown>; readonly body: string };
type World = AsyncDisposable & {
  readonly site: WebSite;
  readonly sessions: SessionsInMemory;
  readonly logged: unknown[];
  readonly clock: { now(): number; lateMs: number };
  ask(path: string, options?: Asked): Promise<Reply>;
};
type Asked = {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

const FORM = { "content-type": "application/x-www-form-urlencoded" };

async function open(): Promise<World> {
  const sessions = new SessionsInMemory();
  const clock = { lateMs: 0, now: () => systemClock.now() + clock.lateMs };
  const logged: unknown[] = [];
  const log = ((name, fields) => void logged.push({ name, fields })) as Log;
  const site = await startSite({ application: (made) => portalFixture(made, sessions, clock, log) });
  return {
    site,
    sessions,
    clock,
    logged,
    async ask(path, { method = "GET", body, headers = {} } = {}) {
      const sent = request({
        host: "127.0.0.1",
        port: site.port,
        path,
        method,
        agent: false,
        rejectUnauthorized: false,
        headers: { host: SITE_HOST, ...headers },
      });
      sent.end(body);
      const [response] = await once(sent, "response");
      let text = "";
      for await (const piece of response) text += String(piece);
      return { code: response.statusCode, headers: response.headers, body: text };
    },
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

const cookieOf = ({ headers }: Reply): string => /^[^;]+/.exec(String([headers["set-cookie"]].flat()[0]))?.[0] ?? "";
const tokenOf = (cookie: string): VisitToken => parseToken(cookie.split("=")[1] ?? "") as VisitToken;
const formTokenIn = ({ body }: Reply): string => /name="form" value="([^"]+)"/.exec(body)?.[1] ?? "";

/** Asks for the page, and sends its form back. */
async function logIn(world: World, more = ""): Promise<Reply> {
  const page = await world.ask("/account/log-in");
  const headers = { ...FORM, cookie: cookieOf(page) };
  return world.ask("/account/log-in", { method: "POST", body: `form=${formTokenIn(page)}${more}`, headers });
}

test("a page with a form gives a cookie that only this host gets, over TLS, and no script reads", async () => {
  await using world = await open();
  const page = await world.ask("/account/form");
  assert.equal(page.code, 200);
  assert.match(String(page.headers["set-cookie"]), /^__Host-visit=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  assert.equal(page.headers["cache-control"], "no-store");
  assert.equal(page.headers["content-encoding"], undefined);
  assert.match(
    String(page.headers["content-security-policy"]),
    /default-src 'none'.*form-action 'self'.*frame-ancestors 'none'/,
  );
  const without = await world.ask("/account/item/x");
  assert.equal(without.headers["set-cookie"], undefined);
  const again = await world.ask("/account/form", { headers: { cookie: cookieOf(page) } });
  assert.equal(again.headers["set-cookie"], undefined);
  assert.equal(formTokenIn(again), formTokenIn(page));
});

test("a form without the token of its own cookie changes nothing", async () => {
  await using world = await open();
  const [mine, other] = [await world.ask("/account/log-in"), await world.ask("/account/log-in")];
  const post = (cookie: string, token: string, headers: Record<string, string> = {}): Promise<Reply> =>
    world.ask("/account/log-in", { method: "POST", body: `form=${token}`, headers: { ...FORM, cookie, ...headers } });
  assert.equal((await post(cookieOf(mine), formTokenIn(other))).code, 403);
  assert.equal((await post(cookieOf(mine), "")).code, 403);
  assert.equal((await post("", formTokenIn(mine))).code, 403);
  assert.equal((await post("__Host-visit=short", formTokenIn(mine))).code, 403);
  assert.equal((await post(cookieOf(mine), formTokenIn(mine), { "sec-fetch-site": "cross-site" })).code, 403);
  assert.equal((await post(cookieOf(mine), formTokenIn(mine), { "sec-fetch-site": "same-site" })).code, 403);
  assert.equal(world.sessions.all.size, 0);
  assert.equal((await post(cookieOf(mine), formTokenIn(mine), { "sec-fetch-site": "same-origin" })).code, 303);
  assert.equal(world.sessions.all.size, 1);
});

test("log-in makes a token that nobody knew; the store has only its hash; log-out ends it", async () => {
  await using world = await open();
  const before = cookieOf(await world.ask("/account/log-in"));
  const done = await logIn(world);
  const cookie = cookieOf(done);
  assert.deepEqual([done.code, done.headers["location"]], [303, "/account/"]);
  assert.notEqual(cookie, before);
  assert.doesNotMatch(String(done.headers["set-cookie"]), /Max-Age/);
  const [session] = [...world.sessions.all.values()];
  assert.deepEqual([session?.id, session?.account, session?.isStaying], [sessionIdOf(tokenOf(cookie)), ACCOUNT, false]);
  assert.doesNotMatch(JSON.stringify([...world.sessions.all]), new RegExp(tokenOf(cookie)));
  const page = await world.ask("/account/", { headers: { cookie } });
  assert.match(page.body, new RegExp(ACCOUNT));
  const body = `form=${formTokenIn(page)}`;
  const out = await world.ask("/account/", { method: "POST", body, headers: { ...FORM, cookie } });
  assert.match(String(out.headers["set-cookie"]), /^__Host-visit=; .*Max-Age=0$/);
  assert.equal(world.sessions.all.size, 0);
  assert.equal((await world.ask("/account/", { headers: { cookie } })).code, 303);
});

test("who logs in anew ends the session before; who stays has a cookie for ten days", async () => {
  await using world = await open();
  const first = cookieOf(await logIn(world));
  const form = formTokenOf(tokenOf(first));
  const second = await world.ask("/account/log-in", {
    method: "POST",
    body: `form=${form}&stay=yes`,
    headers: { ...FORM, cookie: first },
  });
  assert.match(String(second.headers["set-cookie"]), /Max-Age=864000$/);
  assert.deepEqual([...world.sessions.all.keys()], [sessionIdOf(tokenOf(cookieOf(second)))]);
});

test("a visit is written down now and again, not each time", async () => {
  await using world = await open();
  const cookie = cookieOf(await logIn(world));
  await world.ask("/account/", { headers: { cookie } });
  assert.equal(world.sessions.touched, 0);
  world.clock.lateMs = 11 * MINUTE;
  for (let n = 0; n < 3; n++) await world.ask("/account/", { headers: { cookie } });
  assert.equal(world.sessions.touched, 1);
});

test("the cookie of who stays logged in lives on with the session, ten days from the last visit that was noted", async () => {
  await using world = await open();
  const visit = (cookie: string): Promise<Reply> => world.ask("/account/", { headers: { cookie } });
  const [stays, leaves] = [await logIn(world, "&stay=yes"), await logIn(world)].map(cookieOf) as [string, string];
  assert.equal((await visit(stays)).headers["set-cookie"], undefined);
  world.clock.lateMs = 11 * MINUTE;
  const [renewed, other] = [await visit(stays), await visit(leaves)];
  assert.equal(cookieOf(renewed), stays, "the same one");
  assert.match(String(renewed.headers["set-cookie"]), /Max-Age=864000$/);
  assert.equal(other.headers["set-cookie"], undefined, "the browser forgets it when it closes");
  assert.equal((await visit(stays)).headers["set-cookie"], undefined, "noted just now");
});

test("a store that does not answer for now is a page that says when to come again; a broken one is a fault", async () => {
  await using world = await open();
  const cookie = cookieOf(await logIn(world));
  const visit = (code: StoreErrorCode, path: string): Promise<Reply> => {
    world.sessions.find = async () => {
      throw new StoreError(code, "canary");
    };
    return world.ask(path, { headers: { cookie } });
  };
  for (const code of ["busy", "full", "closed", "no-account", "gone"] as const) {
    const reply = await visit(code, "/account/");
    assert.deepEqual([reply.code, reply.headers["retry-after"]], [503, "30"], code);
    assert.match(reply.body, /Wait half a minute and load it again/);
    assert.equal(reply.headers["cache-control"], "no-store");
  }
  assert.match((await visit("busy", "/sv/account/")).body, /Vänta en halv minut/);
  for (const code of ["io", "key"] as const) {
    const reply = await visit(code, "/account/");
    assert.deepEqual([reply.code, reply.headers["retry-after"]], [500, undefined], code);
  }
  const failed = world.logged.filter((line) => (line as { name: string }).name === "connection.failed");
  assert.equal(failed.length, 8, "operators are told of each");
  assert.doesNotMatch(JSON.stringify(world.logged), /canary/);
});

test("what is no form of ours is refused, and nobody waits for the rest of it", async () => {
  await using world = await open();
  const cookie = cookieOf(await world.ask("/account/form"));
  const form = formTokenOf(tokenOf(cookie));
  const post = async (body: string, headers: Record<string, string> = FORM): Promise<number | undefined> =>
    (await world.ask("/account/form", { method: "POST", body, headers: { ...headers, cookie } })).code;
  assert.equal(await post(`{"form":"${form}"}`, { "content-type": "application/json" }), 415);
  assert.equal(await post("x", { "content-type": "multipart/form-data; boundary=x" }), 415);
  assert.equal(await post(`form=${form}&a=${"x".repeat(5000)}`), 413);
  assert.equal(await post(`form=${form}${"&a".repeat(200)}`), 413);
  assert.equal(await post(`form=${form}&a=%00`), 400);
  assert.equal(await post(`form=${form}&a=%ff`), 400);
  assert.equal(await post(`form=${form}&a=b`), 422);
  assert.equal(await post(`form=${form}&terms=yes`), 303);
});

test("who leaves in the middle of a form is no fault of ours", async () => {
  await using world = await open();
  const socket = connect({ host: "127.0.0.1", port: world.site.port, rejectUnauthorized: false });
  socket.write(`POST /account/form HTTP/1.1\r\nHost: ${SITE_HOST}\r\nContent-Length: 1000\r\n`);
  socket.write(`Content-Type: ${FORM["content-type"]}\r\n\r\nform=`);
  await once(socket, "secureConnect");
  // The answer to a second connection shows that the first one's header was read before.
  await world.ask("/account/form");
  socket.destroy();
  while (!world.site.logged.some(({ fields }) => fields["method"] === "POST")) await turns(1);
  assert.deepEqual(
    [...world.site.logged, ...(world.logged as typeof world.site.logged)].filter(
      ({ name }) => name === "connection.failed",
    ),
    [],
  );
});

test("L1: the log has the route, never the path or what was asked; a fault is a 500 without its words", async () => {
  await using world = await open();
  assert.match((await world.ask("/account/item/canary?canary")).body, /canary/);
  assert.equal((await world.ask("/sv/account/broken")).code, 500);
  assert.equal((await world.ask("/account/none")).code, 404);
  assert.equal((await world.ask("/sv/account")).headers["location"], "/sv/account/");
  assert.equal((await world.ask("/account/item/x", { method: "POST", body: "canary", headers: FORM })).code, 405);
  assert.equal((await world.ask("/account/form", { method: "DELETE" })).code, 405);
  const lines = world.site.logged.filter(({ name }) => name === "web.request").map(({ fields }) => fields);
  assert.deepEqual(
    lines.map(({ resource, code, method }) => [resource, code, method]),
    [
      ["/account/item/:name", 200, "GET"],
      ["/sv/account/broken", 500, "GET"],
      ["other", 404, "GET"],
      ["other", 308, "GET"],
      ["/account/item/:name", 405, "POST"],
      ["/account/form", 405, "other"],
    ],
  );
  assert.ok(lines.every(({ bytes }) => Number(bytes) > 0));
  assert.doesNotMatch(JSON.stringify([...world.site.logged, ...world.logged]), /canary/);
});

test("what a visitor wrote is shown as text", async () => {
  await using world = await open();
  const { body } = await world.ask("/account/item/%3Cscript%3E");
  assert.match(body, /<h1>&lt;script&gt;<\/h1>/);
  assert.doesNotMatch(body, /<script/);
});
