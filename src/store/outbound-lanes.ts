/**
 * Mail to the world in several queue files, *lanes*: `outbound.db`, `outbound-2.db` and so on. Each worker works off one
 * that it also puts its mail into, so that no worker waits for another's commits and what it reads of its file stays in
 * its memory; files of more workers than there are now are worked off by the elected one. For everybody else, who looks,
 * holds, drops or asks what became of mail, all lanes are as one queue. Acceptances that may come again (letters of our own,
 * whose ids are derived) go into the first lane, where a second one under the same id is known.
 */
import type { FeedbackNoted, ListedItem, OutboundMail, OutboundQueue, QueueSums } from "./outbound-queue.ts";

/** More than any machine has workers; numbers of items in all lanes stay exact with it, below 2 to the 53rd. */
export const MOST_LANES = 1024;

export type OutboundLanes = AsyncDisposable & {
  readonly lanes: readonly [OutboundQueue, ...OutboundQueue[]];
  /** Does not end them. */
  readonly all: OutboundMail;
};

/** A lane that has nothing of it says so, whatever another one has. */
const BEST_FIRST: readonly FeedbackNoted[] = ["noted", "known", "named"];

/** As one queue. Numbers of items are its own, also in the order of acceptance. */
export function asOne(lanes: OutboundLanes["lanes"]): OutboundMail {
  const [first] = lanes;
  const total = async (of: (lane: OutboundQueue) => Promise<number>): Promise<number> =>
    (await Promise.all(lanes.map(of))).reduce((sum, one) => sum + one, 0);
  const each = async (work: (lane: OutboundQueue) => Promise<void>): Promise<void> =>
    void (await Promise.all(lanes.map(work)));
  return {
    add: (...message) => first.add(...message),
    hold: (...of) => total((lane) => lane.hold(...of)),
    release: (...of) => total((lane) => lane.release(...of)),
    retryNow: (selection) => total((lane) => lane.retryNow(selection)),
    drop: (...of) => total((lane) => lane.drop(...of)),
    async list(selection, after, most) {
      const listed = lanes.map(async (lane, n): Promise<readonly ListedItem[]> => {
        const items = await lane.list(selection, Math.floor((after - n) / MOST_LANES), most);
        return items.map((item) => ({ ...item, item: item.item * MOST_LANES + n }));
      });
      const items = (await Promise.all(listed)).flat();
      return items.toSorted((a, b) => a.item - b.item).slice(0, most);
    },
    async sums() {
      const all = await Promise.all(lanes.map((lane) => lane.sums()));
      const sum = (of: (one: QueueSums) => number): number => all.reduce((so, one) => so + of(one), 0);
      return {
        messages: sum(({ messages }) => messages),
        items: sum(({ items }) => items),
        held: sum(({ held }) => held),
        troubled: sum(({ troubled }) => troubled),
      };
    },
    async records(account, since) {
      const records = (await Promise.all(lanes.map((lane) => lane.records(account, since)))).flat();
      return records.toSorted((a, b) => b.at - a.at);
    },
    async submitterOf(message) {
      const found = await Promise.all(lanes.map((lane) => lane.submitterOf(message)));
      return found.find((account) => account !== undefined);
    },
    async noteFeedback(...about) {
      const verdicts = await Promise.all(lanes.map((lane) => lane.noteFeedback(...about)));
      return BEST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? "unknown";
    },
    forget: (before) => total((lane) => lane.forget(before)),
    forgetAccount: (account) => each((lane) => lane.forgetAccount(account)),
    erase: () => each((lane) => lane.erase()),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
