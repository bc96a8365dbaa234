import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { silentBus } from "../../host/bus.ts";
import { DAY } from "../../host/clock.ts";
import type { Lapse } from "../../rules/subscription/lapse.ts";
import { allowanceOf } from "../../rules/subscription/lapse.ts";
import { subscriptionLengths } from "../../rules/subscription/lengths.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import { createAuthenticator } from "../accounts/authenticate.ts";
import { createPasswordHasher } from "../accounts/password.ts";
import { createRevocations } from "../accounts/revocation.ts";
import { findRecipient } from "../delivery/recipient.ts";
import type { AllowanceOf } from "./allowance.ts";
import { paidLogIns } from "./paid-log-ins.ts";

const CLOCK = new FakeClock("2026-11-21T12:00:00Z");
const ADA = sampleAccount("ada@example.org");
const mail = {
  read: () => ({ usage: async () => ({ octets: 0, messages: 0, quotaBytes: 1000 }) }),
} as unknown as MailStore;

const inStage =
  (stage: Lapse["stage"], daysAgo = 0): AllowanceOf =>
  async () =>
    allowanceOf({ stage, since: CLOCK.now() - daysAgo * DAY, warnedAt: undefined }, CLOCK.now(), subscriptionLengths);

test("M2: senders to an account that is read only are asked to wait for 14 days, then told no; before, nothing is said", async () => {
  const directory = memoryDirectory();
  await directory.add([ADA]);
  const codeOf = async (allowance: AllowanceOf): Promise<string> => {
    const services = { directory, mail, clock: CLOCK, domains: ["example.org"], operator: undefined, allowance };
    const found = await findRecipient(services, ADA.primary, undefined);
    return "code" in found ? `${found.code} ${found.enhanced}` : "taken";
  };
  assert.equal(await codeOf(inStage("open")), "taken");
  assert.equal(await codeOf(inStage("not-sending")), "taken");
  assert.equal(await codeOf(inStage("reading-only", 13)), "450 4.2.1");
  assert.equal(await codeOf(inStage("reading-only", 14)), "550 5.2.1");
});

test("M2: who may read still logs in; who is being closed hears why, and counts as refused; a silent store is no verdict", async () => {
  const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  const directory = memoryDirectory();
  await directory.add([
    sampleAccount(ADA.primary, { id: ADA.id, passwordHash: (await hasher.hash("right one")) ?? "" }),
  ]);
  const asked = async (allowance: AllowanceOf, passwords: readonly string[]): Promise<readonly string[]> => {
    const told: string[] = [];
    const tell = (name: string, fields: object): void =>
      void told.push("reason" in fields ? `${name}: ${String(fields.reason)}` : name);
    const parts = { directory, hasher, revocations: createRevocations(silentBus), clock: CLOCK };
    using authenticator = createAuthenticator({ ...parts, log: tell, observe: tell, barred: paidLogIns(allowance) });
    for (const password of passwords) {
      const login = await authenticator.authenticate(ADA.primary, password);
      told.push(login.kind === "refused" ? `${login.why}: ${login.sentence}` : login.kind);
    }
    return told;
  };
  const refused = [
    "login.refused: unpaid",
    "unpaid: The contract for this account has ended, and the account is being closed. Write to the operator of this service if this is a mistake.",
  ];
  assert.deepEqual(await asked(inStage("reading-only"), ["right one"]), [
    "login.accepted",
    "login.accepted",
    "accepted",
  ]);
  assert.deepEqual(await asked(inStage("closing"), ["right one", "right one"]), [...refused, ...refused]);
  assert.equal((await asked(inStage("closing"), ["wrong one"])).at(-1), "wrong");
  const silent = async (): Promise<never> => {
    throw new StoreError("io", "The disk is silent.");
  };
  assert.deepEqual(await asked(silent, ["right one"]), ["login.refused: a store does not answer", "unavailable"]);
});
