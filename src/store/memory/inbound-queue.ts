/** The queue of accepted mail that waits for its recipient's store, in memory, for tests. */
import type { AccountId, DeliveryId } from "../ids.ts";
import type { Deferred, InboundQueue } from "../inbound-queue.ts";
import { StoreError } from "../store-error.ts";
import { contentOf, gather } from "./gather.ts";

type Row = { readonly entry: Deferred; readonly message: Message };
type Message = { readonly octets: Uint8Array; entries: number };

export function memoryInboundQueue(): InboundQueue {
  const rows = new Map<string, Row>();
  const keyOf = (entry: { readonly id: DeliveryId; readonly account: AccountId }): string =>
    `${entry.id} ${entry.account}`;
  let closed = false;
  const open = (): void => {
    if (closed) throw new StoreError("closed", "the queue is closed");
  };

  return {
    async add(entries, content) {
      open();
      const octets = await gather(content);
      const message: Message = { octets, entries: 0 };
      for (const entry of entries) {
        if (rows.has(keyOf(entry))) continue;
        rows.set(keyOf(entry), { entry: { ...entry, attempts: 0, size: octets.length }, message });
        message.entries += 1;
      }
    },

    async due(now, most) {
      open();
      const waiting = [...rows.values()].map((row) => row.entry).filter((entry) => entry.nextAttemptAt <= now);
      return waiting.toSorted((a, b) => a.acceptedAt - b.acceptedAt || (keyOf(a) < keyOf(b) ? -1 : 1)).slice(0, most);
    },

    async content(entry) {
      open();
      const row = rows.get(keyOf(entry));
      if (row === undefined) throw new StoreError("gone", "the entry was done");
      return contentOf(row.message.octets);
    },

    async postpone(entry, nextAttemptAt) {
      open();
      const row = rows.get(keyOf(entry));
      if (row === undefined) return;
      rows.set(keyOf(entry), { ...row, entry: { ...row.entry, nextAttemptAt, attempts: row.entry.attempts + 1 } });
    },

    async done(entry) {
      open();
      const row = rows.get(keyOf(entry));
      if (row === undefined) return;
      row.message.entries -= 1;
      if (row.message.entries === 0) row.message.octets.fill(0);
      rows.delete(keyOf(entry));
    },

    async count() {
      open();
      return rows.size;
    },

    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}
