import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type AccountId, accountId } from "../ids.ts";
import type { FileKey } from "./account-keys.ts";
import { currentEpoch, type Epoch, keyEncryptionKey, prepareEpoch, settleEpoch } from "./epoch.ts";
import { home, isKeyError, keysFile } from "./keys.fixture.ts";
import { type KeysOptions, keysMigrations, openKeys } from "./keys.ts";
import { seal } from "./seal.ts";
import { type Secret, writeSecret } from "./secret-file.ts";

/** Two of one group, and one of another. */
const ALICE = accountId(`a1${"0".repeat(30)}`);
const ALMA = accountId(`a1${"f".repeat(30)}`);
const BOB = accountId(`b2${"0".repeat(30)}`);

type Sealed = { readonly name: string; readonly under: string; readonly sealed: Uint8Array };

function accountRows(options: KeysOptions): readonly Sealed[] {
  const db = keysFile(options.dataFolder, options.root, keysMigrations);
  try {
    return db.prepare("SELECT name, under, sealed FROM key WHERE kind = 'account' ORDER BY name").all() as Sealed[];
  } finally {
    db.close();
  }
}

function replaceRow(options: KeysOptions, row: Sealed): void {
  const db = keysFile(options.dataFolder, options.root, keysMigrations);
  try {
    const put = "INSERT OR REPLACE INTO key(kind, name, under, sealed) VALUES ('account', ?, ?, ?)";
    db.prepare(put).run(row.name, row.under, row.sealed);
  } finally {
    db.close();
  }
}

test("destroying a key wraps anew what is in its group, and nothing else; nor does a new epoch", () => {
  using at = home();
  using keys = openKeys(at.options);
  const [alma, bob] = [keys.create(ALMA), keys.create(BOB)];
  keys.create(ALICE);
  const [, almaFirst, bobFirst] = accountRows(at.options);
  keys.rotateEpoch();
  assert.deepEqual(accountRows(at.options).slice(1), [almaFirst, bobFirst]);
  keys.destroy(ALICE);
  const [almaThen, bobThen] = accountRows(at.options);
  assert.notEqual(almaThen?.under, almaFirst?.under);
  assert.deepEqual(bobThen, bobFirst);
  assert.deepEqual([keys.get(ALICE), keys.get(ALMA), keys.get(BOB)], [undefined, alma, bob]);
});

test("D5: an old copy of HOME/data together with today's does not open a deleted account", () => {
  using at = home();
  {
    using keys = openKeys(at.options);
    for (const account of [ALICE, ALMA]) keys.create(account);
  }
  const copy = join(at.folder, "copy");
  cpSync(at.options.dataFolder, copy, { recursive: true });
  const [stolen] = accountRows({ ...at.options, dataFolder: copy });
  assert.ok(stolen);
  const read = (): Uint8Array | undefined => {
    replaceRow(at.options, stolen);
    using keys = openKeys(at.options);
    assert.ok(keys.get(ALMA));
    return keys.get(ALICE);
  };
  assert.ok(read(), "before the deletion the row of the copy opens");
  {
    using keys = openKeys(at.options);
    keys.destroy(ALICE);
  }
  assert.throws(read, isKeyError);
});

test("D5: an old copy of HOME/data together with today's does not open the key that a second one replaced", () => {
  using at = home();
  let first: Uint8Array;
  {
    using keys = openKeys(at.options);
    first = keys.create(ALICE);
    keys.create(ALMA);
  }
  const [stolen] = accountRows(at.options);
  assert.ok(stolen);
  {
    using keys = openKeys(at.options);
    const next = keys.changing.prepare(ALICE);
    keys.changing.promote(ALICE);
    assert.notDeepEqual(next, first);
  }
  replaceRow(at.options, stolen);
  using keys = openKeys(at.options);
  assert.throws(() => keys.get(ALICE), isKeyError);
});

for (const step of ["written", "committed"] as const)
  test(`a deletion that stops after the epoch was ${step} is whole or has not been`, () => {
    using at = home();
    let alma: Uint8Array;
    {
      using keys = openKeys(at.options);
      for (const account of [ALICE, ALMA, BOB]) keys.create(account);
      alma = keys.create(ALMA);
    }
    const afterStep: KeysOptions["afterStep"] = (reached) => {
      if (reached === step) throw new Error("stopped");
    };
    {
      using keys = openKeys({ ...at.options, afterStep });
      assert.throws(() => keys.destroy(ALICE), /stopped/);
      assert.deepEqual(keys.get(ALMA), alma, "whoever goes on finds what there is");
      assert.equal(keys.get(ALICE) === undefined, step === "committed");
    }
    using keys = openKeys(at.options);
    assert.deepEqual(keys.get(ALMA), alma);
    assert.equal(keys.get(ALICE) === undefined, step === "committed");
    keys.destroy(ALICE);
    assert.deepEqual([keys.get(ALICE), keys.get(ALMA)], [undefined, alma]);
  });

