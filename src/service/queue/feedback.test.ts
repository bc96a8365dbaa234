import assert from "node:assert/strict";
import { test } from "node:test";
import { ALICE, allOf, BOB, outbound, recipient, settlement, wish } from "../../store/contract/outbound-samples.ts";
import { inMemory } from "../../store/contract/samples.ts";
import { memoryOutboundQueue } from "../../store/memory/outbound-queue.ts";
import { memorySendCounts } from "../../store/memory/send-counts.ts";
import type { OutboundQueue } from "../../store/outbound-queue.ts";
import { allowance, type SendLimits } from "../submission/send-limits.ts";
import { type FeedbackServices, noteArrived } from "./feedback.ts";

/** Within the first minute of 1970. */
const clock = { now: () => 1000, steady: () => 1000, after: () => ({ [Symbol.dispose]: () => {} }) };

async function sent(...messageIds: readonly string[]): Promise<OutboundQueue> {
  const queue = memoryOutboundQueue(clock);
  const times = { dueAt: 1000, deadline: 9000, delayAt: 5000 };
  for (const messageId of messageIds)
    await queue.add(outbound({ messageId }), [recipient("friend@example.com")], times, inMemory(new Uint8Array(3)));
  for (const work of (await queue.claim(wish(1000)))?.works ?? [])
    await queue.settle(work, settlement(1000, { results: allOf(work, "delivered") }));
  return queue;
}

const servicesWith = (queue: OutboundQueue): FeedbackServices => ({
  queue,
  counts: memorySendCounts(),
  clock,
  log: () => {},
});

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
  const services = { ...servicesWith(queue), log: (...event: readonly unknown[]) => void events.push(event) };
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
  const services = servicesWith(queue);
  assert.equal(await noteArrived(services, ALICE, complaint("m2@example.org")), "none");
  assert.equal(await noteArrived(services, ALICE, complaint("m1@example.org")), "ours");
  assert.deepEqual(
    (await queue.records(ALICE, 0)).map(({ feedback }) => feedback),
    ["complaint"],
  );
});

test("F4: what comes back uses up what may go to people not written to before, once for what is reported again", async () => {
  await using queue = await sent("m1@example.org", "m2@example.org");
  const counts = memorySendCounts();
  const services = { ...servicesWith(queue), counts };
  const charged = async (): Promise<unknown> => counts.minutes(ALICE, 0);
  const limits: SendLimits = { messagesAMinute: 9, recipientsAnHour: 99, recipientsADay: 99, firstsADay: 30 };
  const maySend = async (firsts: number): Promise<string> => {
    const minutes = await counts.minutes(ALICE, 0);
    return allowance(minutes, { messages: 1, recipients: 1, firsts }, limits, clock.now()).kind;
  };
  for (const unmatched of [bounce("m3@example.org"), complaint("m3@example.org"), bounce("m1@example.org", "delayed")])
    await noteArrived(services, ALICE, unmatched);
  assert.deepEqual(await charged(), []);
  for (let n = 0; n < 3; n++) await noteArrived(services, ALICE, bounce("m1@example.org"));
  assert.deepEqual(await charged(), [{ minute: 0, messages: 0, recipients: 0, firsts: 5 }]);
  assert.equal(await maySend(1), "allowed");
  assert.equal(await noteArrived(services, ALICE, complaint("m1@example.org")), "ours");
  assert.deepEqual(await charged(), [{ minute: 0, messages: 0, recipients: 0, firsts: 5 }]);
  await noteArrived(services, ALICE, complaint("m2@example.org"));
  assert.deepEqual(await charged(), [{ minute: 0, messages: 0, recipients: 0, firsts: 30 }]);
  assert.equal(await maySend(1), "limited");
  assert.equal(await maySend(0), "allowed", "to whom was written before it still goes");
  assert.deepEqual(await counts.minutes(BOB, 0), []);
});
