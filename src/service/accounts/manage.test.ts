import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bus, silentBus } from "../../host/bus.ts";
import { systemClock } from "../../host/clock.ts";
import type { Directory } from "../../store/directory.ts";
import { type FailingMailStore, failingMailStore } from "../../store/failing/mail-store.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import type { HolderNotice } from "../notices/notices.ts";
import type { Accounts, Refused } from "./accounts.ts";
import { createAuthenticator } from "./authenticate.ts";
import type { Authenticator } from "./authenticator.ts";
import { createAccounts } from "./manage.ts";
import { createPasswordHasher } from "./password.ts";
import { createRevocations } from "./revocation.ts";

type World = {
  readonly accounts: Accounts;
  readonly directory: Directory;
  readonly mail: FailingMailStore;
  readonly authenticator: Authenticator;
  readonly logged: (readonly [string, Readonly<Record<string, unknown>>])[];
  /** What other workers are told. */
  readonly notices: string[];
  /** What holders are told: kind and occasion. */
  readonly told: (readonly [kind: string, occasion: string])[];
};
const ALICE = "alice@example.org";
const PASSWORD = "correct horse";

async function world(body: (world: World) => Promise<void>): Promise<void> {
  await using directory = memoryDirectory();
  await using mail = failingMailStore(memoryMailStore());
  const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  const notices: string[] = [];
  const told: [string, string][] = [];
  const bus: Bus = {
    ...silentBus,
    publish(topic, { revoked }) {
      notices.push(`${topic} ${String(revoked)}`);
    },
  };
  const revocations = createRevocations(bus);
  const logged: World["logged"] = [];
  const log = (name: string, fields: object): void => void logged.push([name, { ...fields }]);
  using authenticator = createAuthenticator({ directory, hasher, revocations, log() {} });
  const limits = { aliases: 2, appPasswords: 2 };
  const domains = ["example.org", "example.net", "xn--rksmrgs-5wao1o.example"];
  const accounts = createAccounts({
    directory,
    mail,
    hasher,
    revocations,
    clock: systemClock,
    log,
    domains,
    limits,
    notices: { tell: async (_, { kind }: HolderNotice, occasion) => void told.push([kind, occasion]) },
  });
  const added = await accounts.add({ address: ALICE, password: PASSWORD });
  assert.equal(added.kind, "added");
  await body({ accounts, directory, mail, authenticator, logged, notices, told });
  assert.deepEqual(await directory.check(), []);
}

function refusedBecause(outcome: { readonly kind: string } | Refused, reason: Refused["reason"], words: RegExp): void {
  assert.ok(outcome.kind === "refused" && "reason" in outcome, `refused, not ${outcome.kind}`);
  assert.equal(outcome.reason, reason);
  assert.match(outcome.sentence, words);
  assert.match(outcome.sentence, /^[A-Z].*\.$/s);
}

test("an account that is made can log in, has mailboxes, and is shown whole", () =>
  world(async ({ accounts, authenticator }) => {
    assert.equal((await authenticator.authenticate(ALICE, PASSWORD)).kind, "accepted");
    await accounts.addAlias("ALICE@example.org", "Ally@Example.NET");
    await accounts.addAppPassword(ALICE, "phone");
    const shown = await accounts.show(ALICE);
    assert.ok(shown.kind === "account");
    const { aliases, appPasswords, mail, state, address, quotaBytes } = shown.account;
    assert.deepEqual([aliases, state, address, quotaBytes], [["ally@example.net"], "active", ALICE, 10 * 1024 ** 3]);
    assert.deepEqual(mail, { mailboxes: 6, messages: 0, octets: 0 });
    assert.deepEqual(
      appPasswords.map(({ label }) => label),
      ["phone"],
    );
    assert.deepEqual(Object.keys(appPasswords[0] ?? {}).toSorted(), ["createdAt", "id", "label"]);
    assert.deepEqual(
      (await accounts.list()).map((line) => line.address),
      [ALICE],
    );
  }));

