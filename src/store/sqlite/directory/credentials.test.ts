import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sampleAccount, sampleAppPassword } from "../../contract/directory-contract.ts";
import type { Credentials } from "../../credentials.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { Account, Directory } from "../../directory.ts";
import { accountId } from "../../ids.ts";
import { openSqliteDirectory } from "./directory.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-credentials-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

type World = {
  readonly directory: Directory;
  readonly credentials: Credentials;
  /** The same, as another worker has it. */
  readonly other: Credentials;
  readonly ada: Account;
  readonly bob: Account;
};

async function world(body: (world: World) => Promise<void>): Promise<void> {
  const place = {
    file: join(folder, `${randomBytes(8).toString("hex")}.db`),
    key: randomBytes(32) as Uint8Array as FileKey,
  };
  await using directory = await openSqliteDirectory(place);
  await using elsewhere = await openSqliteDirectory(place);
  const [ada, bob] = [sampleAccount("ada@example.org"), sampleAccount("bob@example.org")];
  await directory.add([ada, bob]);
  const { credentials } = directory;
  await body({ directory, credentials, other: elsewhere.credentials, ada, bob });
  assert.deepEqual(await directory.check(), []);
}

const NOBODY = accountId("f".repeat(32));
const marks = (count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, () => randomBytes(32)).toSorted((a, b) => Buffer.compare(a, b));
const step = (codes: readonly Uint8Array[] = []) => ({ secret: randomBytes(20), lastStep: 100, codes });

test("a recovery address is set, changed, removed; another account's stays", () =>
  world(async ({ credentials, other, ada, bob }) => {
    const first = { address: "ada@elsewhere.example", verified: false };
    assert.equal(await credentials.setRecoveryAddress(NOBODY, first), "no-account");
    assert.equal(await credentials.setRecoveryAddress(ada.id, first), "set");
    assert.equal(await credentials.setRecoveryAddress(bob.id, first), "set");
    assert.equal(await credentials.setRecoveryAddress(ada.id, { ...first, verified: true }), "set");
    assert.deepEqual(await other.recoveryAddress(ada.id), { ...first, verified: true });
    assert.equal(await credentials.removeRecoveryAddress(ada.id), "removed");
    assert.equal(await credentials.removeRecoveryAddress(ada.id), "none");
    assert.deepEqual(await other.recoveryAddress(bob.id), first);
  }));

test("a second step shows at its account; with it go its codes", () =>
  world(async ({ directory, credentials, ada, bob }) => {
    const codes = marks(3);
    assert.equal(await credentials.setSecondStep(NOBODY, step()), "no-account");
    assert.equal(await credentials.setRecoveryCodes(ada.id, codes), "none");
    const own = step(codes);
    assert.equal(await credentials.setSecondStep(ada.id, own), "set");
    assert.deepEqual(await credentials.secondStep(ada.id), own);
    assert.deepEqual(await directory.byId(ada.id), { ...ada, secondStep: true });
    assert.deepEqual(await directory.byAddress(ada.primary), { ...ada, secondStep: true });
    assert.deepEqual(await directory.accounts(), [{ ...ada, secondStep: true }, bob]);
    const fresh = marks(2);
    assert.equal(await credentials.setRecoveryCodes(ada.id, fresh), "set");
    assert.deepEqual(await credentials.secondStep(ada.id), { ...own, codes: fresh });
    assert.equal(await credentials.removeSecondStep(ada.id), "removed");
    assert.equal(await credentials.removeSecondStep(ada.id), "none");
    assert.deepEqual(await directory.byId(ada.id), ada);
  }));

test("a code of the time works once, in whichever worker; so does a recovery code", () =>
  world(async ({ credentials, other, ada, bob }) => {
    const codes = marks(2);
    const [code] = codes;
    assert.ok(code);
    await credentials.setSecondStep(ada.id, step(codes));
    await credentials.setSecondStep(bob.id, step());
    const both = await Promise.all([credentials.useStep(ada.id, 101), other.useStep(ada.id, 101)]);
    assert.deepEqual(both.toSorted(), ["replayed", "used"]);
    assert.equal(await other.useStep(ada.id, 100), "replayed");
    assert.equal(await other.useStep(bob.id, 101), "used");
    const twice = await Promise.all([credentials.useRecoveryCode(ada.id, code), other.useRecoveryCode(ada.id, code)]);
    assert.deepEqual(twice.toSorted(), ["unknown", "used"]);
    assert.equal(await credentials.useRecoveryCode(bob.id, code), "unknown");
    assert.equal((await credentials.secondStep(ada.id))?.codes.length, 1);
  }));

