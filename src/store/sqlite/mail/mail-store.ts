/**
 * The mail store on encrypted SQLite, one file an account (design: one writer queue with group commit a worker and file,
 * durable by an own sync of the write-ahead log). Any worker opens any account; what one commits the others hear of over
 * the bus. This file joins the parts.
 */
import { fdatasync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Bus } from "../../../host/bus.ts";
import type { Clock } from "../../../host/clock.ts";
import type { Log } from "../../../host/events/events.ts";
import type { AccountArchive } from "../../account-archive.ts";
import type { AccountKeys } from "../../crypt/account-keys.ts";
import { accountId, type AccountId } from "../../ids.ts";
import type { MailboxChange, MailStore } from "../../mail-store.ts";
import { StoreError } from "../../store-error.ts";
import { storeError } from "../sqlite-error.ts";
import type { AuditableAccount } from "../../auditable.ts";
import { rekeyAccount } from "../rekey/rekey.ts";
import { auditableAccounts } from "./account-audit.ts";
import { createDeliveryExpiry, type DeliveryExpiry } from "./delivery-expiry.ts";
import { type AccountFiles, accountFiles } from "./account-files.ts";
import { accountArchive } from "./archive/archive.ts";
import { audit } from "./audit.ts";
import { Commits, type Sync } from "./commits.ts";
import { forgetOld, Forgotten } from "./deliveries.ts";
import { Eraser, truncate } from "./eraser.ts";
import type { Handle } from "./handle.ts";
import { type MailLimits, mailLimits } from "./limits.ts";
import { accountPath, createAccountFile } from "./open-account.ts";
import { OpenAccounts } from "./open-accounts.ts";
import { mailReader } from "./reader.ts";
import { Transaction } from "./transaction.ts";
import { Patience, turn } from "./waiting.ts";
import { Watchers } from "./watchers.ts";
import { mailWriter } from "./writer.ts";

export type SqliteMailStoreOptions = {
  /** Where the account files lie; must exist. */
  readonly folder: string;
  readonly keys: AccountKeys;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Names this boot of the kernel: another one tells of a crash (open-account.ts). */
  readonly bootId: string;
  readonly log: Log;
  readonly limits?: Partial<MailLimits>;
  /** How octets are made durable; tests watch or break it. Default fdatasync. */
  readonly sync?: Sync;
  /** What vanishes is noted until the ledger of the backups was told (`archive.reported`). Default false: nothing is. */
  readonly ledger?: boolean;
};

export type SqliteMailStore = MailStore & {
  /** What a backup takes of an account, and a restore puts back. */
  readonly archive: AccountArchive;
  /**
   * Opens every account that was not closed in good order, so that what is doomed there is erased though nobody logs in,
   * and empties its write-ahead log. In one worker, at the start of the service and when another worker died.
   */
  sweep(signal: AbortSignal): Promise<void>;
  /** What lies in the folder, by name. */
  files(): Promise<AccountFiles>;
  /** Rewrites the account's file under a new key and destroys the old one. @throws StoreError, as rekey.ts says. */
  rekey(account: AccountId): Promise<void>;
  /** A pass of delivery-expiry.ts; in one worker, every EXPIRY_EVERY_MS. */
  expireDeliveries(signal: AbortSignal): ReturnType<DeliveryExpiry["expire"]>;
  /** Lends account files to the audit of retention. */
  auditable(accounts: readonly AccountId[]): AsyncIterable<AuditableAccount>;
};

const CLOSED_TOPIC = "mail/destroyed";
const EVERYTHING: readonly MailboxChange[] = [{ mailbox: undefined, modSeq: undefined }];

export function openSqliteMailStore(options: SqliteMailStoreOptions): SqliteMailStore {
  return new Store(options);
}

class Store implements SqliteMailStore {
  readonly #options: SqliteMailStoreOptions;
  readonly #limits: MailLimits;
  readonly #accounts: OpenAccounts;
  readonly #commits: Commits;
  readonly #eraser: Eraser;
  readonly #watchers: Watchers;
  readonly #noted = new Set<(account: AccountId) => void>();
  readonly #crossed = new Set<(account: AccountId) => void>();
  readonly archive: AccountArchive;
  readonly #forgotten = new Forgotten();
  readonly #destroyed: Disposable;
  readonly #expiry: DeliveryExpiry;
  #closed = false;

