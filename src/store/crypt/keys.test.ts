import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { accountId } from "../ids.ts";
import { epochText, home, isKeyError } from "./keys.fixture.ts";
import { type Keys, type KeysOptions, openKeys } from "./keys.ts";
import { generateRoot, readRoot } from "./root.ts";

const ALICE = accountId("a".repeat(32));
const BOB = accountId("b".repeat(32));
test("a root is made once, for its owner alone", () => {
  using at = home();
  const path = join(at.folder, "secret", "root");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readRoot(path), at.options.root);
  assert.throws(() => generateRoot(path), isKeyError);
});

test("keys stay what they are over reopening and over changes of the epoch", () => {
  using at = home();
  let alice: Uint8Array;
  {
    using keys = openKeys(at.options);
    alice = keys.create(ALICE);
    assert.deepEqual(keys.create(ALICE), alice);
    assert.equal(keys.get(BOB), undefined);
    const before = epochText(at.options);
    keys.rotateEpoch();
    assert.notEqual(epochText(at.options), before);
    assert.deepEqual(keys.get(ALICE), alice);
    assert.deepEqual(keys.systemKey("queue.db"), keys.systemKey("queue.db"));
    assert.notDeepEqual(keys.systemKey("queue.db"), keys.systemKey("system.db"));
  }
  using keys = openKeys(at.options);
  assert.deepEqual(keys.get(ALICE), alice);
  assert.deepEqual(keys.accounts(), [ALICE]);
});

test("another root or another epoch opens nothing", () => {
  using at = home();
  openKeys(at.options)[Symbol.dispose]();
  const other = randomBytes(32) as Uint8Array as KeysOptions["root"];
  assert.throws(() => openKeys({ ...at.options, root: other }), isKeyError);
  const epoch = join(at.options.secretFolder, "epoch");
  rmSync(epoch);
  assert.throws(() => openKeys(at.options), isKeyError);
  assert.equal(existsSync(epoch), false, "a lost epoch is never silently replaced");
});

test("a new data folder takes the epoch that is there: another data folder may need it", () => {
  using at = home();
  openKeys(at.options)[Symbol.dispose]();
  const before = epochText(at.options);
  const second = join(at.folder, "data2");
  mkdirSync(second);
  openKeys({ ...at.options, dataFolder: second })[Symbol.dispose]();
  assert.equal(epochText(at.options), before);
});

test("two workers see each other's keys and epochs", () => {
  using at = home();
  using a = openKeys(at.options);
  using b = openKeys(at.options);
  const alice = a.create(ALICE);
  assert.deepEqual(b.create(ALICE), alice);
  a.rotateEpoch();
  assert.deepEqual(b.get(ALICE), alice);
  b.rotateEpoch();
  b.destroy(BOB);
  assert.deepEqual(a.get(ALICE), alice);
  a.destroy(ALICE);
  assert.equal(b.get(ALICE), undefined);
});

for (const step of ["written", "committed"] as const) {
  test(`a change of the epoch that stops after it was ${step} loses no key`, () => {
    using at = home();
    let alice: Uint8Array;
    const stop = (at: string): void => {
      if (at === step) throw new Error("stopped");
    };
    {
      using keys = openKeys(at.options);
      alice = keys.create(ALICE);
    }
    const before = epochText(at.options);
    {
      using keys = openKeys({ ...at.options, afterStep: stop });
      assert.throws(() => keys.rotateEpoch(), /stopped/);
      assert.equal(epochText(at.options), before);
    }
    using keys = openKeys(at.options);
    assert.deepEqual(keys.get(ALICE), alice);
    assert.equal(epochText(at.options) === before, step === "written");
    assert.equal(existsSync(join(at.options.secretFolder, "epoch.next")), false);
    keys.rotateEpoch();
    assert.deepEqual(keys.get(ALICE), alice);
  });
}

test("D5: an old copy of HOME/data with today's secrets cannot open a deleted account", () => {
  using at = home();
  const copy = join(at.folder, "copy");
  {
    using keys = openKeys(at.options);
    keys.create(ALICE);
    keys.create(BOB);
    cpSync(at.options.dataFolder, copy, { recursive: true });
    const control = openKeys({ ...at.options, dataFolder: copy });
    assert.ok(control.get(ALICE), "before the deletion the copy opens");
    control[Symbol.dispose]();
    keys.destroy(ALICE);
    assert.ok(keys.get(BOB));
  }
  assert.throws(() => openKeys({ ...at.options, dataFolder: copy }), isKeyError);
});

test("D5: a second key becomes the only one; an old copy of HOME/data then has neither", () => {
  using at = home();
  using keys = openKeys(at.options);
  const first = keys.create(ALICE);
  assert.equal(keys.changing.next(ALICE), undefined);
  const next = keys.changing.prepare(ALICE);
  assert.deepEqual(keys.changing.prepare(ALICE), next, "it is made once");
  keys.rotateEpoch();
  assert.deepEqual([keys.get(ALICE), keys.changing.next(ALICE)], [first, next]);
  assert.deepEqual(keys.census(), { ...keys.census(), accounts: 1, changing: 1, system: 0, days: 0 });
  const copy = join(at.folder, "copy");
  cpSync(at.options.dataFolder, copy, { recursive: true });
  keys.changing.promote(ALICE);
  assert.deepEqual([keys.get(ALICE), keys.changing.next(ALICE)], [next, undefined]);
  assert.throws(() => openKeys({ ...at.options, dataFolder: copy }), isKeyError);
  keys.changing.promote(ALICE);
  assert.deepEqual(keys.get(ALICE), next, "again: nothing happens");
});

test("a second key that is dropped, or whose account is deleted, is gone", () => {
  using at = home();
  using keys = openKeys(at.options);
  const first = keys.create(ALICE);
  const next = keys.changing.prepare(ALICE);
  keys.changing.drop(ALICE);
  assert.deepEqual([keys.get(ALICE), keys.changing.next(ALICE)], [first, undefined]);
  assert.notDeepEqual(keys.changing.prepare(ALICE), next);
  keys.destroy(ALICE);
  assert.deepEqual([keys.get(ALICE), keys.changing.accounts()], [undefined, []]);
});

test("L2: a day's key dies with its secret, whether or not the service is unlocked then", () => {
  using at = home();
  using keys = openKeys(at.options);
  assert.equal(keys.dayKey("2030-01-01"), undefined);
  const first = made(keys, "2030-01-01");
  assert.deepEqual(keys.dayKey("2030-01-01"), first);
  assert.notDeepEqual(made(keys, "2030-01-02"), first);
  rmSync(join(at.options.secretFolder, "day-2030-01-01"));
  assert.equal(keys.dayKey("2030-01-01"), undefined);
  keys.rotateEpoch();
  keys.destroyDay("2030-01-02");
  assert.equal(keys.dayKey("2030-01-02"), undefined);
  assert.notDeepEqual(made(keys, "2030-01-01"), first);
});

function made(keys: Keys, date: string): Uint8Array {
  const key = keys.dayKey(date, { create: true });
  assert.ok(key);
  return key;
}
