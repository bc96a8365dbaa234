import assert from "node:assert/strict";
import { test } from "node:test";
import { silentBus } from "../../host/bus.ts";
import { systemClock } from "../../host/clock.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import { StoreError } from "../../store/store-error.ts";
import { createAuthenticator } from "./authenticate.ts";
import { credentialHome } from "./credential-home.fixture.ts";
import { createPasswordHasher, DEFAULT_COST } from "./password.ts";
import { createRehash } from "./rehash.ts";
import { createRevocations } from "./revocation.ts";
import { measureHash, settledCost, tunedCost } from "./tune-cost.ts";

const cheap = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
const dearer = createPasswordHasher({ cost: { memoryKiB: 16, passes: 2, lanes: 1 } });
const PASSWORD = "correct horse";

test("D7: a hash of an earlier cost is made anew at a log-in, once; the password stays the same", async () => {
  await using home = await credentialHome();
  const { directory, credentials, clock } = home;
  const ada = sampleAccount("ada@example.org", { passwordHash: (await cheap.hash(PASSWORD)) ?? "" });
  await directory.add([ada]);
  const changes: unknown[] = [];
  const log = (name: string, fields: object): void => void (name === "account.changed" && changes.push(fields));
  const rehash = createRehash({ hasher: dearer, credentials, log });
  const options = { directory, hasher: dearer, revocations: createRevocations(silentBus), clock, log, rehash };
  using authenticator = createAuthenticator(options);
  assert.equal((await authenticator.authenticate(ada.primary, "wrong horse")).kind, "wrong");
  assert.equal((await directory.byId(ada.id))?.passwordHash, ada.passwordHash);
  for (let times = 0; times < 3; times++)
    assert.equal((await authenticator.authenticate(ada.primary, PASSWORD)).kind, "accepted");
  const now = (await directory.byId(ada.id))?.passwordHash ?? "";
  assert.match(now, /^\$argon2id\$v=19\$m=16,t=2,p=1\$/);
  assert.equal(await dearer.verify(PASSWORD, now), "right");
  assert.deepEqual(changes, [{ account: ada.id, change: "hash of the password" }]);
});

test("a hash that cannot be made anew keeps nobody out, and a password that was changed meanwhile stays changed", async () => {
  const ada = sampleAccount("ada@example.org", { passwordHash: (await cheap.hash(PASSWORD)) ?? "" });
  const answers = ["other-password", "no-account"] as const;
  for (const answer of answers) {
    const rehash = createRehash({
      hasher: dearer,
      credentials: { changePassword: async () => answer },
      log: assert.fail,
    });
    assert.equal(await rehash(ada, PASSWORD), ada.passwordHash);
  }
  const full = { changePassword: () => Promise.reject(new StoreError("full", "The disk is full.")) };
  assert.equal(
    await createRehash({ hasher: dearer, credentials: full, log: assert.fail })(ada, PASSWORD),
    ada.passwordHash,
  );
  const busy = { ...dearer, hash: async () => undefined };
  assert.equal(
    await createRehash({ hasher: busy, credentials: full, log: assert.fail })(ada, PASSWORD),
    ada.passwordHash,
  );
});

test("a hash costs about 100 ms here: memory first, then passes, never less than the default", async () => {
  const within = async (ms: number): ReturnType<typeof tunedCost> => tunedCost(async () => ms);
  assert.deepEqual(await within(100), DEFAULT_COST);
  assert.deepEqual(await within(5000), DEFAULT_COST);
  assert.deepEqual(await within(50), { memoryKiB: 38 * 1024, passes: 2, lanes: 1 });
  assert.deepEqual(await within(25), { memoryKiB: 64 * 1024, passes: 2, lanes: 1 });
  assert.deepEqual(await within(10), { memoryKiB: 64 * 1024, passes: 6, lanes: 1 });
  assert.deepEqual(await within(1), { memoryKiB: 64 * 1024, passes: 12, lanes: 1 });
  assert.deepEqual(await within(0), DEFAULT_COST, "a clock that stands still measures nothing");
  const rounds = [90, 40, 70];
  assert.equal((await tunedCost(async () => rounds.shift() ?? 0)).memoryKiB, 47 * 1024, "the shortest counts");
});

test("the cost is measured at the first start alone", async () => {
  await using home = await credentialHome();
  const first = await settledCost(home.credentials, async () => 50);
  assert.deepEqual(await settledCost(home.credentials, () => assert.fail()), first);
  const took = await measureHash(systemClock)({ memoryKiB: 8, passes: 1, lanes: 1 });
  assert.ok(took >= 0 && took < 60_000);
});
