/** Who wants to hear of changes to an account: listeners in this process, and over the bus those in other workers. */
import type { Bus, Notice } from "../../../host/bus.ts";
import type { AccountId } from "../../ids.ts";
import { mailboxId, modSeq } from "../../ids.ts";
import type { MailboxChange } from "../../mail-store.ts";

type Listener = (change: MailboxChange) => void;
type Watched = { readonly listeners: Set<Listener>; readonly subscription: Disposable };

const EVERYTHING: MailboxChange = { mailbox: undefined, modSeq: undefined };
const topicOf = (account: AccountId): string => `mail/${account}`;

export class Watchers implements Disposable {
  readonly #bus: Bus;
  readonly #watched = new Map<AccountId, Watched>();
  readonly #lost: Disposable;

  constructor(bus: Bus) {
    this.#bus = bus;
    this.#lost = bus.onLost(() => {
      for (const account of this.#watched.keys()) this.#call(account, [EVERYTHING]);
    });
  }

  watch(account: AccountId, listener: Listener): Disposable {
    const own: Listener = (change) => listener(change);
    const watched = this.#watched.get(account) ?? this.#subscribe(account);
    watched.listeners.add(own);
    return {
      [Symbol.dispose]: () => {
        watched.listeners.delete(own);
        if (watched.listeners.size > 0 || this.#watched.get(account) !== watched) return;
        this.#watched.delete(account);
        watched.subscription[Symbol.dispose]();
      },
    };
  }

  /** Tells listeners here and in other workers. */
  tell(account: AccountId, changes: readonly MailboxChange[]): void {
    this.#call(account, changes);
    for (const change of changes) this.#bus.publish(topicOf(account), noticeOf(change));
  }

  [Symbol.dispose](): void {
    this.#lost[Symbol.dispose]();
    for (const { subscription } of this.#watched.values()) subscription[Symbol.dispose]();
    this.#watched.clear();
  }

  #subscribe(account: AccountId): Watched {
    const subscription = this.#bus.subscribe(topicOf(account), (notice) => this.#call(account, [changeOf(notice)]));
    const watched = { listeners: new Set<Listener>(), subscription };
    this.#watched.set(account, watched);
    return watched;
  }

  #call(account: AccountId, changes: readonly MailboxChange[]): void {
    for (const listener of this.#watched.get(account)?.listeners ?? []) {
      for (const change of changes) listener(change);
    }
  }
}

/** Numbers alone travel; 0 stands for "not said". */
function noticeOf({ mailbox, modSeq }: MailboxChange): Notice {
  return { mailbox: mailbox ?? 0, modSeq: modSeq ?? 0 };
}

function changeOf(notice: Notice): MailboxChange {
  const mailbox = Number(notice["mailbox"] ?? 0);
  const seq = Number(notice["modSeq"] ?? 0);
  return { mailbox: mailbox === 0 ? undefined : mailboxId(mailbox), modSeq: seq === 0 ? undefined : modSeq(seq) };
}
