import assert from "node:assert/strict";
import { test } from "node:test";
import type { Notice } from "../../host/bus.ts";
import { sampleAccount, sampleAppPassword } from "../../store/contract/directory-contract.ts";
import type { Account, Directory } from "../../store/directory.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { StoreError } from "../../store/store-error.ts";
import { createOpenLogIns } from "./open-log-ins.ts";
import type { Proof } from "./proof.ts";
import { createRevocations, type Revocations } from "./revocation.ts";

type World = {
  readonly directory: Directory;
  readonly ada: Account;
  readonly bob: Account;
  /** Of another process: its notices arrive, unless they are lost. */
  readonly elsewhere: Revocations;
  /** Word of something may have been lost; fulfils when all was compared. */
  readonly lose: () => Promise<void>;
  readonly breakDirectory: () => void;
  readonly ended: string[];
  readonly open: (name: string, account: Account, proof?: Proof) => Disposable;
};

/** Ada with two app passwords, Bob with none, both with open sessions by password. */
async function world(body: (world: World) => Promise<void>): Promise<void> {
  await using directory = memoryDirectory();
  const ada = sampleAccount("ada@example.org", { passwordHash: "hash" });
  const bob = sampleAccount("bob@example.org", { passwordHash: "hash" });
  await directory.add([ada, bob]);
  for (const [n, id] of ["one", "two"].entries()) await directory.addAppPassword(sampleAppPassword(ada.id, id, n));
  const heard = new Map<string, Set<(notice: Notice) => void>>();
  const lost = new Set<() => void>();
  const bus = {
    publish: (topic: string, notice: Notice) => heard.get(topic)?.forEach((listener) => listener(notice)),
    subscribe(topic: string, listener: (notice: Notice) => void) {
      const listeners = heard.get(topic) ?? new Set();
      heard.set(topic, listeners.add(listener));
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    onLost(listener: () => void) {
      lost.add(listener);
      return { [Symbol.dispose]: () => void lost.delete(listener) };
    },
  };
  let isBroken = false;
  const byId: Directory["byId"] = async (id) => {
    if (isBroken) throw new StoreError("io", "it does not answer");
    return directory.byId(id);
  };
  using log = createOpenLogIns({ directory: { ...directory, byId }, revocations: createRevocations(bus) });
  const ended: string[] = [];
  await body({
    directory,
    ada,
    bob,
    elsewhere: createRevocations({ ...bus, subscribe: () => ({ [Symbol.dispose]() {} }) }),
    async lose() {
      for (const listener of lost) listener();
      await settled();
    },
    breakDirectory: () => void (isBroken = true),
    ended,
    open: (name, { id, passwordHash: hash }, proof = { kind: "password", hash }) =>
      log.watch({ account: id, proof }, () => void ended.push(name)),
  });
  assert.equal(new Set(ended).size, ended.length, "nobody hears it twice");
}

/** Two accounts, with a turn of others after each. */
async function settled(): Promise<void> {
  for (let n = 0; n < 8; n++) await new Promise(setImmediate);
}

const app = (id: string): Proof => ({ kind: "app", id });

test("a revoked app password ends the sessions that it opened, and no others", () =>
  world(async ({ directory, ada, bob, elsewhere, ended, open }) => {
    open("by one", ada, app("one"));
    open("by one too", ada, app("one"));
    open("by two", ada, app("two"));
    open("by password", ada);
    open("his", bob);
    await directory.removeAppPassword(ada.id, "one");
    elsewhere.publish(ada.id, "forget");
    await settled();
    assert.deepEqual(ended, ["by one", "by one too"]);
    elsewhere.publish(ada.id, "forget");
    await settled();
    assert.equal(ended.length, 2);
  }));

test("the end of all log-ins of an account is heard at once, by sessions that are still there", () =>
  world(async ({ ada, bob, elsewhere, ended, open }) => {
    open("first", ada);
    open("second", ada, app("two"));
    open("left", ada)[Symbol.dispose]();
    open("his", bob);
    elsewhere.publish(ada.id, "end");
    assert.deepEqual(ended, ["first", "second"]);
    open("came again", ada);
    elsewhere.publish(ada.id, "end");
    assert.deepEqual(ended, ["first", "second", "came again"]);
  }));

for (const [what, change, gone] of [
  ["a new password", (directory, { id }) => directory.setPassword(id, "another hash"), ["by password"]],
  ["a revoked app password", (directory, { id }) => directory.removeAppPassword(id, "one"), ["by one"]],
  ["suspension", (directory, { id }) => directory.setState(id, "suspended"), ["by password", "by one", "by two"]],
  ["deletion", (directory, { id }) => directory.remove(id), ["by password", "by one", "by two"]],
  ["a pause of sending", (directory, { id }) => directory.setState(id, "paused"), []],
] as readonly (readonly [string, (directory: Directory, ada: Account) => Promise<unknown>, readonly string[]])[])
  test(`whose notice was lost: ${what} ends ${gone.length === 0 ? "nothing" : gone.join(", ")}`, () =>
    world(async ({ directory, ada, bob, lose, ended, open }) => {
      open("by password", ada);
      open("by one", ada, app("one"));
      open("by two", ada, app("two"));
      open("his", bob);
      await lose();
      assert.deepEqual(ended, [], "nothing changed, so nothing ends");
      await change(directory, ada);
      await lose();
      assert.deepEqual(ended, gone);
    }));

test("a second step that was turned on ends what the account password had opened, when word of it was lost", () =>
  world(async ({ directory, lose, ended, open }) => {
    const cy = sampleAccount("cy@example.org", { passwordHash: "hash", secondStep: true });
    await directory.add([cy]);
    await directory.addAppPassword(sampleAppPassword(cy.id, "one", 1));
    open("by password", cy);
    open("by app password", cy, app("one"));
    await lose();
    assert.deepEqual(ended, ["by password"]);
  }));

test("a directory that does not answer ends sessions rather than letting them go on unseen", () =>
  world(async ({ ada, lose, ended, open, breakDirectory }) => {
    open("by password", ada);
    breakDirectory();
    await lose();
    assert.deepEqual(ended, ["by password"]);
  }));
