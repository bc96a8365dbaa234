import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import type { Bus, Notice } from "../../host/bus.ts";
import { type Clock, MINUTE } from "../../host/clock.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import type { Account, Directory } from "../../store/directory.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { newAppPassword, scramVerifier } from "./app-password.ts";
import { createAuthenticator } from "./authenticate.ts";
import type { Authenticator } from "./authenticator.ts";
import { createPasswordHasher, type PasswordHasher } from "./password.ts";
import { createRevocations, type Revocations } from "./revocation.ts";

const cost = { memoryKiB: 8, passes: 1, lanes: 1 };
const plain = createPasswordHasher({ cost });
const PASSWORD = "correct horse";
const hash = plain.hash(PASSWORD);

/** Two workers over one directory: their buses tell each other, in turn and never themselves. */
function twoBuses(): readonly [Bus, Bus, () => void] {
  const listeners = [
    new Set<(topic: string, notice: Notice) => void>(),
    new Set<(topic: string, notice: Notice) => void>(),
  ];
  const lost = new Set<() => void>();
  const bus = (own: number): Bus => ({
    publish(topic, notice) {
      for (const listener of listeners[1 - own] ?? []) listener(topic, notice);
    },
    subscribe(topic, listener) {
      const own_ = (told: string, notice: Notice): void => {
        if (told === topic) listener(notice);
      };
      listeners[own]?.add(own_);
      return { [Symbol.dispose]: () => void listeners[own]?.delete(own_) };
    },
    onLost(listener) {
      lost.add(listener);
      return { [Symbol.dispose]: () => void lost.delete(listener) };
    },
  });
  return [bus(0), bus(1), () => lost.forEach((listener) => listener())];
}

type World = {
  readonly directory: Directory;
  readonly account: Account;
  readonly here: Authenticator & Disposable;
  readonly there: Authenticator & Disposable;
  readonly revocations: Revocations;
  readonly loseNotices: () => void;
  readonly checks: () => number;
  readonly later: (ms: number) => void;
  readonly logged: (readonly [string, Readonly<Record<string, unknown>>])[];
  /** What the watch is told. */
  readonly observed: World["logged"];
};

async function world(body: (world: World) => Promise<void>): Promise<void> {
  await using directory = memoryDirectory();
  const account = sampleAccount("alice@example.org", { passwordHash: (await hash) ?? "" });
  await directory.add([account, sampleAccount("bob@example.org", { passwordHash: (await hash) ?? "" })]);
  await directory.addAlias(account.id, "alias@example.org");
  let checks = 0;
  const hasher: PasswordHasher = {
    ...plain,
    verify(prepared, phc) {
      checks += 1;
      return plain.verify(prepared, phc);
    },
  };
  let now = 1_000_000;
  const timers: { at: number; callback: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    steady: () => now,
    after(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.push(timer);
      return { [Symbol.dispose]: () => void timers.splice(timers.indexOf(timer), 1) };
    },
  };
  const later = (ms: number): void => {
    now += ms;
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.callback();
    }
  };
  const [busHere, busThere, loseNotices] = twoBuses();
  const logged: World["logged"] = [];
  const observed: World["logged"] = [];
  const options = {
    directory,
    hasher,
    clock,
    log: (name: string, fields: object) => void logged.push([name, { ...fields }]),
    observe: (name: string, fields: object) => void observed.push([name, { ...fields }]),
  };
  const revocations = createRevocations(busHere);
  using here = createAuthenticator({ ...options, revocations });
  using there = createAuthenticator({ ...options, revocations: createRevocations(busThere) });
  await body({
    directory,
    account,
    here,
    there,
    revocations,
    loseNotices,
    checks: () => checks,
    later,
    logged,
    observed,
  });
}

const kindOf = async (authenticator: Authenticator, name: string, password: string): Promise<string> =>
  (await authenticator.authenticate(name, password)).kind;

