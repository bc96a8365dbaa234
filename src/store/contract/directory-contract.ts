/** What every `Directory` must do; each implementation registers these tests with a way to open a fresh one. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { type Account, type AppPassword, type Directory, NO_PREFERENCES } from "../directory.ts";
import { type AccountId, accountId } from "../ids.ts";
import { StoreError } from "../store-error.ts";

const newId = (): AccountId => accountId(randomBytes(16).toString("hex"));

export function sampleAccount(primary: string, more: Partial<Account> = {}): Account {
  return {
    id: newId(),
    primary,
    state: "active",
    language: "en",
    quotaBytes: 1_000_000,
    createdAt: 1_700_000_000_000,
    passwordHash: "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$dGFndGFndGFndGFndGFn",
    ...more,
  };
}

export function sampleAppPassword(account: AccountId, id: string, createdAt: number): AppPassword {
  const bytes = (n: number): Uint8Array => new Uint8Array(randomBytes(n));
  const scram = { salt: bytes(16), iterations: 4096, storedKey: bytes(32), serverKey: bytes(32) };
  return { id, account, label: `client ${id}`, createdAt, scram };
}

export function directoryContract(name: string, open: () => Promise<Directory>): void {
  const contract = (claim: string, body: (directory: Directory) => Promise<void>): void => {
    test(`${claim} (${name})`, async () => {
      await using directory = await open();
      await body(directory);
      assert.deepEqual(await directory.check(), []);
    });
  };

  contract("an account is found by id, primary address and alias, and listed by address", async (directory) => {
    const [b, a] = [sampleAccount("b@example.org"), sampleAccount("a@example.org", { state: "suspended" })];
    assert.deepEqual(await directory.add([b, a]), { kind: "added" });
    assert.equal(await directory.addAlias(b.id, "z@example.org"), "added");
    assert.equal(await directory.addAlias(b.id, "c@example.org"), "added");
    assert.deepEqual(await directory.byId(a.id), a);
    assert.deepEqual(await directory.byAddress("b@example.org"), b);
    assert.deepEqual(await directory.byAddress("c@example.org"), b);
    assert.equal(await directory.byAddress("nobody@example.org"), undefined);
    assert.equal(await directory.byId(newId()), undefined);
    assert.deepEqual(await directory.accounts(), [a, b]);
    assert.deepEqual(await directory.aliases(b.id), ["c@example.org", "z@example.org"]);
    assert.deepEqual(await directory.aliases(a.id), []);
  });

  contract("accounts are added all or none; the first taken address is named", async (directory) => {
    const a = sampleAccount("a@example.org");
    await directory.add([a]);
    await directory.addAlias(a.id, "alias@example.org");
    for (const taken of ["a@example.org", "alias@example.org"]) {
      const batch = [sampleAccount("new@example.org"), sampleAccount(taken), sampleAccount("more@example.org")];
      assert.deepEqual(await directory.add(batch), { kind: "taken", address: taken });
    }
    const twice = [sampleAccount("new@example.org"), sampleAccount("new@example.org")];
    assert.deepEqual(await directory.add(twice), { kind: "taken", address: "new@example.org" });
    assert.deepEqual(await directory.accounts(), [a]);
  });

  contract("password, state and alias change; nobody else's do", async (directory) => {
    const [a, b] = [sampleAccount("a@example.org"), sampleAccount("b@example.org")];
    await directory.add([a, b]);
    assert.equal(await directory.setPassword(a.id, "new hash"), "set");
    assert.equal(await directory.setState(a.id, "closing"), "set");
    assert.deepEqual(await directory.byId(a.id), { ...a, passwordHash: "new hash", state: "closing" });
    assert.deepEqual(await directory.byId(b.id), b);
    const none = newId();
    assert.equal(await directory.setPassword(none, "x"), "no-account");
    assert.equal(await directory.setState(none, "active"), "no-account");
    assert.equal(await directory.addAlias(none, "x@example.org"), "no-account");
    assert.equal(await directory.removeAlias(b.id, "b@example.org"), "no-alias");
    assert.equal(await directory.remove(none), "no-account");
  });

  contract("a state is set from a certain state only, where that is asked for", async (directory) => {
    const a = sampleAccount("a@example.org", { language: "sv" });
    await directory.add([a]);
    assert.equal(await directory.setState(a.id, "paused", "active"), "set");
    assert.equal(await directory.setState(a.id, "paused", "active"), "other-state");
    assert.equal(await directory.setState(newId(), "paused", "active"), "no-account");
    assert.deepEqual(await directory.byId(a.id), { ...a, state: "paused" });
    assert.equal(await directory.setLanguage(a.id, "en"), "set");
    assert.equal(await directory.setLanguage(newId(), "en"), "no-account");
    assert.deepEqual(await directory.byId(a.id), { ...a, state: "paused", language: "en" });
  });

  contract("what a holder does not speak of stays as it was", async (directory) => {
    const a = sampleAccount("a@example.org");
    await directory.add([a]);
    assert.equal(await directory.setPreferences(a.id, { learns: false }), "set");
    assert.deepEqual(await directory.preferences(a.id), { ...NO_PREFERENCES, learns: false });
    const wishes = { emptyJunkDays: 30, emptyTrashDays: 5, forwarders: ["club.example"] };
    await directory.setPreferences(a.id, wishes);
    assert.deepEqual(await directory.preferences(a.id), { ...wishes, learns: false });
    await directory.setPreferences(a.id, { learns: true, emptyTrashDays: undefined });
    assert.deepEqual(await directory.preferences(a.id), { ...wishes, emptyTrashDays: undefined, learns: true });
  });

  contract("what a holder wishes is kept as a whole, and goes with the account", async (directory) => {
    const [a, b] = [sampleAccount("a@example.org"), sampleAccount("b@example.org")];
    await directory.add([a, b]);
    assert.deepEqual(await directory.preferences(a.id), NO_PREFERENCES);
    const wishes = {
      emptyJunkDays: 30,
      emptyTrashDays: undefined,
      forwarders: ["alumni.example", "club.example"],
      learns: true,
    };
    assert.equal(
      await directory.setPreferences(a.id, { ...wishes, forwarders: ["club.example", "alumni.example"] }),
      "set",
    );
    assert.deepEqual(await directory.preferences(a.id), wishes);
    assert.deepEqual(await directory.preferences(b.id), NO_PREFERENCES);
    assert.deepEqual(await directory.emptying(), [a.id]);
    const others = { emptyJunkDays: undefined, emptyTrashDays: 1, forwarders: ["club.example"], learns: false };
    await directory.setPreferences(b.id, { ...NO_PREFERENCES, forwarders: ["club.example"] });
    await directory.setPreferences(b.id, NO_PREFERENCES);
    assert.equal(await directory.setPreferences(a.id, others), "set");
    assert.deepEqual(await directory.preferences(a.id), others);
    assert.deepEqual(await directory.emptying(), [a.id]);
    assert.deepEqual(await directory.byId(a.id), a);
    assert.equal(await directory.setPreferences(newId(), wishes), "no-account");
    await directory.remove(a.id);
    assert.deepEqual(await directory.preferences(a.id), NO_PREFERENCES);
  });

  contract(
    "A3: an account has so many aliases, and holds so many names; its own come back to it",
    async (directory) => {
      const [a, b] = [sampleAccount("a@example.org"), sampleAccount("b@example.org")];
      await directory.add([a, b]);
      const room = { living: 2, held: 3 };
      const add = (name: string): Promise<string> => directory.addAlias(a.id, `${name}@example.org`, room);
      assert.deepEqual([await add("one"), await add("two"), await add("three")], ["added", "added", "too-many"]);
      await directory.removeAlias(a.id, "one@example.org");
      assert.equal(await directory.addAlias(b.id, "one@example.org", room), "taken");
      assert.equal(await add("three"), "added");
      assert.equal(await add("b"), "taken");
      await directory.removeAlias(a.id, "two@example.org");
      assert.equal(await add("four"), "too-many");
      assert.equal(await add("one"), "added");
      assert.deepEqual(await directory.aliases(a.id), ["one@example.org", "three@example.org"]);
    },
  );

  contract(
    "D5: what is somebody's, is kept for somebody, or was of an account that is gone, is taken",
    async (directory) => {
      const a = sampleAccount("a@example.org");
      await directory.add([a]);
      await directory.addAlias(a.id, "alias@example.org");
      await directory.addAlias(a.id, "kept@example.org");
      await directory.removeAlias(a.id, "kept@example.org");
      const names = ["a@example.org", "alias@example.org", "kept@example.org"];
      const taken = async (): Promise<readonly boolean[]> => Promise.all(names.map((name) => directory.isTaken(name)));
      assert.deepEqual(await taken(), [true, true, true]);
      await directory.remove(a.id);
      assert.deepEqual(await taken(), [true, true, true]);
      assert.equal(await directory.isTaken("free@example.org"), false);
    },
  );

  contract("a quota is set for one account", async (directory) => {
    const [a, b] = [sampleAccount("a@example.org"), sampleAccount("b@example.org")];
    await directory.add([a, b]);
    assert.equal(await directory.setQuota(a.id, 5), "set");
    assert.equal(await directory.setQuota(newId(), 5), "no-account");
    assert.deepEqual(await directory.accounts(), [{ ...a, quotaBytes: 5 }, b]);
  });

  contract("D5: an alias that was taken away stays reserved for its account", async (directory) => {
    const [a, b] = [sampleAccount("a@example.org"), sampleAccount("b@example.org")];
    await directory.add([a, b]);
    await directory.addAlias(a.id, "x@example.org");
    assert.equal(await directory.addAlias(b.id, "x@example.org"), "taken");
    assert.equal(await directory.removeAlias(b.id, "x@example.org"), "no-alias");
    assert.equal(await directory.removeAlias(a.id, "x@example.org"), "removed");
    assert.equal(await directory.byAddress("x@example.org"), undefined);
    assert.deepEqual(await directory.aliases(a.id), []);
    assert.equal(await directory.addAlias(b.id, "x@example.org"), "taken");
    assert.deepEqual(await directory.add([sampleAccount("x@example.org")]), {
      kind: "taken",
      address: "x@example.org",
    });
    assert.equal(await directory.addAlias(a.id, "x@example.org"), "added");
    assert.deepEqual(await directory.byAddress("x@example.org"), a);
  });

  contract("D5: a deleted account is gone, and its addresses are never given to someone else", async (directory) => {
    const [a, b] = [sampleAccount("a@example.org"), sampleAccount("b@example.org")];
    await directory.add([a, b]);
    await directory.addAlias(a.id, "alias@example.org");
    await directory.addAlias(a.id, "old@example.org");
    await directory.removeAlias(a.id, "old@example.org");
    await directory.addAppPassword(sampleAppPassword(a.id, "one", 1));
    assert.equal(await directory.remove(a.id), "removed");
    assert.equal(await directory.remove(a.id), "no-account");
    assert.equal(await directory.byId(a.id), undefined);
    assert.deepEqual(await directory.appPasswords(a.id), []);
    assert.deepEqual(await directory.aliases(a.id), []);
    for (const address of ["a@example.org", "alias@example.org", "old@example.org"]) {
      assert.equal(await directory.byAddress(address), undefined);
      assert.deepEqual(await directory.add([sampleAccount(address)]), { kind: "taken", address });
      assert.equal(await directory.addAlias(b.id, address), "taken");
    }
    assert.deepEqual(await directory.accounts(), [b]);
  });

  contract("app passwords come back exactly, oldest first, and one is revoked at a time", async (directory) => {
    const [a, b] = [sampleAccount("a@example.org"), sampleAccount("b@example.org")];
    await directory.add([a, b]);
    const [later, first] = [sampleAppPassword(a.id, "one", 2), sampleAppPassword(a.id, "two", 1)];
    const others = sampleAppPassword(b.id, "one", 1);
    for (const password of [first, later, others]) assert.equal(await directory.addAppPassword(password), "added");
    assert.equal(await directory.addAppPassword(sampleAppPassword(newId(), "one", 1)), "no-account");
    assert.deepEqual((await directory.appPasswords(a.id)).map(plain), [first, later].map(plain));
    assert.equal(await directory.removeAppPassword(a.id, "one"), "removed");
    assert.equal(await directory.removeAppPassword(a.id, "one"), "no-password");
    assert.deepEqual((await directory.appPasswords(a.id)).map(plain), [plain(first)]);
    assert.deepEqual((await directory.appPasswords(b.id)).map(plain), [plain(others)]);
  });

  contract("2,000 accounts are one commit", async (directory) => {
    const many = Array.from({ length: 2000 }, (_, n) => sampleAccount(`u${n}@example.org`));
    assert.deepEqual(await directory.add(many), { kind: "added" });
    assert.equal((await directory.accounts()).length, 2000);
  });

  test(`after disposal it says that it is closed (${name})`, async () => {
    const directory = await open();
    await directory[Symbol.asyncDispose]();
    await assert.rejects(directory.accounts(), (error) => error instanceof StoreError && error.code === "closed");
    await assert.rejects(
      directory.setState(newId(), "active"),
      (error) => error instanceof StoreError && error.code === "closed",
    );
  });

  test(`whatever happens, an address leads to who has it and never to someone else (${name})`, async () => {
    const step = fc.record({
      verb: fc.constantFrom("add", "alias", "unalias", "remove"),
      who: fc.nat(2),
      address: fc.nat(4),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        await using directory = await open();
        await compareWithModel(directory, steps);
        assert.deepEqual(await directory.check(), []);
      }),
      { numRuns: 15 },
    );
  });
}

type Step = { readonly verb: string; readonly who: number; readonly address: number };

/** The model: each address belongs to the first who had it, for ever. */
async function compareWithModel(directory: Directory, steps: readonly Step[]): Promise<void> {
  const owners = new Map<string, AccountId>();
  const living = new Map<string, AccountId>();
  const accounts: (Account | undefined)[] = [];
  for (const { verb, who, address: n } of steps) {
    const address = `n${n}@example.org`;
    const account = accounts[who];
    if (verb === "add" && account === undefined) {
      const made = sampleAccount(address);
      const free = !owners.has(address);
      assert.equal((await directory.add([made])).kind, free ? "added" : "taken");
      if (!free) continue;
      accounts[who] = made;
      owners.set(address, made.id);
      living.set(address, made.id);
    } else if (account !== undefined && verb === "alias") {
      const mayHave = !owners.has(address) || (owners.get(address) === account.id && !living.has(address));
      assert.equal(await directory.addAlias(account.id, address), mayHave ? "added" : "taken");
      if (!mayHave) continue;
      owners.set(address, account.id);
      living.set(address, account.id);
    } else if (account !== undefined && verb === "unalias") {
      const has = living.get(address) === account.id && account.primary !== address;
      assert.equal(await directory.removeAlias(account.id, address), has ? "removed" : "no-alias");
      if (has) living.delete(address);
    } else if (account !== undefined && verb === "remove") {
      assert.equal(await directory.remove(account.id), "removed");
      for (const [living_, id] of living) if (id === account.id) living.delete(living_);
      accounts[who] = undefined;
    }
    for (const one of [0, 1, 2, 3, 4].map((at) => `n${at}@example.org`)) {
      assert.equal((await directory.byAddress(one))?.id, living.get(one));
    }
  }
}

/** Octets compare by value, whatever kind of array holds them. */
function plain({ scram, ...rest }: AppPassword): unknown {
  const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
  const { salt, iterations, storedKey, serverKey } = scram;
  return { ...rest, iterations, salt: hex(salt), storedKey: hex(storedKey), serverKey: hex(serverKey) };
}
