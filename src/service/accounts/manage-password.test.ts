/** An operator sets a password: what the old one opened ends, in every worker and at the website. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bus, type Notice, silentBus } from "../../host/bus.ts";
import { systemClock } from "../../host/clock.ts";
import type { AccountId } from "../../store/ids.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { createAuthenticator } from "./authenticate.ts";
import { createAccounts } from "./manage.ts";
import { createPasswordHasher } from "./password.ts";
import { createRevocations, type Revocations } from "./revocation.ts";

const ALICE = "alice@example.org";
const PASSWORD = "correct horse";

/** Two workers: what one publishes the other is told. */
function twoWorkers(): readonly [Revocations, Revocations] {
  const listeners: [Map<string, (notice: Notice) => void>, Map<string, (notice: Notice) => void>] = [
    new Map(),
    new Map(),
  ];
  const busOf = (own: 0 | 1): Bus => ({
    ...silentBus,
    publish: (topic, notice) => listeners[own === 0 ? 1 : 0].get(topic)?.(notice),
    subscribe(topic, listener) {
      listeners[own].set(topic, listener);
      return { [Symbol.dispose]: () => void listeners[own].delete(topic) };
    },
  });
  return [createRevocations(busOf(0)), createRevocations(busOf(1))];
}

test("D7: a new password counts at once; what the old one opened ends in every worker, app passwords stay", async () => {
  await using directory = memoryDirectory();
  await using mail = memoryMailStore();
  const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  const [here, there] = twoWorkers();
  using first = createAuthenticator({ directory, hasher, revocations: here, log() {} });
  using second = createAuthenticator({ directory, hasher, revocations: there, log() {} });
  const steps: string[] = [];
  const hashOf = async (id: AccountId): Promise<string | undefined> => (await directory.byId(id))?.passwordHash;
  let before: string | undefined;
  const accounts = createAccounts({
    directory: {
      ...directory,
      setPassword: (id, hash) => {
        steps.push("changed");
        return directory.setPassword(id, hash);
      },
    },
    mail,
    hasher,
    revocations: here,
    clock: systemClock,
    log() {},
    domains: ["example.org"],
    endSessions: async (id) =>
      void steps.push(`website, by the ${(await hashOf(id)) === before ? "old" : "new"} password`),
    endLinks: async () => void steps.push("links"),
  });
  await accounts.add({ address: ALICE, password: PASSWORD });
  const app = await accounts.addAppPassword(ALICE, "telephone");
  assert.ok(app.kind === "added");
  const { id } = (await directory.byAddress(ALICE)) ?? assert.fail();
  before = await hashOf(id);
  for (const worker of [first, second])
    assert.equal((await worker.authenticate(ALICE, PASSWORD)).kind, "accepted", "remembered in both");
  const login = { account: id, proof: { kind: "password", hash: before ?? assert.fail() } } as const;
  using _here = first.onRevoked(login, () => void steps.push("ended here"));
  using _there = second.onRevoked(login, () => void steps.push("ended there"));

  assert.equal((await accounts.setPassword(ALICE, "short")).kind, "refused");
  assert.deepEqual(steps, [], "a refusal ends nothing");
  assert.deepEqual(await accounts.setPassword(ALICE, "another horse"), { kind: "done" });
  assert.deepEqual(steps, [
    "website, by the old password",
    "links",
    "changed",
    "ended there",
    "ended here",
    "website, by the new password",
    "links",
  ]);
  for (const worker of [first, second]) {
    assert.equal((await worker.authenticate(ALICE, PASSWORD)).kind, "wrong");
    assert.equal((await worker.authenticate(ALICE, "another horse")).kind, "accepted");
    assert.equal((await worker.authenticate(ALICE, app.password)).kind, "accepted");
  }
});
