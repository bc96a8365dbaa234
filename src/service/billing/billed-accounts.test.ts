import assert from "node:assert/strict";
import { test } from "node:test";
import type { SignUp } from "../../store/billing.ts";
import { accountId } from "../../store/ids.ts";
import { silentBus } from "../../host/bus.ts";
import { credentialHome } from "../accounts/credential-home.fixture.ts";
import { createAccounts } from "../accounts/manage.ts";
import { createPasswordHasher } from "../accounts/password.ts";
import { createRevocations } from "../accounts/revocation.ts";
import { createBilledAccounts } from "./billed-accounts.ts";
import { LARGE, SMALL } from "./billing-world.fixture.ts";

const ID = accountId("c".repeat(32));

test("M1: what is bought is opened once under its id, with its plan, and another plan takes its place", async () => {
  await using home = await credentialHome();
  const { directory, credentials, mail, clock } = home;
  const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  const common = { directory, credentials, mail, clock, hasher, log: () => {} };
  const accounts = createAccounts({
    ...common,
    revocations: createRevocations(silentBus),
    domains: ["example.org"],
  });
  const offered: string[] = [];
  const recovery = {
    offer: async (_id: unknown, address: string) => {
      offered.push(address);
      return { kind: "done" } as const;
    },
  };
  const billed = createBilledAccounts({ accounts, directory, credentials, mail, recovery, quotaBytes: 2 ** 20 });
  const signUp: SignUp = {
    address: "carol@example.org",
    passwordHash: (await hasher.hash("seven grey geese")) ?? assert.fail(),
    recovery: "carol@elsewhere.example",
    language: "sv",
    agreedAt: clock.now(),
  };
  assert.equal(await billed.isFree(signUp.address), true);
  for (let n = 0; n < 2; n++) assert.equal(await billed.open({ account: ID, signUp, plan: SMALL }), "opened");
  assert.equal(await billed.isFree(signUp.address), false);
  assert.equal(offered[0], "carol@elsewhere.example");
  const other = accountId("d".repeat(32));
  assert.equal(await billed.open({ account: other, signUp, plan: SMALL }), "taken");
  assert.equal((await directory.byId(ID))?.quotaBytes, SMALL.quotaBytes);
  assert.deepEqual(await credentials.plan(ID), { name: SMALL.name, aliases: SMALL.aliases });
  await billed.applyPlan(ID, LARGE);
  assert.equal((await directory.byId(ID))?.quotaBytes, LARGE.quotaBytes);
  assert.equal((await credentials.plan(ID))?.name, LARGE.name);
  assert.deepEqual(await billed.usage(ID), { octets: 0, aliases: 0 });
  await accounts.addAlias(signUp.address, "by-the-way@example.org");
  assert.equal(await billed.isFree("by-the-way@example.org"), false, "an alias is not for sign-ups");
  await accounts.removeAlias(signUp.address, "by-the-way@example.org");
  assert.equal(await billed.isFree("by-the-way@example.org"), false, "nor is one that was");
  await billed.close(ID);
  await billed.close(ID);
  assert.equal(await directory.byId(ID), undefined);
  assert.equal(await billed.isFree(signUp.address), false, "nobody gets it again");
});
