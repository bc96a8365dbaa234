import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY } from "../../host/clock.ts";
import { ALICE, allOf, BOB, outbound, recipient, settlement, wish } from "../../store/contract/outbound-samples.ts";
import { inMemory } from "../../store/contract/samples.ts";
import { type AccountId, accountId, deliveryId } from "../../store/ids.ts";
import { memoryOutboundQueue } from "../../store/memory/outbound-queue.ts";
import { memorySendCounts } from "../../store/memory/send-counts.ts";
import type { Outbound, OutboundQueue } from "../../store/outbound-queue.ts";
import { allowance, type SendLimits } from "../submission/send-limits.ts";
import { type FeedbackServices, noteArrived } from "./feedback.ts";

const HOST = "mail.example.org";
const OPERATOR = accountId("0f".repeat(16));
const IDS = ["1", "2", "3", "4", "5"].map((digit) => deliveryId(digit.repeat(32)));

/** Within the first minute of 1970. */
const clock = { now: () => 1000, steady: () => 1000, after: () => ({ [Symbol.dispose]: () => {} }) };

type Sent = Partial<Pick<Outbound, "messageId" | "envid" | "account">>;

/** Delivery ids are those of `IDS`, in their order. */
async function sent(...messages: readonly Sent[]): Promise<OutboundQueue> {
  const queue = memoryOutboundQueue(clock);
  const times = { dueAt: 1000, deadline: 9000, delayAt: 5000 };
  for (const [n, message] of messages.entries()) {
    const to = [recipient("friend@example.com")];
    await queue.add(outbound({ id: IDS[n] ?? assert.fail(), ...message }), to, times, inMemory(new Uint8Array(3)));
  }
  for (const work of (await queue.claim(wish(1000)))?.works ?? [])
    await queue.settle(work, settlement(1000, { results: allOf(work, "delivered") }));
  return queue;
}

const servicesWith = (queue: OutboundQueue): FeedbackServices => ({
  queue,
  counts: memorySendCounts(),
  limitsOf: async () => ({ firstsADay: 200 }),
  hostName: HOST,
  operator: async () => OPERATOR,
  clock,
  log: () => {},
});

const submitted = (id: string | undefined, host = HOST): string =>
  `Received: by ${host} with ESMTPSA id ${id};\r\n\tdate`;
const named = (messageId: string): string => `Message-ID: <${messageId}>`;

const arriving = (
  kind: "delivery-status" | "feedback-report",
  fields: readonly string[],
  header: readonly string[],
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
      ...(header.length === 0 ? [] : ["--b", "Content-Type: text/rfc822-headers", "", ...header, ""]),
      "--b--",
      "",
    ].join("\r\n"),
  );
const failed = (action: string, envid: readonly string[], ...header: readonly string[]): Uint8Array =>
  arriving(
    "delivery-status",
    ["Reporting-MTA: dns; x", ...envid, "", "Final-Recipient: rfc822; friend@example.com", `Action: ${action}`],
    header,
  );
const bounce = (...header: readonly string[]): Uint8Array => failed("failed", [], ...header);
const complaint = (...header: readonly string[]): Uint8Array =>
  arriving("feedback-report", ["Feedback-Type: abuse", "Version: 1"], header);

/** What is noted of the account's mail, in the order in which it was sent. */
const notedOf = async (queue: OutboundQueue, account: AccountId): Promise<unknown> =>
  (await queue.records(account, 0)).toReversed().map(({ feedback }) => feedback);

test("a bounce of what the account sent is counted; any other is backscatter; ordinary mail is neither", async () => {
  const events: unknown[] = [];
  await using queue = await sent({});
  const services = { ...servicesWith(queue), log: (...event: readonly unknown[]) => void events.push(event) };
  assert.equal(await noteArrived(services, ALICE, bounce(submitted(IDS[0]))), "ours");
  assert.equal(await noteArrived(services, ALICE, bounce(submitted(IDS[1]))), "backscatter");
  assert.equal(await noteArrived(services, ALICE, bounce(submitted("no-id-of-ours"))), "backscatter");
  assert.equal(await noteArrived(services, BOB, bounce(submitted(IDS[0]))), "backscatter");
  assert.equal(await noteArrived(services, OPERATOR, bounce(submitted(IDS[0]))), "backscatter");
  assert.equal(await noteArrived(services, ALICE, new TextEncoder().encode("Subject: hi\r\n\r\nhello")), "none");
  assert.deepEqual(await notedOf(queue, ALICE), ["bounce"]);
  assert.deepEqual(events, [["queue.feedback", { account: ALICE, feedback: "bounce" }]]);
});

