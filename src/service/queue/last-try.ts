/**
 * The last try of what an account has queued, before it is deleted: everything of it is due at once, also what was held
 * because the account might not send; what an operator holds stays. What did not arrive is listed, for nobody can be told
 * by a report any more. May be called again: it begins anew with what is left.
 */
import { type Clock, MINUTE, pause, SECOND } from "../../host/clock.ts";
import type { AccountId } from "../../store/ids.ts";
import type { ListedItem, OutboundMail } from "../../store/outbound-queue.ts";
import type { Undelivered } from "../accounts/accounts.ts";
import { allListed } from "./listed.ts";
import { domainOfPlace } from "./optional-tls.ts";
import { replyWords } from "./reply-words.ts";
import { queueLimits } from "./queue-limits.ts";

export type LastTryServices = {
  readonly queue: Pick<OutboundMail, "list" | "records" | "release" | "retryNow">;
  readonly clock: Clock;
  /** Lets the queue be looked at now. */
  readonly wake: () => void;
  /** Whether somebody works the queue off; when nobody does, there is nothing to wait for. */
  readonly isServed: () => boolean;
};

/** Promise D5 gives ten minutes for all of a deletion, and whoever asked for it waits. */
const MOST_MS: number = MINUTE;
const LOOK_MS: number = SECOND / 2;
/** Fulfils when all was tried once, by itself or by others' mail for its destination, or after a minute. @throws StoreError */
export async function lastTry(
  { queue, clock, wake, isServed }: LastTryServices,
  account: AccountId,
): Promise<readonly Undelivered[]> {
  const begun = clock.now();
  const own = { kind: "account", account } as const;
  let left = await Array.fromAsync(allListed(queue, own));
  if (left.length === 0) return [];
  const attemptsBefore = new Map(left.map(({ item, attempts }) => [item, attempts]));
  const isWorkedOff = isServed();
  if (isWorkedOff) {
    const { heldLifeMs } = queueLimits;
    await queue.release(own, "account", { now: begun, lifeMs: heldLifeMs, notBefore: begun, mostMs: heldLifeMs });
    await queue.retryNow(own);
    wake();
    for (;;) {
      left = await Array.fromAsync(allListed(queue, own));
      const isWorthWaiting = left.some((item) => isUnderWay(item, begun + MOST_MS));
      if (clock.now() >= begun + MOST_MS || !isServed() || !isWorthWaiting) break;
      await pause(clock, LOOK_MS);
    }
  }
  const refused = (await queue.records(account, begun)).filter(({ end }) => end === "failed" || end === "expired");
  return [
    ...refused.map(({ recipient, reply }) => undelivered(recipient, domainOf(recipient), replyWords(reply))),
    ...stillQueued(left, (item) => {
      if (item.attempts !== attemptsBefore.get(item.item)) return true;
      // Somebody else's mail asked for all that is for a silent destination.
      return isWorkedOff && item.restsUntil !== undefined && item.destinationReply !== undefined;
    }),
  ];
}

/**
 * Being tried, or waiting for its turn. A host that asked for less, or has no place free, lives: what waits for it goes when
 * that is over, if it is soon. The rest of a silent destination is longer than we have.
 */
const isUnderWay = ({ state, restsUntil = 0 }: ListedItem, until: number): boolean =>
  state === "claimed" || (state === "ready" && restsUntil <= until);

function stillQueued(items: readonly ListedItem[], wasTried: (item: ListedItem) => boolean): readonly Undelivered[] {
  return items.flatMap((item) => {
    const { destination, recipients, state, destinationReply } = item;
    const place = domainOfPlace(destination);
    return recipients.map(({ address, reply = destinationReply }) => {
      if (state === "held") return undelivered(address, place, HELD);
      if (state === "claimed") return undelivered(address, place, IN_HAND);
      const words = reply && replyWords(reply);
      return undelivered(address, place, words === undefined || wasTried(item) ? words : `${words}${NOT_AGAIN}`);
    });
  });
}

const HELD = "it was held";
const IN_HAND = "its host had not answered yet, and may still take it";
const NOT_AGAIN = " (from before: it was not tried again)";
const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase();
const undelivered = (recipient: string, destination: string, lastReply: string | undefined): Undelivered => ({
  recipient,
  destination,
  lastReply,
});