test("an address at a domain in letters is typed in letters or in A-labels, by whoever adds, finds or gives an alias", () =>
  world(async ({ accounts, directory }) => {
    const typed = "Bob@R\u00e4ksm\u00f6rg\u00e5s.Example";
    assert.equal((await accounts.add({ address: typed, password: PASSWORD })).kind, "added");
    const primary = "bob@xn--rksmrgs-5wao1o.example";
    assert.equal((await directory.byAddress(primary))?.primary, primary);
    assert.equal((await accounts.setPassword(typed, `${PASSWORD}!`)).kind, "done");
    assert.equal((await accounts.addAlias(primary, typed.replace("Bob", "Robert"))).kind, "done");
    assert.equal((await accounts.removeAlias(typed, typed.replace("Bob", "Robert"))).kind, "done");
  }));

test("addresses and passwords that cannot be are refused with a sentence", () =>
  world(async ({ accounts }) => {
    const add = (address: string, password = PASSWORD) => accounts.add({ address, password });
    for (const address of [
      "",
      "bob",
      "@example.org",
      "bob@",
      "b ob@example.org",
      "bob.@example.org",
      "bób@example.org",
      "b..b@example.org",
      '"b"@example.org',
    ]) {
      refusedBecause(await add(address), "invalid", /name|address|domain/);
    }
    refusedBecause(await add("bob@elsewhere.org"), "invalid", /example\.org, example\.net/);
    refusedBecause(await add("bob+tag@example.org"), "invalid", /plus sign/);
    refusedBecause(await add(`${"b".repeat(65)}@example.org`), "invalid", /64/);
    refusedBecause(await add("bob@example.org", "short"), "invalid", /too short/);
    refusedBecause(await add("bob@example.org", "control \u0001 sign"), "invalid", /control/);
    refusedBecause(await add(ALICE), "taken", /taken/);
    assert.equal((await add("  Bob.B_b-1@Example.ORG ")).kind, "added");
    assert.equal((await accounts.list())[1]?.address, "bob.b_b-1@example.org");
  }));

test("many accounts are made with one hash, all or none", () =>
  world(async ({ accounts, directory, mail, authenticator }) => {
    const addresses = Array.from({ length: 100 }, (_, n) => `u${n + 1}@example.org`);
    refusedBecause(await accounts.addMany({ addresses: [...addresses, ALICE], password: PASSWORD }), "taken", /alice/);
    refusedBecause(
      await accounts.addMany({ addresses: [...addresses, "u1@example.org"], password: PASSWORD }),
      "taken",
      /u1@/,
    );
    assert.equal((await accounts.list()).length, 1);
    const added = await accounts.addMany({ addresses, password: PASSWORD, quotaBytes: 1000 });
    assert.ok(added.kind === "added");
    assert.equal(new Set((await directory.accounts()).slice(1).map(({ passwordHash }) => passwordHash)).size, 1);
    for (const { id } of added.accounts) assert.equal((await mail.read(id).usage()).quotaBytes, 1000);
    assert.equal((await authenticator.authenticate("u77@example.org", PASSWORD)).kind, "accepted");
  }));

test("when an address turns out to be taken, no mail file is left behind", async () => {
  await using directory = memoryDirectory();
  await using inner = memoryMailStore();
  const files = new Set<string>();
  const mail: MailStore = {
    ...inner,
    async create(id, options) {
      files.add(id);
      await inner.create(id, options);
    },
    async destroy(id) {
      files.delete(id);
      await inner.destroy(id);
    },
  };
  const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  const revocations = createRevocations(silentBus);
  const parts = { directory, mail, hasher, revocations, clock: systemClock, log() {}, domains: ["example.org"] };
  const accounts = createAccounts(parts);
  const addresses = ["a@example.org", "b@example.org", "a@example.org"];
  refusedBecause(await accounts.addMany({ addresses, password: PASSWORD }), "taken", /a@/);
  assert.equal(files.size, 0);
  await accounts.addMany({ addresses: addresses.slice(0, 2), password: PASSWORD });
  assert.equal(files.size, 2);
});