test("who knows a Message-ID alone costs its sender nothing, and what is proved later still counts", async () => {
  await using queue = await sent({ messageId: "m1@example.org" });
  const counts = memorySendCounts();
  const events: unknown[] = [];
  const services = { ...servicesWith(queue), counts, log: (...event: readonly unknown[]) => void events.push(event) };
  const foreign = submitted(IDS[0], "mail.elsewhere.test");
  for (const header of [[named("m1@example.org")], [foreign, named("m1@example.org")]]) {
    assert.equal(await noteArrived(services, ALICE, bounce(...header)), "ours");
    assert.equal(await noteArrived(services, ALICE, complaint(...header)), "ours");
  }
  assert.equal(await noteArrived(services, ALICE, bounce(named("m2@example.org"))), "backscatter");
  assert.deepEqual([await notedOf(queue, ALICE), await counts.minutes(ALICE, 0), events], [[undefined], [], []]);
  assert.equal(await noteArrived(services, ALICE, bounce(submitted(IDS[0]), named("redacted"))), "ours");
  assert.deepEqual(await notedOf(queue, ALICE), ["bounce"]);
});

test("a report that brings no header back is matched by the envelope's id", async () => {
  await using queue = await sent({ envid: "<x+3D1@client>" });
  const report = failed("failed", ["Original-Envelope-Id: <x=1@client>"]);
  assert.equal(await noteArrived(servicesWith(queue), ALICE, report), "ours");
  assert.deepEqual(await notedOf(queue, ALICE), ["bounce"]);
});

test("a report that says nothing bad is backscatter like any other when the account sent nothing of the kind", async () => {
  await using queue = await sent({});
  const services = servicesWith(queue);
  for (const action of ["delayed", "relayed", "delivered", "expanded"]) {
    assert.equal(await noteArrived(services, ALICE, failed(action, [], submitted(IDS[1]))), "backscatter");
    assert.equal(await noteArrived(services, ALICE, failed(action, [], submitted(IDS[0]))), "ours");
  }
  assert.deepEqual(await notedOf(queue, ALICE), [undefined]);
});

test("a report without header and ids is no backscatter when the account wrote to whom it names, and costs nothing", async () => {
  await using queue = await sent({});
  const counts = memorySendCounts();
  const services = { ...servicesWith(queue), counts };
  assert.equal(await noteArrived(services, ALICE, bounce()), "ours");
  assert.equal(await noteArrived(services, ALICE, bounce("Subject: of something else")), "backscatter");
  assert.equal(await noteArrived(services, BOB, bounce()), "backscatter");
  assert.deepEqual([await notedOf(queue, ALICE), await counts.minutes(ALICE, 0)], [[undefined], []]);
});

test("a complaint about what the account sent is counted; one about anything else is mail like any other", async () => {
  await using queue = await sent({}, { account: BOB });
  const services = servicesWith(queue);
  assert.equal(await noteArrived(services, ALICE, complaint(submitted(IDS[2]))), "none");
  assert.equal(await noteArrived(services, ALICE, complaint(submitted(IDS[1]))), "none", "bob sent that");
  assert.equal(await noteArrived(services, ALICE, complaint(submitted(IDS[0]))), "ours");
  assert.deepEqual([await notedOf(queue, ALICE), await notedOf(queue, BOB)], [["complaint"], [undefined]]);
});

test("F4: a complaint that comes to the operator counts for who sent the message, once", async () => {
  const events: unknown[] = [];
  await using queue = await sent({ account: BOB }, {}, { account: OPERATOR, messageId: "m3@example.org" });
  const counts = memorySendCounts();
  const services = { ...servicesWith(queue), counts, log: (...event: readonly unknown[]) => void events.push(event) };
  const about = complaint("From: <redacted@example.org>", submitted(IDS[0]), "Message-ID: redacted");
  for (let n = 0; n < 2; n++) assert.equal(await noteArrived(services, OPERATOR, about), "ours");
  assert.equal(await noteArrived(services, BOB, about), "ours", "his own copy of it");
  const event = ["queue.feedback", { account: BOB, feedback: "complaint" }];
  assert.deepEqual(events, [event, event, event]);
  assert.deepEqual(await counts.minutes(BOB, 0), [{ minute: 0, messages: 0, recipients: 0, firsts: 25 }]);
  assert.deepEqual([await counts.minutes(OPERATOR, 0), await counts.minutes(ALICE, 0)], [[], []]);

  assert.equal(await noteArrived(services, OPERATOR, complaint(submitted(IDS[4]))), "none");
  assert.equal(await noteArrived(services, OPERATOR, complaint(named("m3@example.org"))), "ours");
  assert.deepEqual(await notedOf(queue, OPERATOR), [undefined]);
  assert.equal(await noteArrived(services, OPERATOR, complaint(submitted(IDS[2]))), "ours");
  assert.deepEqual(await notedOf(queue, OPERATOR), ["complaint"]);
  const nobody = { ...services, operator: async () => undefined };
  assert.equal(await noteArrived(nobody, OPERATOR, complaint(submitted(IDS[1]))), "none");
  assert.deepEqual(await notedOf(queue, ALICE), [undefined]);
});

