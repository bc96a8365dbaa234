import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { memoryOutboundQueue } from "../../store/memory/outbound-queue.ts";
import type { ListedItem, OutboundQueue } from "../../store/outbound-queue.ts";
import { StoreError } from "../../store/store-error.ts";
import { readArrivedReport } from "../../syntax/message/arrived-report.ts";
import { noRcptParameters, type RcptParameters } from "../../syntax/smtp/parameters.ts";
import { Delivering } from "./delivering.fixture.ts";
import { createReceipts } from "./receipt.ts";

const clock = new FakeClock("2026-06-01T12:00:00Z");
const asks: RcptParameters = {
  notify: { success: true, failure: true, delay: false },
  orcpt: "rfc822;Alias@example.test",
};
const never: RcptParameters = { notify: { success: false, failure: false, delay: false }, orcpt: undefined };
const MESSAGE = "From: bob@example.net\r\nSubject: hello\r\n\r\nsecret body\r\n";

async function desk() {
  const queue = memoryOutboundQueue(clock);
  let woken = 0;
  const receipts = createReceipts({
    queue,
    signer: { sign: async ({ domain }) => `DKIM-Signature: v=1; d=${domain}\r\n` },
    wake: () => void woken++,
    clock,
    hostName: "mx.example.test",
    domain: "example.test",
  });
  return { queue, receipts, woken: () => woken };
}

async function textOf(queue: OutboundQueue, item: ListedItem | undefined): Promise<string> {
  const octets: Uint8Array[] = [];
  for await (const piece of (await queue.content(item?.message.id ?? assert.fail())).pieces()) octets.push(piece);
  return Buffer.concat(octets).toString();
}

test("RFC 3461: who asked hears of success, once, by a signed report that names what was addressed and holds no content", async () => {
  const { queue, receipts, woken } = await desk();
  await using world = await Delivering.open({ receipts, envelope: { notices: [asks, never], envid: "QQ+2B1" } });
  for (let times = 0; times < 2; times++)
    assert.equal((await world.receive(["alias@example.test", "u2@example.test"], MESSAGE)).code, 250);
  assert.equal(woken(), 1, "a repetition makes no second report");
  const [item, ...others] = await queue.list(undefined, 0, 10);
  assert.deepEqual([item?.message.sender, item?.message.account, others.length], ["", undefined, 0]);
  assert.deepEqual(
    item?.recipients.map(({ address }) => address),
    ["bob@example.net"],
  );
  const text = await textOf(queue, item);
  assert.match(
    text,
    /^DKIM-Signature: v=1; d=example\.test\r\nFrom: Mail Delivery System <postmaster@example\.test>\r\nTo: <bob@example\.net>\r\n/,
  );
  assert.match(text, /\r\nOriginal-Envelope-Id: QQ\+1\r\n/);
  assert.match(
    text,
    /\r\nOriginal-Recipient: rfc822; Alias@example\.test\r\nFinal-Recipient: rfc822; alias@example\.test\r\nAction: delivered\r\nStatus: 2\.0\.0\r\n/,
  );
  assert.match(text, /\r\nSubject: hello\r\n/);
  assert.doesNotMatch(text, /secret body|u1@example|u2@example/);
  const report = readArrivedReport(Buffer.from(text));
  assert.ok(report.kind === "status" && report.action === "delivered");
});

test("RFC 8689 section 6: what was wanted of TLS for the message is wanted for its receipt", async () => {
  const no = "TLS-Required: No\r\n";
  for (const [field, requireTls, wish, destination] of [
    ["", false, "policy", "example.net"],
    ["", true, "required", "example.net"],
    [no, false, "optional", "tls-optional:example.net"],
    [no, true, "required", "example.net"],
    [no + no, false, "policy", "example.net"],
  ] as const) {
    const { queue, receipts } = await desk();
    await using world = await Delivering.open({ receipts, envelope: { notices: [asks], requireTls } });
    assert.equal((await world.receive(["alias@example.test"], field + MESSAGE)).code, 250);
    const [item] = await queue.list(undefined, 0, 10);
    assert.deepEqual([item?.message.tlsWish, item?.destination], [wish, destination]);
    const [header = "", ...parts] = (await textOf(queue, item)).split("\r\n\r\n");
    assert.equal(header.includes(`\r\n${no}`), wish === "optional", "hosts behind the next one hear of it");
    assert.ok(parts.join("\r\n\r\n").includes(`${field}From: bob@example.net\r\nSubject: hello\r\n`));
  }
});

test("nobody hears who did not ask, who has the null path, or whose report cannot be kept", async () => {
  const { queue, receipts } = await desk();
  for (const envelope of [
    { notices: [noRcptParameters] },
    { notices: [never] },
    { notices: [asks], sender: "" },
    { notices: [] },
  ]) {
    await using world = await Delivering.open({ receipts, envelope });
    assert.equal((await world.receive(["u1@example.test"], MESSAGE)).code, 250);
  }
  assert.deepEqual(await queue.list(undefined, 0, 10), []);
  const fails = async (): Promise<void> => {
    throw new StoreError("io", "the queue fails");
  };
  await using world = await Delivering.open({ receipts: fails, envelope: { notices: [asks] } });
  assert.equal((await world.receive(["u1@example.test"], MESSAGE)).code, 250);
  assert.ok(world.events.includes("delivery.failed"));
});
