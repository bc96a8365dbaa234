/** A queue with somebody who takes what is offered, for its tests. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../../../../test/world/fake-clock.ts";
import { HOUR, MINUTE } from "../../../host/clock.ts";
import { allOf, outbound, recipient, settlement, wish } from "../../contract/outbound-samples.ts";
import { inMemory } from "../../contract/samples.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { ContentSource } from "../../mail-store.ts";
import type { Batch, OutboundQueue, Taker } from "../../outbound-queue.ts";
import { openSqliteOutboundQueue } from "./outbound-queue.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-offering-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const START = "2026-03-01T12:00:00Z";
export const now: number = Date.parse(START);
export const TIMES: Parameters<OutboundQueue["add"]>[2] = {
  dueAt: now,
  deadline: now + 5 * 24 * HOUR,
  delayAt: now + 4 * HOUR,
};
export const UNTIL: number = now + MINUTE;
export const BODY: Uint8Array = new TextEncoder().encode("Subject: offered\r\n\r\nwords\r\n");

export type World = AsyncDisposable & {
  readonly clock: FakeClock;
  readonly queue: OutboundQueue;
  readonly file: string;
  readonly key: FileKey;
  readonly taken: { readonly batch: Batch; readonly content: ContentSource }[];
  /** Places kept and not given back. */
  places: number;
  put(...addresses: readonly string[]): Promise<string>;
};

/** A queue from which one.example has taken something, with a taker who has room for one. */
export async function world(): Promise<World> {
  const clock = new FakeClock(START);
  const key = randomBytes(32) as Uint8Array as FileKey;
  const file = join(folder, `${randomBytes(8).toString("hex")}.db`);
  const queue = await openSqliteOutboundQueue({ file, key, clock });
  const put = async (...addresses: readonly string[]): Promise<string> => {
    const octets = new Uint8Array(BODY);
    const outcome = await queue.add(
      outbound(),
      addresses.map((one) => recipient(one)),
      TIMES,
      inMemory(octets),
    );
    // The caller's memory is its own again.
    octets.fill(0);
    return outcome;
  };
  await put("first@one.example");
  const batch = (await queue.claim(wish(now))) ?? assert.fail();
  for (const work of batch.works) await queue.settle(work, settlement(now, { results: allOf(work, "delivered") }));
  const made: World = {
    clock,
    queue,
    file,
    key,
    taken: [],
    places: 0,
    put,
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  };
  const taker: Taker = {
    leaseUntil: () => UNTIL,
    keepPlace() {
      if (made.places > 0) return undefined;
      made.places++;
      return {
        take: (one, content) => void made.taken.push({ batch: one, content }),
        giveBack: () => void made.places--,
      };
    },
  };
  queue.offerTo?.(taker);
  return made;
}
