/**
 * Counts what arrived, recipient by recipient. SMTP permits one kind of duplicate (RFC 1047): the host took a message, and
 * whoever sent it died before its 250 was noted. The host sees it: the connection that carried the earlier copy broke off
 * without QUIT, in the moment of a kill.
 */
import type { MailHost, Taken } from "./mail-host.ts";

export type Arrivals = {
  readonly lost: readonly string[];
  /** Copies beyond the first whose earlier copy was the last word on a connection that broke off: its 250 was not read. */
  readonly unread: number;
  /** Whose 250 was read, for the connection went on with another message, but the sender died before it was durable. */
  readonly undurable: number;
  /** All others, each with what is known of its earlier copy: none of them may be. */
  readonly doubled: readonly string[];
  readonly recipients: number;
};

/** From the signal until every process that it concerns was gone, by `performance.now`. */
export type Kill = { readonly from: number; readonly gone: number };

/** How long, on a busy machine, a 250 that was said may take to become durable, and the end of a connection to be seen. */
const BUSY_MS = 2000;

export function countArrivals(
  hosts: Iterable<MailHost>,
  accepted: ReadonlyMap<number, readonly string[]>,
  kills: readonly Kill[],
): Arrivals {
  const copies = new Map<string, Taken[]>();
  for (const { taken } of hosts)
    for (const one of taken)
      for (const line of one.rcpts) {
        const address = /<(.*)>/.exec(line)?.[1] ?? "";
        copies.set(address, [...(copies.get(address) ?? []), one]);
      }
  const doubled: string[] = [];
  let unread = 0;
  let undurable = 0;
  for (const [address, all] of copies) {
    for (const earlier of all.toSorted((a, b) => a.at - b.at).slice(0, -1)) {
      const { commands, endedAt = 0 } = earlier.session;
      const isCut = kills.some(
        ({ from, gone }) => endedAt > from && endedAt < gone + BUSY_MS && earlier.at > from - BUSY_MS,
      );
      if (!isCut || commands.at(-1)?.toUpperCase() === "QUIT") {
        const since = (time: number): string => kills.map(({ from }) => Math.round(time - from)).join(" ");
        doubled.push(
          `${address}: taken ${since(earlier.at)} ms, cut ${since(endedAt)} ms after kills, ${commands.at(-1)}`,
        );
      } else if (commands.length > earlier.heard) undurable++;
      else unread++;
    }
  }
  const wanted = [...accepted.values()].flat();
  const lost = wanted.filter((address) => !copies.has(address));
  return { lost, unread, undurable, doubled, recipients: wanted.length };
}
