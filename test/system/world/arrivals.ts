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
  /** All others: none of them may be. */
  readonly doubled: readonly string[];
  readonly recipients: number;
};

/** How long a 250 may take to become durable under load, by the sender that read it. */
const DURABLE_MS = 1000;

export function countArrivals(
  hosts: Iterable<MailHost>,
  accepted: ReadonlyMap<number, readonly string[]>,
  kills: readonly number[],
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
      const wasRead = earlier.session.commands.length > earlier.heard;
      const isCut = kills.some((at) => {
        const { endedAt } = earlier.session;
        return endedAt !== undefined && Math.abs(endedAt - at) < DURABLE_MS && at - earlier.at < DURABLE_MS;
      });
      if (!isCut || earlier.session.commands.at(-1)?.toUpperCase() === "QUIT") doubled.push(address);
      else if (wasRead) undurable++;
      else unread++;
    }
  }
  const wanted = [...accepted.values()].flat();
  const lost = wanted.filter((address) => !copies.has(address));
  return { lost, unread, undurable, doubled, recipients: wanted.length };
}
