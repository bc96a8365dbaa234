/** Work on many rows that lets others have their turn: an account may have 100,000 mails. */
import { setImmediate as turn } from "node:timers/promises";

/** Rows of cheap work: below a millisecond or two. */
const SLICE = 5000;

/** Visits each item in order, in slices with a turn of the loop between them. */
export async function visitAll<T>(items: readonly T[], visit: (item: T) => void): Promise<void> {
  for (let at = 0; at < items.length; at += SLICE) {
    await turn();
    for (const item of items.slice(at, at + SLICE)) visit(item);
  }
}

/** Calls `work` for each item, up to `atOnce` at a time. The first error ends it, when what was begun has ended. */
export async function workThrough<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, n: number) => Promise<void>,
): Promise<void> {
  const entries = items.entries();
  let hasFailed = false;
  const one = async (): Promise<void> => {
    for (const [n, item] of entries) {
      if (hasFailed) return;
      await turn();
      try {
        await work(item, n);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, one));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
