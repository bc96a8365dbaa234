/**
 * The bus as a worker sees it: publishes through the hub in the supervisor, and tells the hub which topics this worker
 * listens to, each topic once however many listeners it has. A listener that throws is a bug and ends the worker.
 */
import type { Bus, Notice } from "../bus.ts";
import type { ToHub, ToMember } from "./bus-message.ts";

export class BusMember implements Bus {
  readonly #send: (message: ToHub) => void;
  readonly #topics = new Map<string, Set<(notice: Notice) => void>>();
  readonly #lost = new Set<() => void>();

  constructor(send: (message: ToHub) => void) {
    this.#send = send;
  }

  publish(topic: string, notice: Notice): void {
    this.#send({ kind: "bus-publish", topic, notice });
  }

  subscribe(topic: string, listener: (notice: Notice) => void): Disposable {
    const listeners = this.#topics.getOrInsertComputed(topic, () => new Set());
    // Wrapped, so that one function subscribed twice is two subscriptions.
    const own = (notice: Notice): void => listener(notice);
    listeners.add(own);
    if (listeners.size === 1) this.#send({ kind: "bus-subscribe", topic });
    return {
      [Symbol.dispose]: () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        this.#topics.delete(topic);
        this.#send({ kind: "bus-unsubscribe", topic });
      },
    };
  }

  onLost(listener: () => void): Disposable {
    const own = (): void => listener();
    this.#lost.add(own);
    return { [Symbol.dispose]: () => void this.#lost.delete(own) };
  }

  /** Takes what the hub sent. */
  receive(message: ToMember): void {
    // Listeners may unsubscribe one another: a set that is walked leaves out what was deleted.
    if (message.kind === "bus-lost") for (const listener of this.#lost) listener();
    else for (const listener of this.#topics.get(message.topic) ?? []) listener(message.notice);
  }
}
