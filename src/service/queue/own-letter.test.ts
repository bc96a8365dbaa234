import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { wish } from "../../store/contract/outbound-samples.ts";
import { collect } from "../../store/contract/samples.ts";
import { deliveryId } from "../../store/ids.ts";
import { memoryOutboundQueue } from "../../store/memory/outbound-queue.ts";
import { type OwnLetter, postOwnLetter } from "./own-letter.ts";

const text = (words: string): Uint8Array => new TextEncoder().encode(`Subject: s\r\n\r\n${words}\r\n`);
const LETTER: OwnLetter = {
  id: deliveryId("d".repeat(32)),
  sender: "",
  to: "Ada@Elsewhere.EXAMPLE",
  domain: "ours.example",
  mustBeSigned: false,
  destinationPrefix: "",
  messageId: undefined,
  ret: "HDRS",
  envid: undefined,
  submittedAt: 5000,
  deadline: 9000,
  content: text("words"),
};

async function posted(more: Partial<OwnLetter>, signature = "") {
  const queue = memoryOutboundQueue(new FakeClock("2026-06-01T12:00:00Z"));
  let woken = 0;
  const post = { queue, signer: { sign: async () => signature }, wake: () => void woken++ };
  const outcome = await postOwnLetter(post, { ...LETTER, ...more });
  const [work] = (await queue.claim(wish(5000)))?.works ?? [];
  const octets = work && (await collect((await queue.content(work.message.id)).pieces()));
  return { outcome, woken, work, octets: octets && Buffer.from(octets).toString() };
}

test("a letter of the service is nobody's, tells nobody of its fate, and goes by the domain in lower case", async () => {
  const { outcome, woken, work, octets } = await posted({ destinationPrefix: "tlsrpt:" }, "DKIM-Signature: s\r\n");
  assert.deepEqual([outcome, woken], ["queued", 1]);
  const { size: _size, ...message } = work?.message ?? assert.fail();
  assert.deepEqual(message, {
    id: LETTER.id,
    account: undefined,
    sender: "",
    messageId: undefined,
    body: "7BIT",
    smtpUtf8: false,
    tlsWish: "policy",
    ret: "HDRS",
    envid: undefined,
    submittedAt: 5000,
  });
  const [{ address, destination, notify, orcpt } = assert.fail()] = work?.recipients ?? [];
  assert.deepEqual([address, destination, orcpt], [LETTER.to, "tlsrpt:elsewhere.example", undefined]);
  assert.deepEqual(notify, { success: false, failure: false, delay: false });
  assert.deepEqual([work?.deadline, octets], [9000, "DKIM-Signature: s\r\nSubject: s\r\n\r\nwords\r\n"]);
});

test("octets and addresses beyond ASCII are said to be so", async () => {
  const { work } = await posted({ content: text("å"), to: "ö@elsewhere.example", ret: undefined });
  assert.deepEqual([work?.message.body, work?.message.smtpUtf8, work?.message.ret], ["8BITMIME", true, undefined]);
});

test("without a signature a letter goes as it is, but where it must be signed it stays", async () => {
  assert.equal((await posted({})).octets, "Subject: s\r\n\r\nwords\r\n");
  const { outcome, woken, work } = await posted({ mustBeSigned: true });
  assert.deepEqual([outcome, woken, work], ["unsigned", 0, undefined]);
});
