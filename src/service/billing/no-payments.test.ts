import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { subscriptionLengths } from "../../rules/subscription/lengths.ts";
import { billingWorld } from "./billing-world.fixture.ts";
import { noPayments } from "./no-payments.ts";
import type { BillingParts } from "./parts.ts";
import { round } from "./rounds.ts";

test("where nothing is sold a night is done and reports nothing", async () => {
  await using world = await billingWorld();
  const log: string[] = [];
  const unused = (): never => assert.fail("nobody is told, and no account is touched");
  const parts: BillingParts = {
    store: world.store,
    payments: noPayments("mail.example.org"),
    accounts: { isFree: unused, open: unused, applyPlan: unused, usage: unused, close: unused },
    tell: { holder: unused, contract: unused, stranger: unused },
    plans: [],
    lengths: subscriptionLengths,
    clock: new FakeClock("2026-01-10T10:00:00Z"),
    log: (name) => void log.push(name),
  };
  assert.equal(await round(parts, new AbortController().signal), true);
  assert.deepEqual(log, []);
});
