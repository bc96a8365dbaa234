/**
 * The bus as a worker sees it: publishes through the hub in the supervisor what some other worker listens to (a message
 * between processes costs as much as a third of a delivery), and tells the hub which topics this worker listens to,
 * each once however many listeners it has. A topic is left some time after its last listener: who polls comes back.
 * A listener that throws is a bug and ends the worker.
 */
import type { Bus, Notice } from "../bus.ts";
import { type Clock, SECOND } from "../clock.ts";
import type { ToHub, ToMember } from "./bus-message.ts";
import { PastNotices } from "./past-notices.ts";

/** Longer than clients that connect anew for each folder take between two connections. */
const LINGER_MS = 60 * SECOND;

type Topic = { readonly listeners: Set<(notice: Notice) => void>; leaving: Disposable | undefined };

export class BusMember implements Bus {
  readonly #send: (message: ToHub) => void;
  readonly #clock: Clock;
  readonly #topics = new Map<string, Topic>();
  readonly #lost = new Set<() => void>();
  /** Topics that another worker listens to. */
  readonly #wanted = new Set<string>();
  /** Published while nobody seemed to listen: a subscription may have been on its way. */
  readonly #unsent: PastNotices<undefined>;

  constructor(send: (message: ToHub) => void, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
    this.#unsent = new PastNotices(clock);
  }

  publish(topic: string, notice: Notice): void {
    if (this.#wanted.has(topic)) this.#send({ kind: "bus-publish", topic, notice });
    else this.#unsent.add(undefined, topic, notice);
  }

  subscribe(topic: string, listener: (notice: Notice) => void): Disposable {
    const isNew = !this.#topics.has(topic);
    const { listeners } = this.#stay(topic);
    // Wrapped, so that one function subscribed twice is two subscriptions.
    const own = (notice: Notice): void => listener(notice);
    listeners.add(own);
    if (isNew) this.#send({ kind: "bus-subscribe", topic });
    return {
      [Symbol.dispose]: () => {
        if (listeners.delete(own) && listeners.size === 0) this.#leaveLater(topic);
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
    switch (message.kind) {
      case "bus-lost":
        for (const listener of this.#lost) listener();
        break;
      case "bus-interest":
        this.#noteInterest(message.topic, message.isWanted);
        break;
      case "bus-notice":
        // Listeners may unsubscribe one another: a set that is walked leaves out what was deleted.
        for (const listener of this.#topics.get(message.topic)?.listeners ?? []) listener(message.notice);
    }
  }

  #noteInterest(topic: string, isWanted: boolean): void {
    if (!isWanted) {
      this.#wanted.delete(topic);
      return;
    }
    this.#wanted.add(topic);
    for (const { notice } of this.#unsent.of(topic)) this.#send({ kind: "bus-publish", topic, notice });
  }

  /** The topic, not about to be left any more. */
  #stay(name: string): Topic {
    const topic = this.#topics.getOrInsertComputed(name, () => ({ listeners: new Set(), leaving: undefined }));
    topic.leaving?.[Symbol.dispose]();
    topic.leaving = undefined;
    return topic;
  }

  #leaveLater(name: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    topic.leaving = this.#clock.after(LINGER_MS, () => {
      this.#topics.delete(name);
      this.#send({ kind: "bus-unsubscribe", topic: name });
    });
  }
}
