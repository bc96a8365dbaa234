import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import {
  ALICE,
  allOf,
  BOB,
  outbound,
  recipient,
  reply,
  settlement,
  wish,
} from "../../store/contract/outbound-samples.ts";
import { octets } from "../../store/contract/outbound-world.ts";
import type { AccountId } from "../../store/ids.ts";
import { memoryOutboundQueue } from "../../store/memory/outbound-queue.ts";
import type { OutboundQueue } from "../../store/outbound-queue.ts";
import { onItsWay, type RecipientOnItsWay } from "./on-its-way.ts";

const clock = new FakeClock("2026-06-01T12:00:00Z");
const NOW = clock.now();

async function send(queue: OutboundQueue, account: AccountId, ...to: readonly string[]): Promise<void> {
  const message = outbound({ account, submittedAt: NOW });
  const times = { dueAt: NOW, deadline: NOW + 5 * DAY, delayAt: NOW + 4 * HOUR };
  await queue.add(
    message,
    to.map((address) => recipient(address)),
    times,
    octets(),
  );
}

const textOf = ({ recipient: to, reply: heard, next }: RecipientOnItsWay): string =>
  `${to} ${heard?.code ?? heard?.enhanced ?? "-"} ${next.kind} ${next.kind === "at" ? (next.at - NOW) / MINUTE : ""}`.trim();

test("D5: each recipient is listed with what was heard last and when it is tried again, and nobody else's", async () => {
  await using queue = memoryOutboundQueue(clock);
  const mine = async (most = 10) => {
    const { recipients, isMore } = await onItsWay({ queue, clock }, ALICE, most);
    return [...recipients.map(textOf), ...(isMore ? ["more"] : [])];
  };
  assert.deepEqual(await mine(), []);
  await send(queue, ALICE, "late@a.example", "later@a.example");
  await send(queue, BOB, "other@a.example");
  const [first = assert.fail()] = (await queue.claim(wish(NOW, { until: NOW + MINUTE })))?.works ?? [];
  assert.deepEqual(await mine(), ["late@a.example - now", "later@a.example - now"]);
  await queue.settle(first, settlement(NOW, { results: allOf(first, "waits"), retryAt: NOW + 5 * MINUTE }));
  await send(queue, ALICE, "silent@b.example");
  await queue.rest("b.example", NOW + 7 * MINUTE, reply(0, "no answer", { code: undefined, enhanced: "4.4.1" }));
  await send(queue, ALICE, "new@c.example");
  await send(queue, ALICE, "kept@d.example");
  await queue.hold({ kind: "destination", destination: "d.example" }, "operator", DAY);
  assert.deepEqual(await mine(), [
    "late@a.example 451 at 5",
    "later@a.example 451 at 5",
    "silent@b.example 4.4.1 at 7",
    "new@c.example - at 0",
    "kept@d.example - held",
  ]);
  assert.deepEqual(await mine(1), ["late@a.example 451 at 5", "more"]);
  assert.deepEqual((await mine(5)).length, 5, "all of them are not more than that");
});
