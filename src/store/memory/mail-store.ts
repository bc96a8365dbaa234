/**
 * The mail store in memory: the second, independent implementation of the interface, and what servers are tested against.
 * It keeps every promise of the interface but rest: with the process all is gone. Watchers are told within the commit.
 */
import { type Clock, systemClock } from "../../host/clock.ts";
import type { NumberSet } from "../../syntax/bytes/number-set.ts";
import type { AccountArchive } from "../account-archive.ts";
import { type AccountId, type MailboxId, modSeq, type ModSeq } from "../ids.ts";
import type { MailboxChange, MailStore } from "../mail-store.ts";
import { StoreError } from "../store-error.ts";
import { memoryArchive } from "./archive.ts";
import { keepQuotaMarks, type MemoryAccount, type MemoryMailbox, newAccount } from "./mail-account.ts";
import { audit } from "./mail-audit.ts";
import { type MemoryLimits, memoryLimits } from "./mail-limits.ts";
import { memoryReader } from "./mail-reader.ts";
import { forgetOld, memoryWriter } from "./mail-writer.ts";

export type MemoryMailStoreOptions = {
  readonly clock?: Clock;
  readonly limits?: Partial<MemoryLimits>;
  /** What vanishes is noted until the ledger of the backups was told. Default false. */
  readonly ledger?: boolean;
};

export type MemoryMailStore = MailStore & { readonly archive: AccountArchive };

export function memoryMailStore(options: MemoryMailStoreOptions = {}): MemoryMailStore {
  const clock = options.clock ?? systemClock;
  const limits: MemoryLimits = { ...memoryLimits, ...options.limits };
  const accounts = new Map<AccountId, MemoryAccount>();
  const listeners = new Map<AccountId, Set<(change: MailboxChange) => void>>();
  const noted = new Set<(account: AccountId) => void>();
  const crossed = new Set<(account: AccountId) => void>();
  let closed = false;

  const accountOf = (id: AccountId): MemoryAccount => {
    if (closed) throw new StoreError("closed", "the store is closed");
    const account = accounts.get(id);
    if (account === undefined) throw new StoreError("no-account", "the account does not exist");
    return account;
  };
  const tell = (id: AccountId, mailbox: MailboxId, modSeq: ModSeq | undefined): void => {
    for (const listener of listeners.get(id) ?? []) listener({ mailbox, modSeq });
  };

  const vanished = (id: AccountId, mailbox: MemoryMailbox, uids: NumberSet | undefined, contents: NumberSet): void => {
    if (options.ledger !== true) return;
    const account = accountOf(id);
    const { id: box, uidValidity, highestModSeq } = mailbox;
    const entry = { mailbox: box, uidValidity, modSeq: modSeq(highestModSeq), uids, contents };
    account.unreported = [...account.unreported, entry];
    for (const listener of noted) queueMicrotask(() => listener(id));
  };

  return {
    archive: memoryArchive({
      account: accountOf,
      exists: (id) => accounts.has(id),
      add(id, account) {
        accounts.set(id, account);
        for (const listener of listeners.get(id) ?? []) listener({ mailbox: undefined, modSeq: undefined });
      },
      now: () => clock.now(),
      listeners: noted,
    }),

    async create(id, { quotaBytes }) {
      if (closed) throw new StoreError("closed", "the store is closed");
      if (!accounts.has(id)) accounts.set(id, newAccount(quotaBytes, clock.now()));
    },

    async destroy(id) {
      accounts.delete(id);
      for (const listener of listeners.get(id) ?? []) listener({ mailbox: undefined, modSeq: undefined });
    },

    read: (id) => memoryReader(() => accountOf(id)),

    write: (id) =>
      memoryWriter({
        account: () => accountOf(id),
        now: () => clock.now(),
        limits,
        sized() {
          if (!keepQuotaMarks(accountOf(id), clock.now())) return;
          for (const listener of crossed) queueMicrotask(() => listener(id));
        },
        tell: (mailbox, modSeq) => tell(id, mailbox, modSeq),
        vanished: (mailbox, uids, contents) => vanished(id, mailbox, uids, contents),
      }),

    watch(id, listener) {
      const own = (change: MailboxChange): void => listener(change);
      const all = listeners.get(id) ?? new Set();
      listeners.set(id, all.add(own));
      return {
        [Symbol.dispose]() {
          all.delete(own);
          if (all.size === 0 && listeners.get(id) === all) listeners.delete(id);
        },
      };
    },

    onQuotaCrossed(listener) {
      const own = (id: AccountId): void => listener(id);
      crossed.add(own);
      return { [Symbol.dispose]: () => void crossed.delete(own) };
    },

    check: async (id) => audit(accountOf(id)),

    async settle() {
      for (const account of accounts.values()) forgetOld(account, clock.now(), limits);
    },

    async [Symbol.asyncDispose]() {
      closed = true;
      accounts.clear();
      listeners.clear();
    },
  };
}
