import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import type { Bus, Notice } from "../../host/bus.ts";
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import type { FileKey } from "../../store/crypt/account-keys.ts";
import type { Account, Directory } from "../../store/directory.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { openSqliteWatchBook } from "../../store/sqlite/watch/watch-book.ts";
import type { WatchBook } from "../../store/watch-book.ts";
import { createAccounts } from "../accounts/manage.ts";
import { createPasswordHasher } from "../accounts/password.ts";
import { createRevocations } from "../accounts/revocation.ts";
import type { HolderNotice, OperatorNotice } from "../notices/notices.ts";
import type { Watch } from "./watch.ts";
import { createWatch } from "./watching.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-watch-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;

type World = {
  readonly clock: FakeClock;
  /** In the elected worker, and in another. */
  readonly watch: Watch;
  readonly other: Watch;
  readonly book: WatchBook;
  readonly directory: Directory;
  readonly ada: Account;
  readonly told: (readonly [kind: string, occasion: string])[];
  readonly logged: (readonly [string, Readonly<Record<string, unknown>>])[];
  /** The operator's mail cannot be written. */
  readonly silence: (isSilent: boolean) => void;
};

/** What one worker publishes the other hears. */
function twoBuses(): readonly [Bus, Bus] {
  const listeners = [new Set<(notice: Notice) => void>(), new Set<(notice: Notice) => void>()] as const;
  const bus = (own: 0 | 1): Bus => ({
    publish(topic, notice) {
      if (topic === "watch") for (const listener of listeners[own === 0 ? 1 : 0]) listener(notice);
    },
    subscribe(_, listener) {
      listeners[own].add(listener);
      return { [Symbol.dispose]: () => void listeners[own].delete(listener) };
    },
    onLost: () => ({ [Symbol.dispose]() {} }),
  });
  return [bus(0), bus(1)];
}

async function world(body: (world: World) => Promise<void>): Promise<void> {
  const clock = new FakeClock("2026-03-01T00:00:00Z");
  const file = join(folder, `${randomBytes(8).toString("hex")}.db`);
  await using directory = memoryDirectory();
  await using mail = memoryMailStore({ clock });
  const ada = sampleAccount("ada@example.org");
  await directory.add([ada]);
  const logged: World["logged"] = [];
  const told: World["told"] = [];
  let isSilent = false;
  const notices = {
    tell: async (_: unknown, { kind }: HolderNotice, occasion: string) => void told.push([kind, occasion]),
    async tellOperator({ kind }: OperatorNotice, occasion: string) {
      if (isSilent) throw new Error("the operator's store does not answer");
      told.push([kind, occasion]);
    },
  };
  const log = (name: string, fields: object): void => void logged.push([name, { ...fields }]);
  const [bus, otherBus] = twoBuses();
  const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  const accounts = createAccounts({
    directory,
    mail,
    hasher,
    clock,
    log,
    notices,
    revocations: createRevocations(bus),
    domains: ["example.org"],
  });
  const book = await openSqliteWatchBook({ file, key, clock });
  const options = { directory, accounts, notices, clock, log, logDays: 10 };
  await using watch = createWatch({ ...options, bus, book });
  await using other = createWatch({ ...options, bus: otherBus, book: await openSqliteWatchBook({ file, key, clock }) });
  const leading = watch.lead();
  const silence = (quiet: boolean): void => void (isSilent = quiet);
  await body({ clock, watch, other, book, directory, ada, told, logged, silence });
  await leading[Symbol.asyncDispose]();
}

/** Network number `n`, in IPv4 or IPv6. */
const place = (n: number): string =>
  n % 2 === 0 ? `198.${18 + (n >> 8)}.${n & 255}.7` : `2001:db8:${n.toString(16)}::7`;

type Login = { readonly ok?: boolean; readonly app?: boolean };
const seen = ({ watch, ada, clock }: World, client: string, { ok = true, app = false }: Login = {}, by = watch): void =>
  by.observe(ok ? "login.accepted" : "login.refused", { account: ada.id, appPassword: app, client }, clock.now());