  constructor(options: SqliteMailStoreOptions) {
    const { bus, clock, log } = options;
    this.#options = options;
    this.#limits = { ...mailLimits, ...options.limits };
    const limits = this.#limits;
    this.#watchers = new Watchers(bus);
    this.#accounts = new OpenAccounts({
      place: options,
      clock,
      log,
      limits,
      doomed: (account) => this.#eraser.soon(account, 0),
      crossed: (account) => this.#tellCrossed(account),
      isBusy: (account) => this.#commits.isBusy(account),
      closing: (handle) => this.#forgetNow(handle),
    });
    this.#commits = new Commits({
      accounts: this.#accounts,
      clock,
      limits,
      sync: options.sync ?? fdatasync,
      piggyback: (tx) => this.#forgotten.apply(tx),
      tell: (account, changes) => this.#watchers.tell(account, changes),
      doomed: (account) => this.#eraser.soon(account),
      ledger: this.#ledger,
      noted: (account) => {
        for (const listener of this.#noted) listener(account);
      },
      crossed: (account) => this.#tellCrossed(account),
    });
    this.#eraser = new Eraser({ accounts: this.#accounts, commits: this.#commits, clock, limits });
    this.archive = accountArchive({
      place: options,
      accounts: this.#accounts,
      commits: this.#commits,
      clock,
      limits,
      letGo: (account) => {
        if (this.#closed) throw new StoreError("closed", "The store is closed.");
        return this.#letAllGo(account);
      },
      restored: (account) => this.#watchers.tell(account, EVERYTHING),
      listeners: this.#noted,
    });
    this.#expiry = createDeliveryExpiry({
      place: options,
      clock,
      limits,
      accounts: async () => (await this.files()).accounts,
      doomed: (account) => this.#eraser.soon(account, 0),
      crossed: (account) => this.#tellCrossed(account),
    });
    this.#destroyed = bus.subscribe(CLOSED_TOPIC, ({ account }) => void this.#letGo(accountId(String(account))));
  }

  async create(account: AccountId, { quotaBytes }: { readonly quotaBytes: number }): Promise<void> {
    const patience = new Patience(this.#options.clock, this.#limits.lockMs);
    for (;;) {
      if (this.#closed) throw new StoreError("closed", "The store is closed.");
      try {
        return createAccountFile(this.#options, account, quotaBytes, this.#options.clock.now());
      } catch (error) {
        await patience.after(storeError(error, "Creating an account"));
      }
    }
  }

  async destroy(account: AccountId): Promise<void> {
    await this.#letAllGo(account);
    this.#options.keys.destroy(account);
    const path = accountPath(this.#options.folder, account);
    for (const suffix of ["", "-wal", "-shm"]) await rm(path + suffix, { force: true });
    this.#watchers.tell(account, EVERYTHING);
  }

  read(account: AccountId): ReturnType<MailStore["read"]> {
    return mailReader(this.#accounts, account);
  }

  write(account: AccountId): ReturnType<MailStore["write"]> {
    return mailWriter(account, this.#commits, (of, delivery) => this.#forgotten.add(of, delivery));
  }

  watch(account: AccountId, listener: Parameters<MailStore["watch"]>[1]): Disposable {
    return this.#watchers.watch(account, listener);
  }

  onQuotaCrossed(listener: (account: AccountId) => void): Disposable {
    const own = (account: AccountId): void => listener(account);
    this.#crossed.add(own);
    return { [Symbol.dispose]: () => void this.#crossed.delete(own) };
  }

  check(account: AccountId): ReturnType<MailStore["check"]> {
    return this.#accounts.use(account, audit);
  }

  async settle(): Promise<void> {
    await this.#commits.drain();
    for (const account of this.#forgotten.accounts()) {
      await this.#commits.commit(account, forgetOld).catch((error: unknown) => this.#giveUp(account, error));
    }
    await this.#eraser.settle();
    await this.#commits.drain();
    for (const account of this.#accounts.accounts()) {
      await this.#accounts.use(account, truncate);
      await turn();
    }
  }

  async sweep(signal: AbortSignal): Promise<void> {
    for (const account of (await this.files()).logs) {
      if (signal.aborted || this.#closed) return;
      try {
        // What was erased just before a crash is still in the log, though no longer on the list of the doomed.
        if (!(await this.#accounts.use(account, truncate))) this.#eraser.soon(account);
      } catch (error) {
        // One file that does not open keeps no other from being swept; whoever asks for it is told.
        if (!(error instanceof StoreError)) throw error;
      }
      await turn();
    }
  }

  rekey(account: AccountId): Promise<void> {
    return rekeyAccount({ accounts: this.#accounts, place: this.#options, bus: this.#options.bus }, account);
  }

  expireDeliveries(signal: AbortSignal): ReturnType<DeliveryExpiry["expire"]> {
    return this.#expiry.expire(signal);
  }

  auditable(accounts: readonly AccountId[]): AsyncIterable<AuditableAccount> {
    return auditableAccounts(this.#options, this.#options.clock, accounts);
  }

  files(): Promise<AccountFiles> {
    return accountFiles(this.#options.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#destroyed[Symbol.dispose]();
    await this.#eraser[Symbol.asyncDispose]();
    await this.#commits[Symbol.asyncDispose]();
    await this.#accounts[Symbol.asyncDispose]();
    this.#watchers[Symbol.dispose]();
  }

  /** Later, for it may be in the middle of a commit or of an opening. */
  #tellCrossed(account: AccountId): void {
    for (const listener of this.#crossed) queueMicrotask(() => listener(account));
  }

  get #ledger(): boolean {
    return this.#options.ledger === true;
  }

  /** As `#letGo`, in every worker: here before it fulfils, elsewhere as soon as they hear of it. */
  async #letAllGo(account: AccountId): Promise<void> {
    this.#options.bus.publish(CLOSED_TOPIC, { account });
    await this.#letGo(account);
  }

  /** Ends what this worker does with an account whose file is about to go, or to come. */
  async #letGo(account: AccountId): Promise<void> {
    await this.#commits.drain(account);
    this.#eraser.drop(account);
    this.#forgotten.drop(account);
    this.#accounts.close(account);
  }

  /** A file that is closed gets its left-over work now; should that fail, fingerprints die by age. */
  #forgetNow(handle: Handle): void {
    if (!this.#forgotten.accounts().includes(handle.account)) return;
    try {
      handle.run("BEGIN IMMEDIATE");
      this.#forgotten.apply(new Transaction(handle, this.#limits, this.#options.clock.now(), this.#ledger));
      handle.run("COMMIT");
    } catch {
      if (handle.db.inTransaction) handle.run("ROLLBACK");
    }
  }

  #giveUp(account: AccountId, error: unknown): void {
    this.#forgotten.drop(account);
    if (!(error instanceof StoreError)) throw error;
  }
}
