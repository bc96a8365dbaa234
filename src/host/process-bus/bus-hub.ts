/**
 * The middle of the bus, in the supervisor: passes each notice to the workers that subscribed to its topic, never to
 * the one that published it, tells publishers which topics anyone listens to, and tells all when a worker is lost.
 *
 * A worker subscribes and then reads the store; a notice of another worker can overtake the subscription on its way
 * here. So publishers and hub remember the notices of the last moment (past-notices.ts), sent or not, and a new
 * subscriber gets those of its topic: every change committed after a worker called `subscribe` reaches it.
 */
import type { Clock } from "../clock.ts";
import type { ToHub, ToMember } from "./bus-message.ts";
import { PastNotices } from "./past-notices.ts";

/** One worker at the hub. */
export interface HubMember {
  /** Takes what the worker sent. */
  receive(message: ToHub): void;
  /** The worker is gone: the others compare with the store. Idempotent. */
  leave(): void;
}

export class BusHub {
  readonly #members = new Map<HubMember, (message: ToMember) => void>();
  readonly #subscribers = new Map<string, Set<HubMember>>();
  readonly #past: PastNotices<HubMember>;

  constructor(clock: Clock) {
    this.#past = new PastNotices(clock);
  }

  join(send: (message: ToMember) => void): HubMember {
    const member: HubMember = {
      receive: (message) => this.#receive(member, message),
      leave: () => this.#leave(member),
    };
    this.#members.set(member, send);
    for (const topic of this.#subscribers.keys()) send({ kind: "bus-interest", topic, isWanted: true });
    return member;
  }

  #receive(from: HubMember, message: ToHub): void {
    const send = this.#members.get(from);
    if (send === undefined) return;
    const { topic } = message;
    switch (message.kind) {
      case "bus-publish":
        this.#past.add(from, topic, message.notice);
        for (const member of this.#subscribers.get(topic) ?? [])
          if (member !== from) this.#members.get(member)?.({ kind: "bus-notice", topic, notice: message.notice });
        break;
      case "bus-subscribe": {
        for (const { by, notice } of this.#past.of(topic)) if (by !== from) send({ kind: "bus-notice", topic, notice });
        this.#change(topic, () => this.#subscribers.getOrInsertComputed(topic, () => new Set()).add(from));
        break;
      }
      case "bus-unsubscribe":
        this.#unsubscribe(from, topic);
        break;
    }
  }

  #unsubscribe(member: HubMember, topic: string): void {
    this.#change(topic, () => {
      const subscribers = this.#subscribers.get(topic);
      subscribers?.delete(member);
      if (subscribers?.size === 0) this.#subscribers.delete(topic);
    });
  }

  /** Changes who listens to a topic, and tells every worker for which it makes a difference. */
  #change(topic: string, change: () => void): void {
    const before = [...this.#members.keys()].map((member) => this.#isWanted(topic, member));
    change();
    for (const [n, [member, send]] of [...this.#members].entries()) {
      const isWanted = this.#isWanted(topic, member);
      if (isWanted !== before[n]) send({ kind: "bus-interest", topic, isWanted });
    }
  }

  /** Says whether anyone but `member` listens. */
  #isWanted(topic: string, member: HubMember): boolean {
    const subscribers = this.#subscribers.get(topic);
    return subscribers !== undefined && subscribers.size > (subscribers.has(member) ? 1 : 0);
  }

  #leave(member: HubMember): void {
    if (!this.#members.delete(member)) return;
    for (const [topic, subscribers] of this.#subscribers) if (subscribers.has(member)) this.#unsubscribe(member, topic);
    for (const send of this.#members.values()) send({ kind: "bus-lost" });
  }
}
