import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { refused } from "../accounts/manage-parts.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import { createLogInGuard } from "../web-access/log-in-guard.ts";
import { guardedProof, proofLimits } from "./guarded-proof.ts";

test("who guesses from a session is held back, for one account alone, and a bug leaves no place taken", async () => {
  const clock = new FakeClock("2026-11-21T12:00:00Z");
  const store = { isKnownFrom: async () => false };
  const tarpit = { ...proofLimits.tarpit, stepMs: 0 };
  const guard = createLogInGuard({ store, clock, log: () => {}, limits: { ...proofLimits, tarpit, checking: 1 } });
  const prove = guardedProof(async (_account, password) => {
    if (password === "bug") throw new Error("a bug");
    return password === "right" ? undefined : refused("wrong-password", "The password is wrong.");
  }, guard);
  const [ada, bob] = [sampleAccount("ada@example.org"), sampleAccount("bob@example.org")];
  await assert.rejects(prove(ada, "bug"), /a bug/);
  const reasons: (string | undefined)[] = [];
  for (let n = 0; n <= proofLimits.name.most; n++) reasons.push((await prove(ada, `guess ${n}`))?.reason);
  assert.equal(reasons[0], "wrong-password");
  assert.equal(reasons.at(-1), "busy");
  assert.equal((await prove(ada, "right"))?.reason, "busy");
  assert.equal(await prove(bob, "right"), undefined);
});