/** Calls `step` every `every` for `span`, while time passes. */
async function during(world: World, span: number, every: number, step: (n: number) => void): Promise<void> {
  for (let n = 0; n < span / every; n++) {
    step(n);
    await world.clock.advance(every);
  }
}

/** Some days of a log-in an hour from home, so that a habit is known. */
const settle = (world: World, days = 4): Promise<void> => during(world, days * DAY, HOUR, () => seen(world, place(0)));

/** Somebody tries passwords from `networks` places. */
async function guess(world: World, networks = 15, tries = 60): Promise<void> {
  await during(world, 30 * MINUTE, (30 * MINUTE) / tries, (n) =>
    seen(world, place(100 + (n % networks)), { ok: false }),
  );
}

const rulesOf = async ({ watch }: World): Promise<readonly string[]> => (await watch.flags()).map(({ rule }) => rule);

test("a password that was guessed is flagged: tried from many networks, then right from a new one", () =>
  world(async (world) => {
    const { watch, logged, told, directory, ada } = world;
    await settle(world);
    await guess(world);
    assert.deepEqual(await rulesOf(world), [], "to be attacked is no sin");
    seen(world, place(101));
    await turns(5);
    const [flag, ...more] = await watch.flags();
    assert.ok(flag !== undefined && more.length === 0);
    assert.equal(flag.rule, "guessed");
    assert.equal(flag.address, "ada@example.org");
    assert.equal(flag.evidence.counts["wrong passwords"], 60);
    assert.ok(flag.evidence.networks.every((network) => /^[0-9a-f]{12}$/.test(network)));
    assert.equal(flag.pauses, false, "one rule alone pauses nothing");
    assert.equal((await directory.byId(ada.id))?.state, "active");
    assert.deepEqual(told, [["account-flagged", flag.id]]);
    assert.deepEqual(
      logged.filter(([name]) => name.startsWith("watch.")),
      [["watch.flagged", { flag: flag.id, account: ada.id, rule: "guessed", pauses: false }]],
    );
    seen(world, place(102));
    await turns(5);
    assert.equal((await watch.flags()).length, 1, "one flag a rule");
  }));

test("while strangers guess, the holder at home, on the way by app password, or mistyping is not flagged", () =>
  world(async (world) => {
    await settle(world);
    await guess(world);
    seen(world, place(0), { ok: false });
    seen(world, place(0));
    for (let n = 0; n < 10; n++) seen(world, place(300 + n), { app: true });
    await turns(5);
    assert.deepEqual(await rulesOf(world), []);
  }));

test("the holder's log-in does not hide that of the one who guessed", () =>
  world(async (world) => {
    await settle(world);
    await guess(world);
    seen(world, place(0));
    seen(world, place(101));
    await turns(5);
    assert.deepEqual(await rulesOf(world), ["guessed"]);
  }));

test("who mistypes ten times, or lets a program try an old password for a day, is not flagged", () =>
  world(async (world) => {
    await settle(world);
    for (let n = 0; n < 10; n++) seen(world, place(7), { ok: false });
    seen(world, place(7));
    await during(world, DAY, MINUTE, (n) => seen(world, place(n % 3), { ok: false }));
    seen(world, place(9));
    await during(world, DAY, MINUTE, (n) => seen(world, place(n % 6), { ok: false, app: true }));
    await turns(5);
    assert.deepEqual(await rulesOf(world), []);
  }));

test("A6: a Tor user with 30 networks a day is never flagged, nor one whose exit changes each ten minutes", () =>
  world(async (world) => {
    await during(world, 3 * DAY, DAY / 30, (n) => seen(world, place(n)));
    await during(world, 2 * DAY, 10 * MINUTE, (n) => {
      for (let client = 0; client < 3; client++) seen(world, place(3 * n + client));
    });
    assert.deepEqual(await rulesOf(world), []);
  }));

test("mbsync that polls each minute with five connections is never flagged, from its first day on", () =>
  world(async (world) => {
    await settle(world, 3);
    await during(world, DAY, MINUTE, () => {
      for (let n = 0; n < 5; n++) seen(world, place(0));
    });
    assert.deepEqual(await rulesOf(world), []);
  }));