test("the right password opens the account, in any case of the name; all else is wrong", () =>
  world(async ({ here, account }) => {
    const proof = { kind: "password", hash: account.passwordHash };
    const accepted = { kind: "accepted", account: account.id, primary: "alice@example.org", proof };
    assert.deepEqual(await here.authenticate("Alice@EXAMPLE.org", PASSWORD), accepted);
    assert.deepEqual(await here.authenticate("alice@example.org", "correct\u00a0horse"), accepted);
    for (const [name, password] of [
      ["alice@example.org", "Correct horse"],
      ["alice@example.org", ""],
      ["alice@example.org", "correct horse\0"],
      ["alice@example.org", "x".repeat(5000)],
      ["nobody@example.org", PASSWORD],
      ["alice", PASSWORD],
      ["", ""],
    ] as const) {
      assert.equal(await kindOf(here, name, password), "wrong");
    }
  }));

test("who has an address in letters logs in by it as by its A-labels, and neither counts as a wrong password", () =>
  world(async ({ directory, here, checks, logged }) => {
    await directory.add([sampleAccount("u1@xn--bcher-kva.test", { passwordHash: (await hash) ?? "" })]);
    for (const name of ["u1@bücher.test", "U1@BÜCHER.test", "u1@xn--bcher-kva.test"]) {
      const login = await here.authenticate(name, PASSWORD);
      assert.equal(login.kind === "accepted" && login.primary, "u1@xn--bcher-kva.test", name);
    }
    assert.equal(checks(), 1, "it is remembered, however it is written");
    assert.ok(logged.every(([name]) => name === "login.accepted"));
    assert.equal(await kindOf(here, "u1@bücher.test", "wrong horse"), "wrong");
    assert.equal(await kindOf(here, "u1@bücher.test/x", PASSWORD), "wrong");
  }));

test("A2: an alias is no log-in name", () =>
  world(async ({ here }) => {
    assert.equal(await kindOf(here, "alias@example.org", PASSWORD), "wrong");
  }));

test("a name that does not exist costs the same hash", () =>
  world(async ({ here, checks }) => {
    for (const name of ["nobody@example.org", "alias@example.org", "alice@example.org"]) {
      const before = checks();
      await here.authenticate(name, "wrong password");
      assert.equal(checks(), before + 1, name);
    }
    const before = checks();
    await here.authenticate("nobody@example.org", "control \u0007");
    assert.equal(checks(), before + 1);
  }));

test("D7: a right password is remembered for 15 minutes at most, a wrong one never", () =>
  world(async ({ here, checks, later }) => {
    const costs = async (password: string): Promise<number> => {
      const before = checks();
      await here.authenticate("alice@example.org", password);
      return checks() - before;
    };
    assert.deepEqual([await costs(PASSWORD), await costs(PASSWORD)], [1, 0]);
    assert.deepEqual([await costs("wrong one"), await costs("wrong one")], [1, 1]);
    later(14 * MINUTE);
    assert.equal(await costs(PASSWORD), 0);
    later(MINUTE);
    assert.equal(await costs(PASSWORD), 1, "use does not prolong it");
  }));

test("checks of one password under way at the same time cost one hash", () =>
  world(async ({ here, checks }) => {
    const all = await Promise.all(Array.from({ length: 5 }, () => kindOf(here, "alice@example.org", PASSWORD)));
    assert.deepEqual(all, Array(5).fill("accepted"));
    assert.equal(checks(), 1);
  }));

test("a new password ends the old one in all workers at once", () =>
  world(async ({ here, there, directory, account, revocations }) => {
    for (const worker of [here, there]) assert.equal(await kindOf(worker, "alice@example.org", PASSWORD), "accepted");
    await directory.setPassword(account.id, (await plain.hash("new password")) ?? "");
    for (const worker of [here, there]) {
      assert.equal(await kindOf(worker, "alice@example.org", PASSWORD), "wrong", "even before the notice");
    }
    revocations.publish(account.id, "forget");
    for (const worker of [here, there]) {
      assert.equal(await kindOf(worker, "alice@example.org", "new password"), "accepted");
      assert.equal(await kindOf(worker, "bob@example.org", PASSWORD), "accepted");
    }
  }));

