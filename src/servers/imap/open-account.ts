/**
 * What the sessions of one account in one worker share: reader, writer, texts of flags, the newest UID map of each
 * mailbox, and one watch on the store from the first SELECT on (other workers need not tell what nobody here looks at).
 * It lives while a session is logged in, so an idle session costs little.
 */
import type { AccountId, MailboxId, ModSeq } from "../../store/ids.ts";
import type { MailboxChange, MailReader, MailWriter } from "../../store/mail-store.ts";
import type { UidMap } from "../../syntax/imap/uid-map.ts";
import { FlagTexts } from "./flag-texts.ts";
import type { ImapServices } from "./services.ts";

/** What a session wants to hear. */
export interface AccountListener {
  changed(change: MailboxChange): void;
}

type SharedMap = { readonly modSeq: ModSeq; readonly map: UidMap };

export class OpenAccount {
  readonly id: AccountId;
  readonly reader: MailReader;
  readonly writer: MailWriter;
  readonly flagTexts: FlagTexts = new FlagTexts();
  readonly #maps = new Map<MailboxId, SharedMap>();
  readonly #listeners = new Set<AccountListener>();
  readonly #services: ImapServices;
  #watch: Disposable | undefined;

  constructor(id: AccountId, services: ImapServices) {
    this.id = id;
    this.#services = services;
    this.reader = services.mail.read(id);
    this.writer = services.mail.write(id);
  }

  /** Has listeners told of changes from now on; to be called before a state is read that they are to be held against. */
  watch(): void {
    this.#watch ??= this.#services.mail.watch(this.id, (change) => {
      for (const listener of this.#listeners) listener.changed(change);
    });
  }

  /** The UIDs of a mailbox at `modSeq` when a session of this worker has them. */
  sharedMap(mailbox: MailboxId, modSeq: ModSeq): UidMap | undefined {
    const shared = this.#maps.get(mailbox);
    return shared?.modSeq === modSeq ? shared.map : undefined;
  }

  /** Gives back the one copy of the UIDs of a mailbox at `modSeq`, which is `map` unless another session was first. */
  shareMap(mailbox: MailboxId, modSeq: ModSeq, map: UidMap): UidMap {
    const shared = this.#maps.get(mailbox);
    if (shared !== undefined && shared.modSeq >= modSeq) return shared.modSeq === modSeq ? shared.map : map;
    this.#maps.set(mailbox, { modSeq, map });
    return map;
  }

  get isUnused(): boolean {
    return this.#listeners.size === 0;
  }

  join(listener: AccountListener): void {
    this.#listeners.add(listener);
  }

  leave(listener: AccountListener): void {
    this.#listeners.delete(listener);
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]();
  }
}
