import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { silentBus } from "../../host/bus.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import type { Credentials } from "../../store/credentials.ts";
import type { Account, Directory } from "../../store/directory.ts";
import type { HolderNotice } from "../notices/notices.ts";
import type { Accounts, Done, Refused } from "./accounts.ts";
import { credentialHome } from "./credential-home.fixture.ts";
import { createAccounts } from "./manage.ts";
import { createPasswordHasher } from "./password.ts";
import { createRevocations } from "./revocation.ts";

const ADA = "ada@example.org";
const ELSEWHERE = "ada@elsewhere.example";
const reason = (outcome: Done | Refused): string => (outcome.kind === "refused" ? outcome.reason : "done");

type World = {
  readonly accounts: Accounts;
  readonly directory: Directory;
  readonly credentials: Credentials;
  readonly ada: Account;
  /** What the holder was told, with the recovery address of that moment. */
  readonly told: (readonly [notice: string, change: string, recovery: string | undefined])[];
};

async function world(body: (world: World) => Promise<void>): Promise<void> {
  await using home = await credentialHome();
  const { directory, credentials, mail, clock } = home;
  const ada = sampleAccount(ADA);
  await directory.add([ada]);
  const told: [string, string, string | undefined][] = [];
  const tellBoth = async ({ id }: Account, notice: HolderNotice): Promise<void> => {
    const before = await credentials.recoveryAddress(id);
    told.push([notice.kind, "change" in notice ? notice.change : "", before?.address]);
  };
  const accounts = createAccounts({
    directory,
    credentials,
    mail,
    clock,
    tellBoth,
    hasher: createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } }),
    revocations: createRevocations(silentBus),
    log() {},
    domains: ["example.org"],
    hostName: "mail.example.net",
  });
  await body({ accounts, directory, credentials, ada, told });
}

test("A7: an operator's change to the way back is told to the holder, and to the address before", () =>
  world(async ({ accounts, credentials, ada, told }) => {
    await credentials.setRecoveryAddress(ada.id, { address: "old@elsewhere.example", verified: true });
    assert.equal(reason(await accounts.setRecoveryAddress(ADA, ELSEWHERE)), "done");
    assert.deepEqual(await credentials.recoveryAddress(ada.id), { address: ELSEWHERE, verified: true });
    assert.equal(reason(await accounts.removeRecoveryAddress(ADA)), "done");
    assert.equal(reason(await accounts.removeRecoveryAddress(ADA)), "not-found");
    assert.deepEqual(told, [
      ["recovery-address-changed", "set", "old@elsewhere.example"],
      ["recovery-address-changed", "removed", ELSEWHERE],
    ]);
  }));

test("what is no recovery address, or nobody's account, is refused", () =>
  world(async ({ accounts, told }) => {
    for (const text of ["x@example.org", "x@mail.example.net", "x", "x@y.z\r\nBcc: a@b.c"])
      assert.equal(reason(await accounts.setRecoveryAddress(ADA, text)), "invalid", text);
    assert.equal(reason(await accounts.setRecoveryAddress("nobody@example.org", ELSEWHERE)), "no-account");
    assert.equal(reason(await accounts.turnOffSecondStep(ADA)), "not-found");
    assert.deepEqual(told, []);
  }));

test("A7: a second step is turned off, and its holder is told", () =>
  world(async ({ accounts, directory, credentials, ada, told }) => {
    const codes = [randomBytes(32), randomBytes(32)];
    await credentials.setSecondStep(ada.id, { secret: randomBytes(20), lastStep: 1, codes });
    const shown = await accounts.safety(ADA);
    assert.ok(shown.kind === "safety");
    assert.deepEqual(shown.safety, { recovery: "none", secondStep: true, recoveryCodes: 2, plan: undefined });
    assert.equal(reason(await accounts.turnOffSecondStep(ADA)), "done");
    assert.equal((await directory.byId(ada.id))?.secondStep, undefined);
    assert.deepEqual(told, [["second-step-changed", "off", undefined]]);
  }));

test("a plan is set by its name, and its safety is shown without an address", () =>
  world(async ({ accounts, credentials, ada }) => {
    for (const plan of [
      { name: "", aliases: 1 },
      { name: "Big Plan", aliases: 1 },
      { name: "small", aliases: -1 },
      { name: "small", aliases: 1.5 },
      { name: "small", aliases: Number.NaN },
    ])
      assert.equal(reason(await accounts.setPlan(ADA, plan)), "invalid");
    assert.equal(reason(await accounts.setPlan(ADA, { name: "small", aliases: 5 })), "done");
    await credentials.setRecoveryAddress(ada.id, { address: ELSEWHERE, verified: false });
    const shown = await accounts.safety(ADA);
    assert.ok(shown.kind === "safety");
    const plan = { name: "small", aliases: 5 };
    assert.deepEqual(shown.safety, { recovery: "unconfirmed", secondStep: false, recoveryCodes: 0, plan });
    assert.doesNotMatch(JSON.stringify(shown), /elsewhere/);
  }));
