import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { turns } from "../../../../test/world/fake-clock.ts";
import type { Bus } from "../../../host/bus.ts";
import { systemClock } from "../../../host/clock.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, openDatabase } from "../database.ts";
import { mailLimits } from "../mail/limits.ts";
import { accountPath } from "../mail/open-account.ts";
import { OpenAccounts } from "../mail/open-accounts.ts";
import { mailMigrations } from "../mail/schema.ts";
import { ALICE, busOf, deliveryOf, factsOf, type Home, home, inboxOf, mailOf } from "../mail/test-home.ts";
import { rekeyAccount, type RekeyStep } from "./rekey.ts";

const FIXTURE = join(import.meta.dirname, "rekey.fixture.ts");
const QUOTA = { quotaBytes: 1e9 };

/** The worker that carries the change out. */
function elected(at: Home, bus: Bus) {
  const place = { folder: at.folder, keys: at.keys, bootId: "boot one", bus };
  const nothing = { doomed() {}, crossed() {}, isBusy: () => false, closing() {}, log() {} };
  const accounts = new OpenAccounts({ place, clock: systemClock, limits: mailLimits, ...nothing });
  return {
    rekey: (patienceMs?: number) =>
      rekeyAccount({ accounts, place, bus, ...(patienceMs === undefined ? {} : { patienceMs }) }, ALICE),
    [Symbol.asyncDispose]: () => accounts[Symbol.asyncDispose](),
  };
}

/** What SQLite says to a look into the file with `key`. */
function lookWith(at: Home, key: FileKey): "opens" | "does not open" {
  const path = accountPath(at.folder, ALICE);
  const options = {
    path,
    key,
    applicationId: APPLICATION.mail,
    migrations: mailMigrations,
    synchronous: "full",
  } as const;
  try {
    openDatabase(options).close();
    return "opens";
  } catch (error) {
    assert.ok(error instanceof StoreError && error.code === "key");
    return "does not open";
  }
}

function keyOf(at: Home): FileKey {
  const key = at.keys.get(ALICE);
  assert.ok(key);
  return key;
}

test("D5: an account gets another key while workers use it: no mail is lost, and the old key opens nothing", async () => {
  await using at = await home();
  const bus = busOf();
  const worker = at.open({ bus: bus.join() });
  await worker.create(ALICE, QUOTA);
  const before = keyOf(at);
  const old = at.keys.changing.next(ALICE);
  assert.equal(old, undefined);
  await using first = elected(at, bus.join());
  const delivered: Promise<unknown>[] = [];
  const writer = worker.write(ALICE);
  delivered.push(writer.deliver(deliveryOf("before")));
  const change = first.rekey();
  for (let n = 0; n < 20; n++) {
    delivered.push(writer.deliver(deliveryOf(`meanwhile ${n}`)));
    await turns(1);
  }
  await change;
  await Promise.all(delivered);
  await writer.deliver(deliveryOf("after"));
  assert.equal((await factsOf(worker)).length, 22);
  assert.deepEqual(await worker.check(ALICE), []);
  assert.equal(lookWith(at, before), "does not open");
  assert.notDeepEqual(keyOf(at), before);
  assert.equal(at.keys.changing.next(ALICE), undefined);
});

test("a file that somebody does not let go of stays as it was", async () => {
  await using at = await home();
  const bus = busOf();
  const worker = at.open({ bus: bus.join() });
  await worker.create(ALICE, QUOTA);
  const before = keyOf(at);
  await using first = elected(at, bus.join());
  const isBusy = (error: unknown): boolean => error instanceof StoreError && error.code === "busy";
  const path = accountPath(at.folder, ALICE);
  const held = openDatabase({
    path,
    key: before,
    applicationId: APPLICATION.mail,
    migrations: mailMigrations,
    synchronous: "full",
  });
  await assert.rejects(first.rekey(50), isBusy);
  assert.deepEqual(keyOf(at), before);
  assert.equal(at.keys.changing.next(ALICE), undefined);
  assert.deepEqual(await worker.check(ALICE), [], "it can be used although it is still held");
  held.close();
});

async function dieIn(at: Home, when: string): Promise<void> {
  const folder = dirname(dirname(at.folder));
  const child = spawn(process.execPath, [FIXTURE, folder, ALICE, when], { stdio: ["ignore", "ignore", "inherit"] });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  assert.equal(signal, "SIGKILL");
}

async function isWhole(at: Home, count: number): Promise<void> {
  const store = at.open();
  assert.equal((await factsOf(store)).length, count);
  assert.deepEqual(await store.check(ALICE), []);
  const mode = at.look((db) => db.pragma("journal_mode", { simple: true }));
  assert.equal(mode, "wal");
  assert.equal(at.keys.changing.next(ALICE), undefined);
  await store[Symbol.asyncDispose]();
  assert.equal(existsSync(`${accountPath(at.folder, ALICE)}-journal`), false);
}

async function filled(at: Home, count: number, octets: number): Promise<void> {
  const store = at.open();
  await store.create(ALICE, QUOTA);
  const { id } = await inboxOf(store);
  for (let n = 0; n < count; n++) await store.write(ALICE).append(id, [mailOf(noise(octets))]);
  await store[Symbol.asyncDispose]();
}

const noise = (octets: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(octets)))
    .toString("base64")
    .replaceAll(/.{76}/g, "$&\r\n");

const STEPS: Readonly<Record<RekeyStep, "old" | "new">> = {
  open: "old",
  alone: "old",
  named: "old",
  rewritten: "new",
  logged: "new",
  promoted: "new",
};
for (const [step, key] of Object.entries(STEPS))
  test(`a change of the key that is killed after ${step} leaves all mail, under the ${key} key`, async () => {
    await using at = await home();
    await filled(at, 3, 1000);
    const before = keyOf(at);
    await dieIn(at, step);
    await isWhole(at, 3);
    assert.equal(lookWith(at, before), key === "old" ? "opens" : "does not open");
  });

test("a change of the key that is killed while it rewrites leaves all mail", async () => {
  await using at = await home();
  await filled(at, 20, 60_000);
  let changed = 0;
  for (let round = 0; round < 8; round++) {
    const before = keyOf(at);
    await dieIn(at, String(round * 3));
    await isWhole(at, 20);
    if (lookWith(at, before) === "does not open") changed += 1;
  }
  assert.ok(changed < 8, "at least once it was cut off in the middle");
});
