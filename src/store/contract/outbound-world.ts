/** What the cases of the outbound queue's contract stand in: a fresh queue, a clock that is set, short words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../host/clock.ts";
import type { DeliveryId } from "../ids.ts";
import type { Batch, OutboundQueue, OutboundRecipient, Work } from "../outbound-queue.ts";
import { StoreError } from "../store-error.ts";
import { outbound, recipient } from "./outbound-samples.ts";
import { inMemory } from "./samples.ts";

export const DAY = 86_400_000;
export const TIMES: { readonly dueAt: number; readonly deadline: number; readonly delayAt: number } = {
  dueAt: 1000,
  deadline: 50_000,
  delayAt: 20_000,
};
export const octets = (text = "From: a\r\n\r\nbody\r\n"): ReturnType<typeof inMemory> =>
  inMemory(new TextEncoder().encode(text));
export const isGone = (error: unknown): boolean => error instanceof StoreError && error.code === "gone";

export type World = {
  readonly queue: OutboundQueue;
  readonly at: (now: number) => void;
  readonly put: (
    to: readonly (string | OutboundRecipient)[],
    more?: Parameters<typeof outbound>[0],
  ) => Promise<DeliveryId>;
};

export type RegisterOutboundCase = (claim: string, body: (world: World) => Promise<void>) => void;

/** Makes the function that registers cases, each with a queue of its own. */
export function outboundCaseRegister(
  name: string,
  openQueue: (clock: Clock) => Promise<OutboundQueue>,
): RegisterOutboundCase {
  return (claim, body) => {
    test(`${claim} (${name})`, async () => {
      let now = 1000;
      const clock: Clock = { now: () => now, steady: () => now, after: () => ({ [Symbol.dispose]: () => {} }) };
      await using queue = await openQueue(clock);
      const put: World["put"] = async (to, more) => {
        const message = outbound(more);
        const recipients = to.map((one) => (typeof one === "string" ? recipient(one) : one));
        assert.equal(await queue.add(message, recipients, TIMES, octets()), "added");
        return message.id;
      };
      await body({
        queue,
        put,
        at: (time) => {
          now = time;
        },
      });
    });
  };
}

export function only(batch: Batch | undefined): Work {
  assert.equal(batch?.works.length, 1);
  return batch.works[0] ?? assert.fail();
}
