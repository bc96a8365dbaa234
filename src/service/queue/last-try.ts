/**
 * The last try of what an account has queued, before it is deleted: everything of it is due at once, also what was held
 * because the account might not send; what an operator holds stays. What did not arrive is listed, for nobody can be told
 * by a report any more. May be called again: it begins anew with what is left.
 */
import { type Clock, MINUTE, pause, SECOND } from "../../host/clock.ts";
import type { AccountId } from "../../store/ids.ts";
import type { ListedItem, OutboundQueue, RemoteReply } from "../../store/outbound-queue.ts";
import type { Undelivered } from "../accounts/accounts.ts";
import { allListed } from "./listed.ts";
import { replyWords } from "./reply-words.ts";
import { queueLimits } from "./runner.ts";

export type LastTryServices = {
  readonly queue: Pick<OutboundQueue, "list" | "records" | "release" | "retryNow">;
  readonly clock: Clock;
  /** Lets the queue be looked at now. */
  readonly wake: () => void;
  /** Whether somebody works the queue off; when nobody does, there is nothing to wait for. */
  readonly isServed: () => boolean;
};

/** Promise D5 gives ten minutes for all of a deletion, and whoever asked for it waits. */
const MOST_MS: number = MINUTE;
const LOOK_MS: number = SECOND / 2;
/** What is due and not taken up for so long waits for a destination that rests: somebody else's mail found it silent. */
const QUIET_MS: number = 15 * SECOND;

/** Fulfils when all was tried once, or nothing of it moves, or after a minute. @throws StoreError */
export async function lastTry(
  { queue, clock, wake, isServed }: LastTryServices,
  account: AccountId,
): Promise<readonly Undelivered[]> {
  const begun = clock.now();
  const own = { kind: "account", account } as const;
  let left = await Array.fromAsync(allListed(queue, own));
  if (left.length === 0) return [];
  if (isServed()) {
    const attempts = new Map(left.map((item) => [item.item, item.attempts]));
    const { heldLifeMs } = queueLimits;
    await queue.release(own, "account", { now: begun, lifeMs: heldLifeMs, notBefore: begun, mostMs: heldLifeMs });
    await queue.retryNow(own);
    wake();
    let [seen, seenAt] = ["", begun];
    for (;;) {
      left = await Array.fromAsync(allListed(queue, own));
      const now = clock.now();
      if (now >= begun + MOST_MS || !isServed() || !isUnderWay(left, attempts)) break;
      const state = left.map((item) => `${item.item} ${item.state} ${item.attempts}`).join();
      if (state !== seen || left.some((item) => item.state === "claimed")) [seen, seenAt] = [state, now];
      if (now >= seenAt + QUIET_MS) break;
      await pause(clock, LOOK_MS);
    }
  }
  const refused = (await queue.records(account, begun)).filter(({ end }) => end === "failed" || end === "expired");
  return [
    ...refused.map(({ recipient, reply }) => undelivered(recipient, domainOf(recipient), replyWords(reply))),
    ...stillQueued(left),
  ];
}

/** Whether something of it is being tried, or waits for its turn. */
function isUnderWay(items: readonly ListedItem[], attempts: ReadonlyMap<number, number>): boolean {
  const isTried = (item: ListedItem): boolean => item.attempts > (attempts.get(item.item) ?? 0);
  // Tried and ready at once: nobody answered for its destination, which rests, and all that is for it rests too.
  const resting = new Set(items.filter((item) => item.state === "ready" && isTried(item)).map(destinationOf));
  return items.some((item) => item.state === "claimed" || (item.state === "ready" && !resting.has(item.destination)));
}

function stillQueued(items: readonly ListedItem[]): readonly Undelivered[] {
  const heard = new Map<string, RemoteReply>();
  for (const { destination, recipients } of items)
    for (const { reply } of recipients) if (reply !== undefined) heard.set(destination, reply);
  return items.flatMap(({ destination, recipients, state }) =>
    recipients.map(({ address, reply = heard.get(destination) }) =>
      undelivered(address, destination, state === "held" ? HELD : reply && replyWords(reply)),
    ),
  );
}

const HELD = "it was held";
const destinationOf = ({ destination }: ListedItem): string => destination;
const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase();
const undelivered = (recipient: string, destination: string, lastReply: string | undefined): Undelivered => ({
  recipient,
  destination,
  lastReply,
});
