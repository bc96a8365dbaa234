/** Guessers, holders, old phones and those who share a network with a guesser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { StoreError } from "../../store/store-error.ts";
import { createLogInGuard, type LogInGuard, type LogInTry } from "./log-in-guard.ts";
import { logInLimits, shareOfLogIns } from "./log-in-limits.ts";
import { createLogInRecords, type LogIn } from "./log-in-records.ts";
import { accessWorld, type AccessWorld, anna } from "./web-access-world.fixture.ts";

const NAME = "anna@altmail.example";
const [HOME, CAFE, EVIL] = ["192.0.2.7", "203.0.113.9", "198.51.100.66"];
let serial = 0;
const guess = (more: Partial<LogInTry> = {}): LogInTry => ({
  name: NAME,
  password: `guess ${serial++}`,
  account: anna,
  address: EVIL,
  ...more,
});

/** Anna came in, and it is written down. */
async function cameIn(world: AccessWorld, logIn: Pick<LogIn, "protocol" | "named" | "address">): Promise<void> {
  await using records = createLogInRecords({ ...world, tell: async () => {} });
  records.note({ account: anna, ...logIn });
}

/** Takes a try to its end; how long it waited, or that it is to come later. */
async function attempt(
  { clock }: AccessWorld,
  guard: LogInGuard,
  logIn: LogInTry,
  outcome: "right" | "wrong" = "wrong",
): Promise<number | "later"> {
  const began = clock.now();
  const state = { isOver: false };
  const enter = async (): Promise<((outcome: "right" | "wrong") => void) | undefined> => {
    const done = await guard.enter(logIn);
    state.isOver = true;
    return done;
  };
  const entering = enter();
  await turns(5);
  for (let n = 0; n < 40 && !state.isOver; n++) await clock.advance(500);
  const ended = await entering;
  ended?.(outcome);
  return ended === undefined ? "later" : clock.now() - began;
}

async function fill(world: AccessWorld, guard: LogInGuard, more: Partial<LogInTry> = {}): Promise<void> {
  for (let n = 0; n < 40; n++) await attempt(world, guard, guess(more));
}

test("a few wrong passwords cost nothing, more of them time, and then the guesser comes later", async () => {
  await using world = await accessWorld();
  const guard = createLogInGuard(world);
  const waits = [];
  for (let n = 0; n < 22; n++) waits.push(await attempt(world, guard, guess()));
  assert.deepEqual(waits.slice(0, 8), [0, 0, 0, 0, 0, 0, 500, 1000]);
  assert.deepEqual(waits.slice(-3), [7000, "later", "later"]);
  assert.deepEqual(world.events.at(-1)?.[1], { scope: "name", waits: 0 });
});

test("whoever owns the account gets in while others guess: from anywhere, and at once the next hour", async () => {
  await using world = await accessWorld();
  const guard = createLogInGuard(world);
  await fill(world, guard);
  assert.equal(await attempt(world, guard, guess({ address: EVIL }), "right"), "later");
  assert.equal(await attempt(world, guard, guess({ address: CAFE }), "right"), 7500, "slowly");
  for (let n = 0; n < 10; n++)
    assert.notEqual(
      await attempt(world, guard, guess({ address: HOME }), "right"),
      "later",
      "a right one takes nothing",
    );
  await world.clock.advance(2 * HOUR);
  assert.equal(await attempt(world, guard, guess({ address: EVIL }), "right"), 0);
});

test("beyond the bound each network has two tries, which come back within minutes", async () => {
  await using world = await accessWorld();
  const guard = createLogInGuard(world);
  await fill(world, guard);
  const tries = [];
  for (let n = 0; n < 4; n++) tries.push((await attempt(world, guard, guess({ address: CAFE }))) === "later");
  assert.deepEqual(tries, [false, false, true, true]);
  await world.clock.advance(25 * MINUTE);
  await fill(world, guard, { address: "203.0.114.1" });
  assert.notEqual(await attempt(world, guard, guess({ address: CAFE })), "later");
});

test("from where the account lately logged in more is tried, with its kind of client, and not without end", async () => {
  await using world = await accessWorld();
  await cameIn(world, { protocol: "imap", named: "Thunderbird", address: EVIL });
  const guard = createLogInGuard(world);
  for (const address of [CAFE, "203.0.114.1", "203.0.115.1"]) await fill(world, guard, { address });
  const waits = [];
  for (let n = 0; n < 25; n++) waits.push(await attempt(world, guard, guess()));
  assert.deepEqual(waits, [...Array.from({ length: 20 }, () => 0), ...Array.from({ length: 5 }, () => "later")]);
  const atOnce = Array.from({ length: 100 }, () => guard.enter(guess()));
  await turns(5);
  await world.clock.advance(MINUTE);
  assert.equal((await Promise.all(atOnce)).filter((done) => done !== undefined).length, 0);
  await world.clock.advance(40 * MINUTE);
  for (let n = 0; n < 3; n++) await attempt(world, guard, guess());
  assert.notEqual(await attempt(world, guard, guess({ client: "Thunderbird" }), "right"), "later");
  assert.equal(await attempt(world, guard, guess({ client: "Mutt" }), "right"), "later");
});

