import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY } from "../../host/clock.ts";
import type { Lapse } from "../../rules/subscription/lapse.ts";
import { allowanceOf } from "../../rules/subscription/lapse.ts";
import { subscriptionLengths } from "../../rules/subscription/lengths.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Login } from "../accounts/authenticator.ts";
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

test("M2: who may read still logs in; who is being closed hears why; a store that is silent is no verdict", async () => {
  const accepted: Login = { kind: "accepted", account: ADA.id, primary: ADA.primary, proof: { kind: "app", id: "1" } };
  const kindWith = async (allowance: AllowanceOf, login: Login = accepted): Promise<string> => {
    const authenticator = { authenticate: async () => login, onRevoked: () => assert.fail() };
    return (await paidLogIns(authenticator, allowance).authenticate("ada@example.org", "x")).kind;
  };
  assert.equal(await kindWith(inStage("reading-only")), "accepted");
  assert.equal(await kindWith(inStage("closing")), "refused");
  assert.equal(await kindWith(inStage("closing"), { kind: "wrong" }), "wrong");
  const silent = async (): Promise<never> => {
    throw new StoreError("io", "The disk is silent.");
  };
  assert.equal(await kindWith(silent), "unavailable");
});