test("log-ins far above what is usual are flagged, and not before anything is known to be usual", () =>
  world(async (world) => {
    const flood = (): Promise<void> => during(world, HOUR, 5_000, () => seen(world, place(0)));
    await flood();
    assert.deepEqual(await rulesOf(world), []);
    await world.book.forgetAccount(world.ada.id);
    await world.clock.advance(DAY);
    await settle(world);
    await flood();
    assert.deepEqual(await rulesOf(world), ["surge"]);
    const [flag] = await world.watch.flags();
    assert.equal(flag?.evidence.counts["usual log-ins in the busiest hour"], 1);
  }));

test("A6: log-ins from everywhere at once flag, and never pause, not even with a surge", () =>
  world(async (world) => {
    await settle(world);
    await during(world, HOUR, 5_000, (n) => seen(world, place(n % 40)));
    assert.deepEqual((await rulesOf(world)).toSorted(), ["places", "surge"]);
    assert.ok((await world.watch.flags()).every(({ pauses }) => !pauses));
    assert.equal((await world.directory.byId(world.ada.id))?.state, "active");
  }));

test("stolen lists of app passwords are flagged", () =>
  world(async (world) => {
    await during(world, HOUR, MINUTE, (n) => seen(world, place(n % 20), { ok: false, app: true }));
    assert.deepEqual(await rulesOf(world), ["app-passwords"]);
  }));

test("A8: rules of different kind pause sending alone; the holder is told, and told again when it goes on", () =>
  world(async (world) => {
    const { watch, directory, ada, told, logged } = world;
    await settle(world);
    await guess(world);
    for (let n = 0; n < 30; n++) seen(world, place(200 + n));
    await turns(20);
    const [places, guessed] = (await watch.flags()).toSorted((a, b) => (a.rule < b.rule ? 1 : -1));
    assert.ok(places?.rule === "places" && guessed?.rule === "guessed");
    assert.deepEqual([guessed.pauses, places.pauses], [false, true]);
    assert.equal((await directory.byId(ada.id))?.state, "paused");
    assert.deepEqual(told, [
      ["account-flagged", guessed.id],
      ["sending-paused", `flag ${places.id}`],
      ["account-flagged", places.id],
    ]);
    const closed = await watch.close(places.id, "harmless", true);
    assert.deepEqual(closed, { kind: "closed", resumed: true, open: [guessed.id] });
    assert.equal((await directory.byId(ada.id))?.state, "active");
    assert.deepEqual(told.at(-1), ["sending-resumed", `flag ${places.id}`]);
    assert.deepEqual(logged.at(-1), [
      "watch.closed",
      { flag: places.id, account: ada.id, word: "harmless", resumed: true },
    ]);
    await world.clock.advance(10 * MINUTE);
    for (let n = 0; n < 30; n++) seen(world, place(200 + n));
    await turns(20);
    assert.equal((await watch.flags()).length, 2, "what a person closed stays closed for a day");
    const refused = await watch.close("ffffffff", "harmless", false);
    assert.ok(refused.kind === "refused" && /List the flags/.test(refused.sentence));
  }));

test("what workers see is joined", () =>
  world(async (world) => {
    await settle(world);
    await during(world, 30 * MINUTE, 30_000, (n) =>
      seen(world, place(100 + (n % 15)), { ok: false }, n % 2 === 0 ? world.watch : world.other),
    );
    seen(world, place(101), {}, world.other);
    await turns(5);
    assert.deepEqual(await rulesOf(world), ["guessed"]);
    assert.equal((await world.other.flags())[0]?.evidence.counts["wrong passwords"], 60);
  }));

test("a mail that failed is told within the hour", () =>
  world(async (world) => {
    const { told, logged, silence, watch, clock } = world;
    silence(true);
    await guess(world);
    seen(world, place(101));
    await turns(5);
    assert.deepEqual(told, []);
    assert.ok(logged.some(([name, { step }]) => name === "watch.failed" && step === "guessed"));
    silence(false);
    await clock.advance(HOUR);
    assert.deepEqual(told, [["account-flagged", (await watch.flags())[0]?.id]]);
    await clock.advance(DAY);
    assert.equal(told.length, 1);
  }));