test("keys of accounts that are made together are made in one go, before their files", async () => {
  await using directory = memoryDirectory();
  await using inner = memoryMailStore();
  const steps: string[] = [];
  const mail: MailStore = {
    ...inner,
    async create(id, options) {
      steps.push("file");
      await inner.create(id, options);
    },
  };
  const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  const revocations = createRevocations(silentBus);
  const parts = { directory, mail, hasher, revocations, clock: systemClock, log() {}, domains: ["example.org"] };
  const accounts = createAccounts({ ...parts, makeKeys: (made) => void steps.push(`${made.length} keys`) });
  await accounts.addMany({ addresses: ["a@example.org", "b@example.org"], password: PASSWORD });
  assert.deepEqual(steps, ["2 keys", "file", "file"]);
});

test("what ends or changes a credential is told to every worker", () =>
  world(async ({ accounts, directory, notices }) => {
    const { id } = (await directory.byAddress(ALICE)) ?? assert.fail();
    const added = await accounts.addAppPassword(ALICE, "phone");
    assert.ok(added.kind === "added");
    await accounts.setPassword(ALICE, "another horse");
    await accounts.revokeAppPassword(ALICE, added.id);
    await accounts.suspend(ALICE);
    await accounts.resume(ALICE);
    await accounts.delete(ALICE);
    const kinds = ["end", "forget", "end", "forget", "end"];
    assert.deepEqual(
      notices,
      kinds.map((kind) => `account:${id} ${kind}`),
    );
  }));

test("an account whose mail file cannot be made is not made at all", () =>
  world(async ({ accounts, mail }) => {
    mail.fail("all", "full");
    await assert.rejects(accounts.add({ address: "bob@example.org", password: PASSWORD }), StoreError);
    mail.heal();
    assert.equal((await accounts.list()).length, 1);
    assert.equal((await accounts.add({ address: "bob@example.org", password: PASSWORD })).kind, "added");
  }));

test("suspending ends log-ins and sessions, keeps the mail, and can be undone", () =>
  world(async ({ accounts, authenticator, directory, mail }) => {
    const { id, passwordHash: hash } = (await directory.byAddress(ALICE)) ?? assert.fail();
    let ended = 0;
    using _revoked = authenticator.onRevoked({ account: id, proof: { kind: "password", hash } }, () => {
      ended += 1;
    });
    assert.deepEqual(await accounts.suspend(ALICE), { kind: "done" });
    assert.equal(ended, 1);
    assert.equal((await authenticator.authenticate(ALICE, PASSWORD)).kind, "refused");
    assert.equal((await mail.read(id).mailboxes()).length, 6);
    assert.deepEqual(await accounts.resume(ALICE), { kind: "done" });
    assert.equal((await authenticator.authenticate(ALICE, PASSWORD)).kind, "accepted");
  }));

test("D5: deleting takes mail, record, aliases and log-ins, and the address is never given again", () =>
  world(async ({ accounts, authenticator, directory, mail }) => {
    const { id, passwordHash: hash } = (await directory.byAddress(ALICE)) ?? assert.fail();
    await accounts.addAlias(ALICE, "ally@example.org");
    let ended = 0;
    using _revoked = authenticator.onRevoked({ account: id, proof: { kind: "password", hash } }, () => {
      ended += 1;
    });
    assert.deepEqual(await accounts.delete(ALICE), { kind: "done", undelivered: [] });
    assert.equal(ended, 1);
    assert.deepEqual(await accounts.list(), []);
    assert.equal((await authenticator.authenticate(ALICE, PASSWORD)).kind, "wrong");
    await assert.rejects(mail.read(id).mailboxes(), StoreError);
    for (const address of [ALICE, "ally@example.org"]) {
      refusedBecause(await accounts.add({ address, password: PASSWORD }), "taken", /never given again/);
    }
    refusedBecause(await accounts.delete(ALICE), "no-account", /List the accounts/);
  }));

