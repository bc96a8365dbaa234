import assert from "node:assert/strict";
import { test } from "node:test";
import { ALICE, allOf, BOB, outbound, recipient, settlement, wish } from "../../store/contract/outbound-samples.ts";
import { inMemory } from "../../store/contract/samples.ts";
import { memoryOutboundQueue } from "../../store/memory/outbound-queue.ts";
import type { OutboundQueue } from "../../store/outbound-queue.ts";
import { noteArrived } from "./feedback.ts";

const clock = { now: () => 1000, steady: () => 1000, after: () => ({ [Symbol.dispose]: () => {} }) };

async function sent(messageId: string): Promise<OutboundQueue> {
  const queue = memoryOutboundQueue(clock);
  const times = { dueAt: 1000, deadline: 9000, delayAt: 5000 };
  await queue.add(outbound({ messageId }), [recipient("friend@example.com")], times, inMemory(new Uint8Array(3)));
  for (const work of (await queue.claim(wish(1000)))?.works ?? [])
    await queue.settle(work, settlement(1000, { results: allOf(work, "delivered") }));
  return queue;
}

const arriving = (
  kind: "delivery-status" | "feedback-report",
  fields: readonly string[],
  messageId: string,
): Uint8Array =>
  new TextEncoder().encode(
    [
      `Content-Type: multipart/report; report-type=${kind}; boundary=b`,
      "",
      "--b",
      `Content-Type: message/${kind}`,
      "",
      ...fields,
      "",
      "--b",
      "Content-Type: text/rfc822-headers",
      "",
      `Message-ID: <${messageId}>`,
      "",
      "--b--",
      "",
    ].join("\r\n"),
  );
const bounce = (messageId: string, action = "failed"): Uint8Array =>
  arriving(
    "delivery-status",
    ["Reporting-MTA: dns; x", "", "Final-Recipient: rfc822; friend@example.com", `Action: ${action}`],
    messageId,
  );
const complaint = (messageId: string): Uint8Array =>
  arriving("feedback-report", ["Feedback-Type: abuse", "Version: 1"], messageId);

test("a bounce of what the account sent is counted; any other is backscatter; ordinary mail is neither", async () => {
  const events: unknown[] = [];
  await using queue = await sent("m1@example.org");
  const services = { queue, log: (...event: readonly unknown[]) => void events.push(event) };
  assert.equal(await noteArrived(services, ALICE, bounce("m1@example.org")), "ours");
  assert.equal(await noteArrived(services, ALICE, bounce("m2@example.org")), "backscatter");
  assert.equal(await noteArrived(services, BOB, bounce("m1@example.org")), "backscatter");
  assert.equal(await noteArrived(services, ALICE, bounce("m2@example.org", "relayed")), "none");
  assert.equal(await noteArrived(services, ALICE, new TextEncoder().encode("Subject: hi\r\n\r\nhello")), "none");
  assert.deepEqual(
    (await queue.records(ALICE, 0)).map(({ feedback }) => feedback),
    ["bounce"],
  );
  assert.deepEqual(events, [["queue.feedback", { account: ALICE, feedback: "bounce" }]]);
});

test("a complaint about what the account sent is counted; one about anything else is mail like any other", async () => {
  await using queue = await sent("m1@example.org");
  const services = { queue, log: () => {} };
  assert.equal(await noteArrived(services, ALICE, complaint("m2@example.org")), "none");
  assert.equal(await noteArrived(services, ALICE, complaint("m1@example.org")), "ours");
  assert.deepEqual(
    (await queue.records(ALICE, 0)).map(({ feedback }) => feedback),
    ["complaint"],
  );
});
