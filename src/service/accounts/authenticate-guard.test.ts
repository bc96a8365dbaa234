import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { silentBus } from "../../host/bus.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import { StoreError } from "../../store/store-error.ts";
import { createLogInGuard, type LogInGuard } from "../web-access/log-in-guard.ts";
import { logInLimits } from "../web-access/log-in-limits.ts";
import { createAuthenticator } from "./authenticate.ts";
import { type CredentialHome, credentialHome } from "./credential-home.fixture.ts";
import { createPasswordHasher, type PasswordHasher } from "./password.ts";
import { createRevocations } from "./revocation.ts";

const plain = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
const PASSWORD = "correct horse";

/** Alice and bob, and carol who has a second step. */
async function threeHolders(): Promise<CredentialHome> {
  const home = await credentialHome();
  const passwordHash = (await plain.hash(PASSWORD)) ?? "";
  const holders = ["alice", "bob", "carol"].map((name) => sampleAccount(`${name}@example.org`, { passwordHash }));
  await home.directory.add(holders);
  const carol = holders.at(-1)?.id ?? assert.fail();
  await home.credentials.setSecondStep(carol, { secret: randomBytes(20), lastStep: 0, codes: [] });
  return home;
}

test("who guesses is held before a password is checked, and each check is told to the guard with its outcome", async () => {
  await using home = await threeHolders();
  const { directory, clock } = home;
  const seen: string[] = [];
  const guard: LogInGuard = {
    async enter({ name, account, address, client }) {
      seen.push(`${name} ${account === undefined ? "nobody's" : "somebody's"} ${address} ${client}`);
      return address === "192.0.2.66" ? undefined : (outcome) => void seen.push(outcome);
    },
    standing: () => assert.fail("nobody waits here"),
  };
  const revocations = createRevocations(silentBus);
  using guarded = createAuthenticator({ directory, hasher: plain, revocations, clock, log() {}, guard });
  const from = { client: "192.0.2.1", software: "mutt" };
  const right = await guarded.authenticate("Alice@example.org", PASSWORD, from);
  assert.equal(right.kind, "accepted");
  assert.equal((await guarded.authenticate("alice@example.org", PASSWORD, from)).kind, "accepted", "remembered");
  assert.equal((await guarded.authenticate("alice@example.org", "wrong horse", from)).kind, "wrong");
  assert.equal((await guarded.authenticate("nobody@example.org", PASSWORD, {})).kind, "wrong");
  assert.equal((await guarded.authenticate("bob@example.org", PASSWORD, { client: "192.0.2.66" })).kind, "unavailable");
  assert.equal((await guarded.authenticate("carol@example.org", PASSWORD, from)).kind, "refused");
  assert.deepEqual(seen, [
    "alice@example.org somebody's 192.0.2.1 mutt",
    "right",
    "alice@example.org somebody's 192.0.2.1 mutt",
    "wrong",
    "nobody@example.org nobody's undefined undefined",
    "wrong",
    "bob@example.org somebody's 192.0.2.66 undefined",
    "carol@example.org somebody's 192.0.2.1 mutt",
    "right",
  ]);
});

test("what could not be checked is told to the guard as untried", async () => {
  await using home = await threeHolders();
  const { directory, clock } = home;
  const revocations = createRevocations(silentBus);
  const outcomes: string[] = [];
  const guard: LogInGuard = {
    enter: async () => (outcome) => void outcomes.push(outcome),
    standing: async () => "stranger",
  };
  for (const verify of [async () => "unavailable" as const, () => Promise.reject(new StoreError("io", "It failed."))]) {
    const hasher: PasswordHasher = { ...plain, verify };
    using guarded = createAuthenticator({ directory, hasher, revocations, clock, log() {}, guard });
    assert.equal((await guarded.authenticate("alice@example.org", PASSWORD)).kind, "unavailable");
  }
  assert.deepEqual(outcomes, ["untried", "untried"]);
});

test("an old password counts once a day, however often and for whatever it is tried; different ones count each", async () => {
  await using home = await threeHolders();
  const { directory, clock } = home;
  const limits = { ...logInLimits, tarpit: { ...logInLimits.tarpit, mostMs: 0 } };
  const guard = createLogInGuard({ store: { isKnownFrom: async () => false }, clock, log: () => {}, limits });
  const revocations = createRevocations(silentBus);
  using guarded = createAuthenticator({ directory, hasher: plain, revocations, clock, log() {}, guard });
  const alice = async (password: string, purpose?: "portal"): Promise<string> => {
    const asking = purpose === undefined ? {} : { purpose };
    return (await guarded.authenticate("alice@example.org", password, { client: "192.0.2.1", ...asking })).kind;
  };
  const { name } = logInLimits;
  for (const day of ["today", "tomorrow"]) {
    for (let n = 0; n < 2 * name.most; n++)
      assert.equal(await alice("the old one", n % 2 === 0 ? "portal" : undefined), "wrong");
    for (let n = 1; n < name.most; n++) assert.equal(await alice(`${day} ${n}`), "wrong");
    assert.equal(await alice("one too many"), "unavailable");
    assert.equal((await guarded.authenticate("bob@example.org", PASSWORD, { client: "192.0.2.1" })).kind, "accepted");
    await clock.advance(24 * 60 * 60 * 1000);
  }
});