test("a suspended account is refused with a reason, for the right password only", () =>
  world(async ({ here, there, directory, account }) => {
    assert.equal(await kindOf(here, "alice@example.org", PASSWORD), "accepted");
    await directory.setState(account.id, "suspended");
    for (const worker of [here, there]) {
      const login = await worker.authenticate("alice@example.org", PASSWORD);
      assert.ok(login.kind === "refused");
      assert.match(login.sentence, /suspended/);
      assert.equal(await kindOf(worker, "alice@example.org", "wrong password"), "wrong");
    }
    await directory.setState(account.id, "active");
    assert.equal(await kindOf(there, "alice@example.org", PASSWORD), "accepted");
  }));

test("A8: an account whose sending is paused logs in as before, remembered or not, and its sessions stay", () =>
  world(async ({ here, there, directory, account, loseNotices }) => {
    assert.equal(await kindOf(here, "alice@example.org", PASSWORD), "accepted");
    let ended = 0;
    const proof = { kind: "password", hash: account.passwordHash } as const;
    using _session = here.onRevoked({ account: account.id, proof }, () => ended++);
    await directory.setState(account.id, "paused");
    for (const worker of [here, there]) assert.equal(await kindOf(worker, "alice@example.org", PASSWORD), "accepted");
    loseNotices();
    await new Promise(setImmediate);
    assert.equal(ended, 0);
  }));

test("D5: an account that is being deleted has no log-in", () =>
  world(async ({ here, directory, account }) => {
    assert.equal(await kindOf(here, "alice@example.org", PASSWORD), "accepted");
    await directory.setState(account.id, "closing");
    assert.equal(await kindOf(here, "alice@example.org", PASSWORD), "wrong");
    await directory.remove(account.id);
    assert.equal(await kindOf(here, "alice@example.org", PASSWORD), "wrong");
  }));

test("an app password opens its account however it is typed, until it is revoked", () =>
  world(async ({ here, directory, account }) => {
    const password = newAppPassword();
    const scram = await scramVerifier(password);
    await directory.addAppPassword({ id: "one", account: account.id, label: "client", createdAt: 1, scram });
    for (const typed of [password, password.toUpperCase(), password.replaceAll("-", "")]) {
      const login = await here.authenticate("alice@example.org", typed);
      assert.ok(login.kind === "accepted" && login.proof.kind === "app");
    }
    assert.equal(await kindOf(here, "bob@example.org", password), "wrong");
    assert.equal(await kindOf(here, "alice@example.org", newAppPassword()), "wrong");
    await directory.removeAppPassword(account.id, "one");
    assert.equal(await kindOf(here, "alice@example.org", password), "wrong");
    assert.equal(await kindOf(here, "alice@example.org", PASSWORD), "accepted");
  }));

test("too many checks, a directory that does not answer, and an impatient client are told apart from a wrong password", () =>
  world(async ({ directory, account }) => {
    const busy: PasswordHasher = { ...plain, verify: async () => "unavailable" };
    const revocations = createRevocations({
      publish() {},
      subscribe: () => ({ [Symbol.dispose]() {} }),
      onLost: () => ({ [Symbol.dispose]() {} }),
    });
    using overloaded = createAuthenticator({ directory, hasher: busy, revocations, log() {} });
    assert.equal(await kindOf(overloaded, "alice@example.org", PASSWORD), "unavailable");
    using patient = createAuthenticator({ directory, hasher: plain, revocations, log() {} });
    const gone = await patient.authenticate("alice@example.org", PASSWORD, { signal: AbortSignal.abort() });
    assert.equal(gone.kind, "unavailable");
    await directory[Symbol.asyncDispose]();
    assert.equal(await kindOf(patient, account.primary, "another password"), "unavailable");
  }));

test("a check leaves nothing on the signal of who asked, whether it was right, wrong or given up", () =>
  world(async ({ here }) => {
    const asking = new AbortController();
    for (const password of [PASSWORD, "wrong password", PASSWORD])
      await here.authenticate("alice@example.org", password, asking);
    assert.equal(getEventListeners(asking.signal, "abort").length, 0);
    const leaving = here.authenticate("alice@example.org", "another password", asking);
    asking.abort();
    assert.equal((await leaving).kind, "unavailable");
    assert.equal(getEventListeners(asking.signal, "abort").length, 0);
  }));