test("D5: a deletion that broke off is finished later, and nothing else is possible meanwhile", () =>
  world(async ({ accounts, authenticator, mail, directory }) => {
    const { id } = (await directory.byAddress(ALICE)) ?? assert.fail();
    mail.fail(id, "io");
    await assert.rejects(accounts.delete(ALICE), StoreError);
    assert.equal((await accounts.list())[0]?.state, "closing");
    assert.equal((await authenticator.authenticate(ALICE, PASSWORD)).kind, "wrong");
    refusedBecause(await accounts.resume(ALICE), "state", /cannot be undone/);
    const shown = await accounts.show(ALICE);
    assert.equal(shown.kind === "account" && shown.account.mail, undefined);
    mail.heal();
    assert.equal(await accounts.finishDeletions(), 1);
    assert.deepEqual(await accounts.list(), []);
    assert.equal(await accounts.finishDeletions(), 0);
  }));

test("A8: a pause stops sending alone, is told once, and ends with resume; suspension is the stronger of the two", () =>
  world(async ({ accounts, authenticator, directory, told, notices }) => {
    const stateOf = async (): Promise<string | undefined> => (await directory.byAddress(ALICE))?.state;
    const done = { kind: "done" };
    assert.deepEqual(await accounts.pause(ALICE, "flag one"), done);
    assert.equal(await stateOf(), "paused");
    assert.equal((await authenticator.authenticate(ALICE, PASSWORD)).kind, "accepted");
    assert.deepEqual(notices, [], "no session ends");
    assert.deepEqual(await accounts.pause(ALICE), done);
    assert.deepEqual(told, [["sending-paused", "flag one"]]);
    assert.deepEqual(await accounts.pause(ALICE, "flag one"), done);
    assert.equal(told.length, 2, "repeated with its occasion, by which the notices know it again");
    assert.deepEqual(await accounts.resume(ALICE, "flag one"), done);
    assert.equal(await stateOf(), "active");
    assert.deepEqual(told.slice(2), [["sending-resumed", "flag one"]]);
    assert.deepEqual(await accounts.resume(ALICE), done);
    await accounts.pause(ALICE);
    assert.deepEqual(await accounts.suspend(ALICE), done);
    assert.equal(await stateOf(), "suspended");
    refusedBecause(await accounts.pause(ALICE), "state", /suspended/);
    assert.equal(await stateOf(), "suspended");
    assert.equal(told.length, 4, "and no word of a pause when it is a suspension");
  }));

test("a change of state that another one overtook says so and changes nothing", () =>
  world(async ({ accounts, directory, told }) => {
    const setState = directory.setState.bind(directory);
    directory.setState = async (id, state, from) => {
      await setState(id, "suspended");
      return setState(id, state, from);
    };
    refusedBecause(await accounts.pause(ALICE), "state", /somebody else/);
    assert.equal((await directory.byAddress(ALICE))?.state, "suspended");
    assert.deepEqual(told, []);
  }));

test("an account has a language, English unless another is given", () =>
  world(async ({ accounts }) => {
    const bob = await accounts.add({ address: "bob@example.org", password: PASSWORD, language: "sv" });
    assert.equal(bob.kind === "added" && bob.account.language, "sv");
    assert.deepEqual(await accounts.setLanguage(ALICE, "sv"), { kind: "done" });
    assert.deepEqual(
      (await accounts.list()).map(({ language }) => language),
      ["sv", "sv"],
    );
    await accounts.setLanguage(ALICE, "en");
    assert.equal((await accounts.list())[0]?.language, "en");
    refusedBecause(await accounts.setLanguage("nobody@example.org", "sv"), "no-account", /List/);
  }));