test("a sender cannot lay the blame on another by a field of ours that was not ours: the last one counts", async () => {
  await using queue = await sent({}, { account: BOB });
  const services = servicesWith(queue);
  const report = complaint(submitted(IDS[3], "mx.elsewhere.test"), submitted(IDS[0]), submitted(IDS[1]));
  assert.equal(await noteArrived(services, OPERATOR, report), "ours");
  assert.deepEqual([await notedOf(queue, ALICE), await notedOf(queue, BOB)], [["complaint"], [undefined]]);
});

test("F4: what comes back uses up what may go to people not written to before, once for what is reported again", async () => {
  await using queue = await sent({}, {});
  const counts = memorySendCounts();
  const limits: SendLimits = { messagesAMinute: 9, recipientsAnHour: 99, recipientsADay: 99, firstsADay: 60 };
  const services = { ...servicesWith(queue), counts, limitsOf: async () => limits };
  const charged = async (): Promise<unknown> => counts.minutes(ALICE, 0);
  const maySend = async (firsts: number): Promise<string> => {
    const minutes = await counts.minutes(ALICE, 0);
    return allowance(minutes, { messages: 1, recipients: 1, firsts }, limits, clock.now()).kind;
  };
  const about = (n: number): string => submitted(IDS[n]);
  for (const unmatched of [bounce(about(2)), complaint(about(2)), failed("delayed", [], about(0))])
    await noteArrived(services, ALICE, unmatched);
  assert.deepEqual(await charged(), []);
  for (let n = 0; n < 3; n++) await noteArrived(services, ALICE, bounce(about(0)));
  assert.deepEqual(await charged(), [{ minute: 0, messages: 0, recipients: 0, firsts: 5 }]);
  assert.equal(await maySend(55), "allowed");
  assert.equal(await noteArrived(services, ALICE, complaint(about(0))), "ours");
  assert.deepEqual(await charged(), [{ minute: 0, messages: 0, recipients: 0, firsts: 5 }]);
  await noteArrived(services, ALICE, complaint(about(1)));
  assert.deepEqual(await charged(), [{ minute: 0, messages: 0, recipients: 0, firsts: 30 }]);
  assert.deepEqual([await maySend(30), await maySend(31)], ["allowed", "limited"]);
  assert.deepEqual(await counts.minutes(BOB, 0), []);
});

test("F4: who received a message slows its sender by forged reports, and never silences him", async () => {
  let now = 1000;
  const queue = memoryOutboundQueue(clock);
  const names = Array.from({ length: 60 }, (_, n) => `r${n}@example.com`);
  const times = { dueAt: 1000, deadline: 9000, delayAt: 5000 };
  for (const id of IDS.slice(0, 3)) {
    const to = names.map((name) => recipient(name));
    await queue.add(outbound({ id }), to, times, inMemory(new Uint8Array(3)));
  }
  for (let claimed = await queue.claim(wish(1000)); claimed !== undefined; claimed = await queue.claim(wish(1000)))
    for (const work of claimed.works) await queue.settle(work, settlement(1000, { results: allOf(work, "delivered") }));
  const counts = memorySendCounts();
  const limits: SendLimits = { messagesAMinute: 9, recipientsAnHour: 99, recipientsADay: 99, firstsADay: 201 };
  const services: FeedbackServices = {
    ...servicesWith(queue),
    counts,
    limitsOf: async (account) => (account === ALICE ? limits : assert.fail()),
    clock: { ...clock, now: () => now },
  };
  const charged = async (): Promise<number> =>
    (await counts.minutes(ALICE, 0)).reduce((sum, { firsts }) => sum + firsts, 0);
  for (const name of names.slice(0, 30)) {
    const fields = ["Feedback-Type: abuse", "Version: 1", `Original-Rcpt-To: ${name}`];
    assert.equal(await noteArrived(services, ALICE, arriving("feedback-report", fields, [submitted(IDS[0])])), "ours");
  }
  assert.equal(await charged(), 25, "a complaint counts once a message");
  const forge = async (n: number): Promise<void> => {
    for (const name of names.slice(30)) {
      const fields = ["Reporting-MTA: dns; x", "", `Final-Recipient: rfc822; ${name}`, "Action: failed"];
      assert.equal(
        await noteArrived(services, ALICE, arriving("delivery-status", fields, [submitted(IDS[n])])),
        "ours",
      );
    }
  };
  await forge(1);
  assert.equal(await charged(), 100, "half of the limit");
  const maySend = async (firsts: number): Promise<string> =>
    allowance(await counts.minutes(ALICE, 0), { messages: 1, recipients: 1, firsts }, limits, now).kind;
  assert.deepEqual([await maySend(101), await maySend(102)], ["allowed", "limited"]);
  now += DAY;
  await forge(2);
  assert.equal(await charged(), 200, "the next day has its own half");
  assert.deepEqual([await maySend(101), await maySend(102)], ["allowed", "limited"]);
});