test("the watch hears of log-ins and of wrong passwords, with the client's address, of accounts that exist", () =>
  world(async ({ here, account, observed }) => {
    const client = "192.0.2.7";
    await here.authenticate("alice@example.org", PASSWORD, { client });
    await here.authenticate("alice@example.org", PASSWORD);
    await here.authenticate("alice@example.org", "wrong password", { client });
    await here.authenticate("alice@example.org", newAppPassword(), { client });
    await here.authenticate("nobody@example.org", "wrong password", { client });
    assert.deepEqual(observed, [
      ["login.accepted", { account: account.id, appPassword: false, client }],
      ["login.accepted", { account: account.id, appPassword: false, client: undefined }],
      ["login.refused", { account: account.id, appPassword: false, client }],
      ["login.refused", { account: account.id, appPassword: true, client }],
    ]);
  }));

test("what is logged of a log-in names account and reason, never name, password or address", () =>
  world(async ({ here, account, logged }) => {
    await here.authenticate("alice@example.org", PASSWORD);
    await here.authenticate("alice@example.org", PASSWORD);
    await here.authenticate("alice@example.org", "wrong password");
    await here.authenticate("nobody@example.org", "wrong password");
    assert.deepEqual(logged, [
      ["login.accepted", { account: account.id, appPassword: false, remembered: false }],
      ["login.accepted", { account: account.id, appPassword: false, remembered: true }],
      ["login.refused", { account: account.id, reason: "wrong password" }],
      ["login.refused", { account: undefined, reason: "no such name" }],
    ]);
  }));

test("with a second step on, mail programs come in with an app password only; who guesses hears nothing of it", () =>
  world(async ({ directory, here, logged, observed }) => {
    const id = await withSecondStep(directory);
    const secret = newAppPassword();
    const scram = await scramVerifier(secret);
    await directory.addAppPassword({ id: "1", account: id, label: "mutt", createdAt: 0, scram });
    for (let times = 0; times < 2; times++) {
      const login = await here.authenticate("carol@example.org", PASSWORD);
      assert.ok(login.kind === "refused");
      assert.equal(login.why, "app-password");
      assert.match(login.sentence, /two-step log-in.*app password\. Make one/);
    }
    assert.deepEqual(logged.at(-1), ["login.refused", { account: id, reason: "needs an app password" }]);
    assert.deepEqual(observed, [], "it was the holder's own program");
    assert.deepEqual(await here.authenticate("carol@example.org", "wrong password"), { kind: "wrong" });
    const accepted = { kind: "accepted", account: id, primary: "carol@example.org", proof: { kind: "app", id: "1" } };
    assert.deepEqual(await here.authenticate("carol@example.org", secret), accepted);
  }));

test("at the portal the account password alone counts, and says that a code is due", () =>
  world(async ({ directory, here, account }) => {
    const id = await withSecondStep(directory);
    const secret = newAppPassword();
    const scram = await scramVerifier(secret);
    await directory.addAppPassword({ id: "1", account: id, label: "mutt", createdAt: 0, scram });
    const asking = { purpose: "portal" } as const;
    const proof = { kind: "password", hash: account.passwordHash };
    const due = { kind: "accepted", account: id, primary: "carol@example.org", proof, secondStep: true };
    assert.equal((await here.authenticate("carol@example.org", secret)).kind, "accepted");
    for (let times = 0; times < 2; times++) {
      assert.deepEqual(await here.authenticate("carol@example.org", PASSWORD, asking), due);
      assert.deepEqual(await here.authenticate("carol@example.org", secret, asking), { kind: "wrong" });
      assert.equal((await here.authenticate("carol@example.org", PASSWORD)).kind, "refused");
    }
    const [portal, mail] = await Promise.all([
      here.authenticate("carol@example.org", PASSWORD, asking),
      here.authenticate("carol@example.org", PASSWORD),
    ]);
    assert.deepEqual(
      [portal.kind, mail.kind],
      ["accepted", "refused"],
      "what is under way for one is not for the other",
    );
    const plainly = { kind: "accepted", account: account.id, primary: account.primary, proof };
    assert.deepEqual(await here.authenticate(account.primary, PASSWORD, asking), plainly);
  }));

async function withSecondStep(directory: Directory): Promise<Account["id"]> {
  const account = sampleAccount("carol@example.org", { passwordHash: (await hash) ?? "", secondStep: true });
  await directory.add([account]);
  return account.id;
}
