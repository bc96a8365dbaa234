import assert from "node:assert/strict";
import { test } from "node:test";
import { silentBus } from "../../host/bus.ts";
import type { Accounts, Done, Refused } from "./accounts.ts";
import { credentialHome } from "./credential-home.fixture.ts";
import { createAccounts } from "./manage.ts";
import { createPasswordHasher } from "./password.ts";
import { createRevocations } from "./revocation.ts";

const ALICE = "alice@example.org";

function tooMany(outcome: Done | Refused, words: RegExp): void {
  assert.ok(outcome.kind === "refused");
  assert.equal(outcome.reason, "too-many");
  assert.match(outcome.sentence, words);
}

test("A3: a plan says how many aliases an account may have, and names are not hoarded", async () => {
  await using home = await credentialHome();
  const { directory, credentials, mail, clock } = home;
  const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  const parts = { directory, mail, hasher, clock, revocations: createRevocations(silentBus), log() {} };
  const limits = { aliases: 1, aliasNames: 3 };
  const accounts = createAccounts({ ...parts, domains: ["example.org"], limits, credentials });
  const made = await accounts.add({ address: ALICE, password: "correct horse" });
  assert.ok(made.kind === "added");
  const add = (name: string): ReturnType<Accounts["addAlias"]> => accounts.addAlias(ALICE, `${name}@example.org`);
  assert.equal((await add("one")).kind, "done");
  tooMany(await add("two"), /has 1 alias, which is the most/);
  await credentials.setPlan(made.account.id, { name: "small", aliases: 2 });
  const both = await Promise.all([add("two"), add("three")]);
  assert.deepEqual(both.map(({ kind }) => kind).toSorted(), ["done", "refused"], "two at once make no room");
  const [, second = ""] = await directory.aliases(made.account.id);
  await accounts.removeAlias(ALICE, second);
  assert.equal((await add("four")).kind, "done");
  await accounts.removeAlias(ALICE, "four@example.org");
  tooMany(await add("five"), /kept for it/);
  assert.equal((await accounts.addAlias(ALICE, second)).kind, "done");
  await credentials.setPlan(made.account.id, { name: "none", aliases: 0 });
  for (const alias of await directory.aliases(made.account.id)) await accounts.removeAlias(ALICE, alias);
  tooMany(await add("one"), /no aliases/);
});

test("A3: a name that somebody is just signing up for becomes neither an alias nor an account", async () => {
  await using home = await credentialHome();
  const { directory, credentials, mail, clock } = home;
  const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  const parts = { directory, mail, hasher, clock, revocations: createRevocations(silentBus), log() {} };
  const kept = new Set(["wanted@example.org"]);
  const isKept = async (address: string): Promise<boolean> => kept.has(address);
  const accounts = createAccounts({ ...parts, domains: ["example.org"], credentials, isKept });
  await accounts.add({ address: ALICE, password: "correct horse" });
  await accounts.addAlias(ALICE, "once@example.org");
  await directory.removeAlias((await directory.byAddress(ALICE))?.id ?? assert.fail(), "once@example.org");
  await accounts.add({ address: "bob@example.org", password: "correct horse" });
  const [whileKept, whenOnce] = [
    await accounts.addAlias(ALICE, "Wanted@example.org"),
    await accounts.addAlias("bob@example.org", "once@example.org"),
  ];
  assert.ok(whileKept.kind === "refused" && whenOnce.kind === "refused");
  assert.equal(whileKept.sentence, whenOnce.sentence.replace("once@", "wanted@"), "the same sentence as for any other");
  const made = await accounts.add({ address: "wanted@example.org", password: "correct horse" });
  assert.ok(made.kind === "refused" && made.reason === "taken");
  assert.deepEqual(await directory.aliases((await directory.byAddress(ALICE))?.id ?? assert.fail()), []);
  kept.clear();
  assert.equal((await accounts.addAlias(ALICE, "wanted@example.org")).kind, "done");
});
