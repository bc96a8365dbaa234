import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns } from "../../../../test/world/fake-clock.ts";
import type { Login } from "../../../service/accounts/authenticator.ts";
import type { Conversation } from "../conversation.ts";
import { submissionLimits } from "../limits.ts";
import { auth } from "./auth.ts";

const PLAIN = `PLAIN ${Buffer.from("\0u1@example.test\0a password").toString("base64")}`;

/** What is answered to AUTH when the service says this of the log-in. */
async function answerTo(result: Login): Promise<string> {
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const services = { authenticator: { authenticate: async () => result }, clock, limits: submissionLimits };
  const talk = { account: undefined, failedLogins: 0, connection: { peerAddress: "192.0.2.7" }, services };
  const answering = auth(talk as unknown as Conversation, PLAIN);
  await turns(5);
  await clock.advance(submissionLimits.failedLoginDelayMs);
  const { reply } = await answering;
  assert.equal(talk.failedLogins, 1);
  return `${reply?.code} ${reply?.enhanced} ${reply?.lines.join(" ")}`;
}

test("who knows the password of an account that is shut hears that it is, and why; who does not, nothing", async () => {
  const sentence = "Write to the operator.";
  for (const why of ["suspended", "unpaid"] as const)
    assert.equal(await answerTo({ kind: "refused", why, sentence }), `525 5.7.13 ${sentence}`);
  const other = await answerTo({ kind: "refused", why: "app-password", sentence });
  assert.equal(other, `535 5.7.8 ${sentence}`, "another password lets in");
  assert.match(await answerTo({ kind: "wrong" }), /^535 5\.7\.8 /);
});