test("a pause that a person ended is not done again because a mail had failed", () =>
  world(async (world) => {
    const { silence, directory, ada, clock, told } = world;
    await settle(world);
    silence(true);
    await guess(world);
    for (let n = 0; n < 30; n++) seen(world, place(200 + n));
    await turns(20);
    assert.equal((await directory.byId(ada.id))?.state, "paused");
    assert.deepEqual(
      told.map(([kind]) => kind),
      ["sending-paused"],
    );
    await directory.setState(ada.id, "active");
    silence(false);
    await clock.advance(HOUR);
    assert.equal((await directory.byId(ada.id))?.state, "active");
    assert.deepEqual(
      told.map(([kind]) => kind),
      ["sending-paused", "account-flagged", "account-flagged"],
    );
  }));

test("L2: no flag and no habit outlives the logs of its day, whether open, closed or on a paused account", () =>
  world(async (world) => {
    const { watch, book, clock, ada } = world;
    await settle(world);
    await guess(world);
    for (let n = 0; n < 30; n++) seen(world, place(200 + n));
    await turns(20);
    const [flag] = await watch.flags();
    assert.ok(flag !== undefined);
    const dies = Math.floor(flag.since / DAY) * DAY + 10 * DAY;
    await clock.advance(dies - clock.now() - 1);
    assert.equal((await watch.flags()).length, 2);
    await clock.advance(1);
    assert.deepEqual(await watch.flags(), []);
    await turns(20);
    assert.deepEqual(await book.flags(), [], "erased, not only left out");
    const { days, places } = await book.usual(ada.id, Math.floor(clock.now() / DAY) + 1);
    assert.deepEqual([days, places.size], [0, 0]);
  }));

test("L2: what should have died while the service was down is shown by nobody, and forgotten on demand", () =>
  world(async (world) => {
    const { watch, book, clock } = world;
    // What the leader does at its start is over.
    await turns(20);
    const evidence = { counts: {}, networks: [] };
    const old = { id: "ab12cd34", account: world.ada.id, rule: "guessed", since: clock.now() - 10 * DAY, evidence };
    await book.raise({ ...old, pauses: false });
    assert.deepEqual(await watch.flags(), []);
    assert.equal((await watch.close(old.id, "harmless", false)).kind, "refused");
    assert.equal(await watch.forget(clock.now()), 1);
    assert.deepEqual(await book.flags(), []);
  }));

test("D5: what is known of a deleted account goes with it, whichever worker hears of it", () =>
  world(async (world) => {
    const { watch, other, book, ada, clock } = world;
    await settle(world);
    await guess(world);
    seen(world, place(101));
    await turns(5);
    assert.equal((await watch.flags()).length, 1);
    other.observe("account.deleted", { account: ada.id }, clock.now());
    await turns(5);
    assert.deepEqual(await book.flags(), []);
    assert.equal((await book.usual(ada.id, 1_000_000)).days, 0);
    await clock.advance(HOUR);
    assert.equal((await book.usual(ada.id, 1_000_000)).days, 0, "nor does it come back with the hour");
  }));

test("events that no rule knows, and log-ins without a place, are nothing to the watch", () =>
  world(async (world) => {
    const { watch, clock, ada } = world;
    for (const name of ["imap.command", "constructor", "toString", "__proto__"])
      watch.observe(name, { account: ada.id, client: place(1) }, clock.now());
    watch.observe("login.accepted", { account: ada.id, appPassword: false, remembered: true }, clock.now());
    watch.observe("login.refused", { account: undefined, reason: "no such name" }, clock.now());
    watch.observe("login.accepted", { account: ada.id, appPassword: false, client: "not an address" }, clock.now());
    await clock.advance(HOUR);
    assert.equal((await world.book.usual(ada.id, 1_000_000)).days, 0);
  }));
