/**
 * The middle of the bus, in the supervisor: passes each notice to the workers that subscribed to its topic, never to
 * the one that published it, and tells the others when a worker is lost.
 *
 * A worker subscribes and then reads the store; a notice of another worker can overtake the subscription on its way
 * here. So the hub remembers the notices of the last moment and gives a new subscriber those of its topic: every change
 * committed after a worker called `subscribe` reaches it.
 */
import type { Notice } from "../bus.ts";
import { type Clock, SECOND } from "../clock.ts";
import type { ToHub, ToMember } from "./bus-message.ts";

/** How long a subscription may be on its way: far above any delay of an event loop that works. */
const REMEMBER_MS = 5 * SECOND;
/** Bounds the memory of the hub; at 2,000 notices a second this is two seconds. */
const REMEMBER_NOTICES = 4096;

type Past = { readonly at: number; readonly from: HubMember; readonly topic: string; readonly notice: Notice };

/** One worker at the hub. */
export interface HubMember {
  /** Takes what the worker sent. */
  receive(message: ToHub): void;
  /** The worker is gone: the others compare with the store. Idempotent. */
  leave(): void;
}

export class BusHub {
  readonly #clock: Clock;
  readonly #members = new Map<HubMember, (message: ToMember) => void>();
  readonly #subscribers = new Map<string, Set<HubMember>>();
  /** A ring: the newest overwrites the oldest. */
  readonly #past: Past[] = [];
  #published = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  join(send: (message: ToMember) => void): HubMember {
    const member: HubMember = {
      receive: (message) => this.#receive(member, message),
      leave: () => this.#leave(member),
    };
    this.#members.set(member, send);
    return member;
  }

  #receive(from: HubMember, message: ToHub): void {
    const send = this.#members.get(from);
    if (send === undefined) return;
    const { topic } = message;
    switch (message.kind) {
      case "bus-publish":
        this.#publish(from, topic, message.notice);
        break;
      case "bus-subscribe":
        this.#subscribers.getOrInsertComputed(topic, () => new Set()).add(from);
        for (const notice of this.#missed(from, topic)) send({ kind: "bus-notice", topic, notice });
        break;
      case "bus-unsubscribe":
        this.#unsubscribe(from, topic);
        break;
    }
  }

  #publish(from: HubMember, topic: string, notice: Notice): void {
    this.#past[this.#published % REMEMBER_NOTICES] = { at: this.#clock.now(), from, topic, notice };
    this.#published += 1;
    for (const member of this.#subscribers.get(topic) ?? [])
      if (member !== from) this.#members.get(member)?.({ kind: "bus-notice", topic, notice });
  }

  #missed(member: HubMember, topic: string): readonly Notice[] {
    const since = this.#clock.now() - REMEMBER_MS;
    const start = this.#published % REMEMBER_NOTICES;
    return [...this.#past.slice(start), ...this.#past.slice(0, start)]
      .filter((past) => past.topic === topic && past.at >= since && past.from !== member)
      .map((past) => past.notice);
  }

  #unsubscribe(member: HubMember, topic: string): void {
    const subscribers = this.#subscribers.get(topic);
    subscribers?.delete(member);
    if (subscribers?.size === 0) this.#subscribers.delete(topic);
  }

  #leave(member: HubMember): void {
    if (!this.#members.delete(member)) return;
    for (const topic of this.#subscribers.keys()) this.#unsubscribe(member, topic);
    for (const send of this.#members.values()) send({ kind: "bus-lost" });
  }
}
