/** Sessions from the password to their end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import type { Sessions } from "../../servers/web/portal/sessions.ts";
import { newToken, sessionIdOf } from "../../servers/web/portal/token.ts";
import { createWebSessions, type WebSession } from "./web-sessions.ts";
import { accessWorld, type AccessWorld, anna, bo } from "./web-access-world.fixture.ts";

const begin = async (world: AccessWorld, id: string, isStaying = false): Promise<WebSession> => {
  const now = world.clock.now();
  const session = { id, account: anna, begunAt: now, seenAt: now, isStaying };
  await createWebSessions(world).create(session);
  return session;
};
const isFound = async (world: AccessWorld, id: string): Promise<boolean> =>
  (await createWebSessions(world).find(id, world.clock.now())) !== undefined;

test("the portal can be given these sessions as they are", async () => {
  await using world = await accessWorld();
  const sessions: Sessions = createWebSessions(world);
  const [id, now] = [sessionIdOf(newToken()), world.clock.now()];
  await sessions.create({ id, account: anna, begunAt: now, seenAt: now, isStaying: false });
  assert.equal((await sessions.find(id, now))?.id, id);
  await sessions.end(id);
  assert.equal(await sessions.find(id, now), undefined);
});

test("W3: a session lasts a day unused, ten where one stays logged in, and each visit counts anew", async () => {
  await using world = await accessWorld();
  const sessions = createWebSessions(world);
  const { clock } = world;
  const short = await begin(world, "short");
  await begin(world, "staying", true);
  assert.deepEqual(await sessions.find("short", clock.now()), short);
  await clock.advance(DAY - SECOND);
  assert.deepEqual([await isFound(world, "short"), await isFound(world, "staying")], [true, true]);
  await sessions.touch("short", clock.now());
  await clock.advance(DAY - SECOND);
  assert.equal(await isFound(world, "short"), true);
  await clock.advance(SECOND);
  assert.equal(await isFound(world, "short"), false);
  await clock.advance(8 * DAY - 2 * HOUR);
  assert.equal(await isFound(world, "staying"), true);
  await clock.advance(HOUR + SECOND);
  assert.equal(await isFound(world, "staying"), false, "before it is ten days unused");
});

test("a visit to what is over does not bring it back", async () => {
  await using world = await accessWorld();
  await begin(world, "one");
  await world.clock.advance(DAY);
  await createWebSessions(world).touch("one", world.clock.now());
  assert.equal(await isFound(world, "one"), false);
  await createWebSessions(world).touch("none", world.clock.now());
});

test("visits are written once a minute at most", async () => {
  await using world = await accessWorld();
  const { clock, store } = world;
  let writes = 0;
  const counted = createWebSessions({
    ...world,
    store: { ...store, touchSession: (id, at) => (writes++, store.touchSession(id, at)) },
  });
  await begin(world, "one");
  for (let second = 0; second < 180; second++) {
    await clock.advance(SECOND);
    await counted.touch("one", clock.now());
  }
  assert.equal(writes, 3);
});

test("ended in one worker is ended in all, and the rest of the account's go on", async () => {
  await using world = await accessWorld();
  const here = createWebSessions(world);
  const there = createWebSessions({ ...world, store: await world.other() });
  for (const id of ["one", "two", "three"]) await begin(world, id);
  const list = async (): Promise<readonly string[]> => (await there.list(anna, world.clock.now())).map(({ id }) => id);
  await here.end("one");
  assert.equal(await there.find("one", world.clock.now()), undefined);
  assert.equal(await here.endOne(bo, "two"), false);
  assert.deepEqual(await list(), ["three", "two"].toSorted());
  await here.endAll(anna, "two");
  assert.deepEqual(await list(), ["two"]);
  assert.equal(await here.endOne(anna, "two"), true);
  assert.deepEqual(await list(), []);
});

test("whose account may not log in any more has no session, whoever forgot to end it", async () => {
  await using world = await accessWorld();
  await begin(world, "one");
  for (const [state, found] of [
    ["paused", true],
    ["suspended", false],
    ["closing", false],
    ["active", true],
  ] as const) {
    world.setState(anna, state);
    assert.equal(await isFound(world, "one"), found, state);
  }
  world.accounts.delete(anna);
  assert.equal(await isFound(world, "one"), false);
});

test("before the second step a session counts for nothing, and it waits ten minutes, however often it is asked for", async () => {
  await using world = await accessWorld();
  const sessions = createWebSessions(world);
  const { clock } = world;
  const now = clock.now();
  const half = { id: "half", account: anna, begunAt: now, seenAt: now, isStaying: true };
  await sessions.createWaiting(half);
  assert.equal(await sessions.find("half", now), undefined);
  assert.deepEqual(await sessions.list(anna, now), []);
  assert.deepEqual(await sessions.findWaiting("half", now), half);
  await clock.advance(9 * MINUTE);
  await sessions.touch("half", clock.now());
  assert.deepEqual(await sessions.findWaiting("half", clock.now()), half);
  await clock.advance(MINUTE);
  assert.equal(await sessions.findWaiting("half", clock.now()), undefined);
  await sessions.createWaiting({ ...half, id: "other", seenAt: clock.now() });
  assert.equal(await sessions.endOne(anna, "other"), true);
  assert.equal(await sessions.endOne(anna, "other"), false, "of two at once one is the first");
});