test("an old phone that goes on with the old password counts once a day, and takes nothing from its holder", async () => {
  await using world = await accessWorld();
  const guard = createLogInGuard(world);
  for (let n = 0; n < 500; n++) {
    assert.equal(await attempt(world, guard, guess({ password: "old", address: HOME })), 0);
    await world.clock.advance(10 * SECOND);
  }
  assert.equal(await attempt(world, guard, guess({ address: HOME }), "right"), 0);
});

test("a thousand tries at once are not one: those under way count until they are checked", async () => {
  await using world = await accessWorld();
  const guard = createLogInGuard(world);
  const entering = Array.from({ length: 1000 }, () => guard.enter(guess()));
  await turns(5);
  await world.clock.advance(MINUTE);
  const entered = (await Promise.all(entering)).filter((done) => done !== undefined);
  assert.ok(entered.length <= 20, `${entered.length} were let in`);
  for (const ended of entered) {
    ended("right");
    ended("wrong");
  }
  assert.equal(
    await attempt(world, guard, guess({ address: HOME })),
    0,
    "right ones, and words too late, are not held against it",
  );
});

test("A6: who shares a network with a guesser of many names is slowed, and gets in", async () => {
  await using world = await accessWorld();
  const guard = createLogInGuard(world);
  for (let n = 0; n < 150; n++)
    await attempt(world, guard, guess({ name: `${n}@altmail.example`, account: undefined }));
  await world.clock.advance(2 * MINUTE);
  assert.equal(await attempt(world, guard, guess(), "right"), 8000);
  const entering = Array.from({ length: 50 }, (_, n) =>
    guard.enter(guess({ name: `x${n}@altmail.example`, account: undefined })),
  );
  await turns(5);
  await world.clock.advance(10 * SECOND);
  const tried = (await Promise.all(entering)).filter((done) => done !== undefined).length;
  assert.ok(tried >= 8 && tried <= 10, `${tried} in a minute`);
  assert.equal(await attempt(world, guard, guess({ address: CAFE }), "right"), 0, "others notice nothing");
});

test("a name that is nobody's is treated as one that is somebody's, to the millisecond", async () => {
  const course = async (name: string, account: LogInTry["account"]): Promise<readonly (number | "later")[]> => {
    await using world = await accessWorld();
    const guard = createLogInGuard(world);
    const waits: (number | "later")[] = [];
    for (let n = 0; n < 60; n++) {
      const address = [EVIL, CAFE, HOME][n % 3] ?? EVIL;
      waits.push(await attempt(world, guard, guess({ name, account, address })));
    }
    return waits;
  };
  const known = await course(NAME, anna);
  assert.deepEqual(await course("nobody@altmail.example", undefined), known);
  assert.ok(known.includes("later"));
});

test("with another day nobody is known any more, and what was under way then harms nothing", async () => {
  await using world = await accessWorld();
  const guard = createLogInGuard(world);
  await fill(world, guard);
  const held = await guard.enter(guess({ name: "bo@altmail.example", address: CAFE }));
  await world.clock.advance(DAY);
  held?.("wrong");
  assert.equal(await attempt(world, guard, guess()), 0);
});

test("a store that does not answer, an address that is none, and a client that leaves change nothing for others", async () => {
  await using world = await accessWorld();
  const broken = createLogInGuard({
    ...world,
    store: { isKnownFrom: () => Promise.reject(new StoreError("io", "The disk is gone.")) },
  });
  await fill(world, broken);
  assert.equal(await attempt(world, broken, guess()), "later");
  for (const address of [undefined, "", "no address", "\0", "x".repeat(1e5)])
    assert.notEqual(await attempt(world, broken, guess({ address, name: "\u{0}'; --", password: "\n" })), "later");
  const leaving = new AbortController();
  const entering = broken.enter(guess({ address: CAFE, signal: leaving.signal }));
  await turns(5);
  leaving.abort();
  assert.equal(await entering, undefined);
  assert.notEqual(await attempt(world, broken, guess({ address: CAFE })), "later");
});