test("app passwords are shown once, listed, bounded and revoked", () =>
  world(async ({ accounts, authenticator, directory }) => {
    const [one, two] = [await accounts.addAppPassword(ALICE, "phone"), await accounts.addAppPassword(ALICE, " mutt ")];
    assert.ok(one.kind === "added" && two.kind === "added");
    refusedBecause(await accounts.addAppPassword(ALICE, "third"), "too-many", /Revoke one/);
    for (const label of ["", "x".repeat(65), "line\nbreak"]) {
      refusedBecause(await accounts.addAppPassword(ALICE, label), "invalid", /label/);
    }
    for (const { password } of [one, two]) {
      const login = await authenticator.authenticate(ALICE, password);
      assert.ok(login.kind === "accepted" && login.proof.kind === "app");
    }
    const { id } = (await directory.byAddress(ALICE)) ?? assert.fail();
    const [first, second] = await directory.appPasswords(id);
    assert.deepEqual(first?.scram.salt, second?.scram.salt);
    const listed = await accounts.appPasswords(ALICE);
    assert.ok(listed.kind === "app-passwords");
    assert.deepEqual(listed.appPasswords.map(({ label }) => label).toSorted(), ["mutt", "phone"]);
    assert.deepEqual(await accounts.revokeAppPassword(ALICE, one.id), { kind: "done" });
    refusedBecause(await accounts.revokeAppPassword(ALICE, one.id), "not-found", /List them/);
    assert.equal((await authenticator.authenticate(ALICE, one.password)).kind, "wrong");
    assert.equal((await authenticator.authenticate(ALICE, two.password)).kind, "accepted");
  }));

test("A3: aliases are bounded, belong to one account, and name none", () =>
  world(async ({ accounts }) => {
    await accounts.add({ address: "bob@example.org", password: PASSWORD });
    assert.deepEqual(await accounts.addAlias(ALICE, "a@example.org"), { kind: "done" });
    refusedBecause(await accounts.addAlias("bob@example.org", "a@example.org"), "taken", /taken/);
    refusedBecause(await accounts.addAlias("a@example.org", "b@example.org"), "not-found", /primary address, alice@/);
    refusedBecause(await accounts.addAlias(ALICE, "b@elsewhere.org"), "invalid", /domain/);
    await accounts.addAlias(ALICE, "b@example.org");
    refusedBecause(await accounts.addAlias(ALICE, "c@example.org"), "too-many", /Remove one/);
    assert.deepEqual(await accounts.aliases(ALICE), { kind: "aliases", aliases: ["a@example.org", "b@example.org"] });
    assert.deepEqual(await accounts.removeAlias(ALICE, "A@example.org"), { kind: "done" });
    refusedBecause(await accounts.removeAlias(ALICE, "a@example.org"), "not-found", /no such alias/);
    refusedBecause(await accounts.addAlias("bob@example.org", "a@example.org"), "taken", /never given again/);
    assert.deepEqual(await accounts.addAlias(ALICE, "a@example.org"), { kind: "done" });
  }));

test("every verb says when there is no such account", () =>
  world(async ({ accounts }) => {
    const nobody = "nobody@example.org";
    for (const outcome of [
      await accounts.show(nobody),
      await accounts.setPassword(nobody, PASSWORD),
      await accounts.suspend(nobody),
      await accounts.resume(nobody),
      await accounts.delete(nobody),
      await accounts.addAppPassword(nobody, "x"),
      await accounts.appPasswords(nobody),
      await accounts.revokeAppPassword(nobody, "x"),
      await accounts.addAlias(nobody, ALICE),
      await accounts.removeAlias(nobody, ALICE),
      await accounts.aliases(nobody),
    ]) {
      refusedBecause(outcome, "no-account", /nobody@example\.org/);
    }
  }));

test("what is logged of changes holds account ids and no address", () =>
  world(async ({ accounts, logged }) => {
    await accounts.addAlias(ALICE, "ally@example.org");
    await accounts.addAppPassword(ALICE, "phone");
    await accounts.suspend(ALICE);
    await accounts.delete(ALICE);
    assert.deepEqual(
      logged.map(([name, { change }]) => (typeof change === "string" ? `${name} ${change}` : name)),
      [
        "account.added",
        "account.changed alias added",
        "account.changed app password added",
        "account.changed suspended",
        "account.deleted",
      ],
    );
    assert.doesNotMatch(JSON.stringify(logged), /@|phone/);
  }));
