/**
 * Tells every worker that what it remembers of an account's log-ins no longer holds: topic `account:<id>` of the bus, and
 * this process itself, which the bus leaves out.
 */
import type { Bus } from "../../host/bus.ts";
import type { AccountId } from "../../store/ids.ts";

/** `forget`: a credential changed, check anew. `end`: no log-in counts any more, sessions say BYE. */
export type Revocation = "forget" | "end";

export interface Revocations {
  publish(account: AccountId, kind: Revocation): void;
  subscribe(account: AccountId, listener: (kind: Revocation) => void): Disposable;
  /** Calls `listener` when revocations may have been lost: compare with the directory. */
  onLost(listener: () => void): Disposable;
}

type Topic = { readonly listeners: Set<(kind: Revocation) => void>; readonly subscription: Disposable };

export function createRevocations(bus: Bus): Revocations {
  const topics = new Map<AccountId, Topic>();
  const tell = (account: AccountId, kind: Revocation): void => {
    for (const listener of topics.get(account)?.listeners ?? []) listener(kind);
  };

  return {
    publish(account, kind) {
      bus.publish(`account:${account}`, { revoked: kind });
      tell(account, kind);
    },

    subscribe(account, listener) {
      const own = (kind: Revocation): void => listener(kind);
      let topic = topics.get(account);
      if (topic === undefined) {
        const subscription = bus.subscribe(`account:${account}`, (notice) => {
          tell(account, notice["revoked"] === "end" ? "end" : "forget");
        });
        topic = { listeners: new Set(), subscription };
        topics.set(account, topic);
      }
      const { listeners, subscription } = topic;
      listeners.add(own);
      return {
        [Symbol.dispose]() {
          if (!listeners.delete(own) || listeners.size > 0) return;
          subscription[Symbol.dispose]();
          topics.delete(account);
        },
      };
    },

    onLost: (listener) => bus.onLost(listener),
  };
}