test("tries are counted over all workers, a right code ends the count, and so does the window", () =>
  world(async ({ credentials, other, ada, bob }) => {
    await credentials.setSecondStep(ada.id, step());
    const attempt = (by: Credentials, at: number): ReturnType<Credentials["countTry"]> =>
      by.countTry(ada.id, { at, lengthMs: 1000, most: 2 });
    assert.deepEqual([await attempt(credentials, 5000), await attempt(other, 5999)], ["may", "may"]);
    assert.deepEqual([await attempt(other, 5999), await attempt(credentials, 5999)], ["first", "wait"]);
    assert.equal(await attempt(credentials, 6000), "may", "the window is over");
    assert.equal(await attempt(credentials, 6001), "may");
    assert.equal(await other.useStep(ada.id, 101), "used");
    assert.equal(await attempt(credentials, 6002), "may");
    assert.equal(await attempt(credentials, 6003), "may");
    assert.equal(await attempt(credentials, 6004), "first");
    assert.equal(await attempt(credentials, 10), "may", "the clock was set back");
    assert.equal(await credentials.countTry(bob.id, { at: 0, lengthMs: 1, most: 0 }), "may");
  }));

test("a password is changed with all that belongs to the change, or not at all", () =>
  world(async ({ directory, credentials, ada, bob }) => {
    const codes = marks(2);
    const [code] = codes;
    assert.ok(code);
    await credentials.setSecondStep(ada.id, step(codes));
    for (const { id } of [ada, bob]) await directory.addAppPassword(sampleAppPassword(id, "one", 1));
    const change = { passwordHash: "new", from: ada.passwordHash, appPasswords: "removed", code } as const;
    assert.equal(await credentials.changePassword(NOBODY, change), "no-account");
    assert.equal(await credentials.changePassword(ada.id, { ...change, from: "another" }), "other-password");
    assert.equal(await credentials.changePassword(ada.id, { ...change, code: randomBytes(32) }), "unknown-code");
    assert.equal((await directory.byId(ada.id))?.passwordHash, ada.passwordHash);
    assert.equal((await directory.appPasswords(ada.id)).length, 1);
    assert.equal((await credentials.secondStep(ada.id))?.codes.length, 2);
    assert.equal(await credentials.changePassword(ada.id, change), "set");
    assert.equal((await directory.byId(ada.id))?.passwordHash, "new");
    assert.deepEqual(await directory.appPasswords(ada.id), []);
    assert.equal((await credentials.secondStep(ada.id))?.codes.length, 1);
    assert.equal((await directory.appPasswords(bob.id)).length, 1);
    const again = { passwordHash: "newer", from: "new", appPasswords: "kept" } as const;
    await directory.addAppPassword(sampleAppPassword(ada.id, "two", 1));
    assert.equal(await credentials.changePassword(ada.id, again), "set");
    assert.equal((await directory.appPasswords(ada.id)).length, 1);
  }));

test("a plan is set; the first cost of passwords stays", () =>
  world(async ({ credentials, other, ada }) => {
    assert.equal(await credentials.setPlan(NOBODY, { name: "small", aliases: 5 }), "no-account");
    assert.equal(await credentials.setPlan(ada.id, { name: "small", aliases: 5 }), "set");
    assert.equal(await credentials.setPlan(ada.id, { name: "large", aliases: 50 }), "set");
    assert.deepEqual(await other.plan(ada.id), { name: "large", aliases: 50 });
    const cost = { memoryKiB: 32_768, passes: 3, lanes: 1 };
    assert.equal(await credentials.passwordCost(), undefined);
    assert.deepEqual(await credentials.keepPasswordCost(cost), cost);
    assert.deepEqual(await other.keepPasswordCost({ ...cost, passes: 4 }), cost);
    assert.deepEqual(await other.passwordCost(), cost);
  }));

test("D5: with an account goes all that it proved itself with", () =>
  world(async ({ directory, credentials, ada }) => {
    await credentials.setRecoveryAddress(ada.id, { address: "ada@elsewhere.example", verified: true });
    await credentials.setSecondStep(ada.id, step(marks(3)));
    await credentials.setPlan(ada.id, { name: "small", aliases: 5 });
    assert.equal(await directory.remove(ada.id), "removed");
    assert.equal(await credentials.recoveryAddress(ada.id), undefined);
    assert.equal(await credentials.secondStep(ada.id), undefined);
    assert.equal(await credentials.plan(ada.id), undefined);
  }));