test("while there are more tries than can wait for their check, holders from where they lately were go first", async () => {
  await using world = await accessWorld();
  await cameIn(world, { protocol: "web", named: "w3m/0.5", address: HOME });
  const guard = createLogInGuard({ ...world, limits: { ...logInLimits, checking: 32 } });
  const guesses = Array.from({ length: 300 }, (_, n) =>
    guard.enter(guess({ name: `${n}@altmail.example`, account: undefined, address: `203.0.${n % 250}.1` })),
  );
  const checked = (await Promise.all(guesses)).filter((done) => done !== undefined);
  assert.equal(checked.length, 32);
  assert.equal(await attempt(world, guard, guess({ address: CAFE }), "right"), "later");
  assert.equal(await attempt(world, guard, guess({ address: HOME }), "right"), 0);
  checked[0]?.("wrong");
  assert.equal(await attempt(world, guard, guess({ address: CAFE }), "right"), 0);
});

test("networks that guessed do not fill the places where strangers wait for their check", async () => {
  await using world = await accessWorld();
  const guard = createLogInGuard({ ...world, limits: { ...logInLimits, checking: 8, checkingSuspects: 4 } });
  for (let n = 0; n < 4; n++) await attempt(world, guard, guess({ name: `${n}@altmail.example`, account: undefined }));
  const crowd = (address: (n: number) => string): Promise<readonly unknown[]> =>
    Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        guard.enter(guess({ name: `x${n}@altmail.example`, account: undefined, address: address(n) })),
      ),
    );
  const entered = async (address: (n: number) => string): Promise<number> =>
    (await crowd(address)).filter((ended) => ended !== undefined).length;
  assert.deepEqual([await entered(() => EVIL), await entered((n) => `203.0.${n}.1`)], [4, 4]);
});

test("holders where they lately were go first, networks that guessed last; names that are nobody's stand as others do", async () => {
  await using world = await accessWorld();
  await cameIn(world, { protocol: "imap", named: "mutt", address: HOME });
  const guard = createLogInGuard(world);
  const nobody = { name: "nobody@altmail.example", account: undefined };
  const standings = (): Promise<readonly string[]> =>
    Promise.all(
      [{ address: HOME }, { address: CAFE }, { address: EVIL }, { ...nobody, address: HOME }, nobody].map((more) =>
        guard.standing(guess(more)),
      ),
    );
  for (let n = 0; n < 2; n++) await attempt(world, guard, guess());
  assert.deepEqual(await standings(), ["known", "stranger", "stranger", "stranger", "stranger"], "to err is human");
  for (let n = 0; n < 9; n++) await attempt(world, guard, guess({ password: "old", address: HOME }));
  await attempt(world, guard, guess({ ...nobody }));
  assert.deepEqual(await standings(), ["known", "stranger", "suspect", "stranger", "suspect"]);
  await world.clock.advance(3 * HOUR);
  assert.equal(await guard.standing(guess()), "stranger");
});

test("so many may wait at one time, and no more", async () => {
  await using world = await accessWorld();
  const guard = createLogInGuard({ ...world, limits: { ...logInLimits, waiting: 3 } });
  await fill(world, guard, { address: EVIL });
  const entering = Array.from({ length: 5 }, (_, n) => guard.enter(guess({ address: `203.0.${n}.1` })));
  await turns(5);
  assert.deepEqual(world.events.slice(-2), [
    ["login.held", { scope: "all", waits: 3 }],
    ["login.held", { scope: "all", waits: 3 }],
  ]);
  await world.clock.advance(10 * SECOND);
  const entered = await Promise.all(entering);
  assert.equal(entered.filter((done) => done !== undefined).length, 3);
});

test("a hundred guesses a second for minutes take no memory, and forget nobody who is near a bound", async () => {
  await using world = await accessWorld();
  const guard = createLogInGuard(world);
  await fill(world, guard);
  const before = guard.bytes;
  assert.ok(before < 4 * 1024 * 1024, `${before} octets`);
  for (let n = 0; n < 40_000; n++) {
    const address = `${10 + (n % 200)}.${n % 251}.${n % 241}.1`;
    const ended = await guard.enter(guess({ name: `${n}@altmail.example`, account: undefined, address }));
    ended?.("wrong");
    if (n % 100 === 99) await world.clock.advance(SECOND);
  }
  assert.equal(guard.bytes, before);
  assert.equal(await attempt(world, guard, guess()), "later");
});

test("workers together let through at most twice a bound, and at least one of everything", () => {
  for (const workers of [1, 2, 3, 16, 1000]) {
    const share = shareOfLogIns(logInLimits, workers);
    for (const [all, part] of [
      [logInLimits.name.most, share.name.most],
      [logInLimits.slowTries, share.slowTries],
      [logInLimits.tries.most, share.tries.most],
    ] as const) {
      assert.ok(part >= 1 && part <= all);
      assert.ok((part - 1) * workers < 2 * all);
    }
  }
});
