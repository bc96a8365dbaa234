/** Goes through items of the outbound queue, however many there are: some at a time, and others have their turn between. */
import { setImmediate as othersFirst } from "node:timers/promises";
import type { ListedItem, OutboundMail, Selection } from "../../store/outbound-queue.ts";

const ITEMS_AT_ONCE = 200;

/** All items of a selection in the order of their acceptance; none twice, though the queue changes meanwhile. @throws StoreError */
export async function* allListed(
  queue: Pick<OutboundMail, "list">,
  selection: Selection | undefined,
): AsyncGenerator<ListedItem, void> {
  for (let after = 0; ; ) {
    const items = await queue.list(selection, after, ITEMS_AT_ONCE);
    yield* items;
    if (items.length < ITEMS_AT_ONCE) return;
    after = items.at(-1)?.item ?? after;
    await othersFirst();
  }
}