test("a process that knows a group's key meets the group's next one", () => {
  using at = home();
  using a = openKeys(at.options);
  using b = openKeys(at.options);
  const alma = a.create(ALMA);
  const bob = a.create(BOB);
  b.create(ALICE);
  b.destroy(ALICE);
  assert.deepEqual(a.get(ALMA), alma);
  b.destroy(ALMA);
  const again = a.create(ALMA);
  assert.notDeepEqual(again, alma, "its group went with it, and a new one was made");
  assert.deepEqual([b.get(ALMA), b.get(BOB)], [again, bob]);
});

test("keys of many accounts are made at once, those that exist stay", () => {
  using at = home();
  using keys = openKeys(at.options);
  const alice = keys.create(ALICE);
  keys.createAll([ALICE, ALMA, BOB]);
  assert.deepEqual(keys.get(ALICE), alice);
  assert.deepEqual(keys.accounts(), [ALICE, ALMA, BOB]);
});

/** The file as versions before the groups made it. */
const FIRST_TABLES = `
  CREATE TABLE wrapping(one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL) STRICT;
  CREATE TABLE key(
    kind TEXT NOT NULL, name TEXT NOT NULL, epoch TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (kind, name)
  ) STRICT, WITHOUT ROWID;`;

type Old = { readonly kind: string; readonly name: string; readonly key: FileKey };

function writeOld({ dataFolder, secretFolder, root }: KeysOptions, epoch: Epoch, keys: readonly Old[]): void {
  const db = keysFile(dataFolder, root, [(fresh) => void fresh.exec(FIRST_TABLES)]);
  db.prepare("INSERT INTO wrapping(one, epoch) VALUES (1, ?)").run(epoch.id);
  const insert = db.prepare("INSERT INTO key(kind, name, epoch, sealed) VALUES (?, ?, ?, ?)");
  for (const { kind, name, key } of keys) {
    const day = randomBytes(32) as Uint8Array as Secret;
    if (kind === "day") writeSecret(join(secretFolder, `day-${name}`), day);
    const wrapper = keyEncryptionKey(root, epoch, kind === "day" ? day : new Uint8Array(0), kind);
    insert.run(kind, name, epoch.id, seal(wrapper, key, `${kind}:${name}:${epoch.id}`));
  }
  db.close();
}

const newKey = (): FileKey => randomBytes(32) as Uint8Array as FileKey;
const account = (name: AccountId, kind = "account"): Old => ({ kind, name, key: newKey() });

for (const isWaiting of [false, true])
  test(`a file of the first version is brought over${isWaiting ? " in the middle of a change of the epoch" : ""}`, () => {
    using at = home();
    const { secretFolder } = at.options;
    const first = prepareEpoch(secretFolder);
    settleEpoch(secretFolder, first.id);
    const epoch = isWaiting ? prepareEpoch(secretFolder) : first;
    const [alice, alma, bob, next] = [account(ALICE), account(ALMA), account(BOB), account(BOB, "next")];
    const system = { kind: "system", name: "queue", key: newKey() };
    const day = { kind: "day", name: "2030-01-01", key: newKey() };
    const dead = { ...day, name: "2030-01-02" };
    writeOld(at.options, epoch, [alice, alma, bob, next, system, day, dead]);
    rmSync(join(secretFolder, `day-${dead.name}`));
    for (const round of ["as it is brought over", "afterwards", "under a new epoch"]) {
      using keys = openKeys(at.options);
      if (round === "under a new epoch") keys.rotateEpoch();
      const accounts = [ALICE, ALMA, BOB].map((id) => keys.get(id));
      assert.deepEqual(accounts, [alice.key, alma.key, bob.key], round);
      assert.deepEqual(keys.changing.next(BOB), next.key, round);
      assert.deepEqual(keys.systemKey("queue"), system.key, round);
      assert.deepEqual([keys.dayKey(day.name), keys.dayKey(dead.name)], [day.key, undefined], round);
      assert.equal(existsSync(join(secretFolder, "epoch.next")), false);
    }
    using keys = openKeys(at.options);
    keys.destroy(ALICE);
    assert.deepEqual([keys.get(ALICE), keys.get(ALMA)], [undefined, alma.key]);
  });

test("a file of the first version stays as it is while its epoch is away", () => {
  using at = home();
  const { secretFolder } = at.options;
  settleEpoch(secretFolder, prepareEpoch(secretFolder).id);
  const epoch = currentEpoch(secretFolder);
  assert.ok(epoch);
  const alice = account(ALICE);
  writeOld(at.options, epoch, [alice]);
  const [here, away] = [join(secretFolder, "epoch"), join(at.folder, "away")];
  renameSync(here, away);
  assert.throws(() => openKeys(at.options), /epoch in the secret folder/);
  renameSync(away, here);
  using keys = openKeys(at.options);
  assert.deepEqual(keys.get(ALICE), alice.key);
});
