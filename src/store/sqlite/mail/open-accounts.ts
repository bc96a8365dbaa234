/**
 * The account files that this worker has open: at most so many, the least recently used one is closed first, idle ones
 * before that, and never one whose commits are not durable yet. Opening waits for locks of other processes without blocking.
 */
import type { Bus } from "../../../host/bus.ts";
import type { Clock } from "../../../host/clock.ts";
import type { Log } from "../../../host/events/events.ts";
import { type AccountId, accountId } from "../../ids.ts";
import { StoreError } from "../../store-error.ts";
import { mendLog } from "../rekey/key-change.ts";
import { HOLD_OFF_MS, LET_GO_TOPIC } from "../rekey/let-go.ts";
import { settleKey } from "../rekey/settle.ts";
import { storeError } from "../sqlite-error.ts";
import type { Handle } from "./handle.ts";
import { IdleAccounts } from "./idle-accounts.ts";
import type { MailLimits } from "./limits.ts";
import { type AccountPlace, openAccountFile } from "./open-account.ts";
import { Patience } from "./waiting.ts";

export type OpenAccountsOptions = {
  /** With the bus over which another worker asks that a file be let go. */
  readonly place: AccountPlace & { readonly bus: Bus };
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: MailLimits;
  /** Called when something waits to be erased in an account just opened. */
  readonly doomed: (account: AccountId) => void;
  /** Called when an account was just opened whose holder has not been told of a line of the quota. */
  readonly crossed: (account: AccountId) => void;
  /** Says whether an account must stay open. */
  readonly isBusy: (account: AccountId) => boolean;
  /** Called just before a handle is closed in good order. */
  readonly closing: (handle: Handle) => void;
};

export class OpenAccounts {
  readonly #options: OpenAccountsOptions;
  /** In the order of their last use. */
  readonly #handles = new Map<AccountId, Handle>();
  readonly #opening = new Map<AccountId, Promise<Handle>>();
  /** Accounts whose file failed: checked before they are used again. */
  readonly #suspects = new Set<AccountId>();
  /** Accounts that another is to have alone, until when. */
  readonly #heldOff = new Map<AccountId, number>();
  readonly #asked: Disposable;
  readonly #idle: IdleAccounts;
  #closed = false;

  constructor(options: OpenAccountsOptions) {
    this.#options = options;
    const { clock, limits } = options;
    this.#idle = new IdleAccounts({
      clock,
      idleMs: limits.idleAccountMs,
      open: () => this.accounts(),
      close: (account) => this.#closeIdle(account),
    });
    this.#asked = options.place.bus.subscribe(LET_GO_TOPIC, ({ account, isOver }) => {
      if (isOver === true) this.takeAgain(accountId(String(account)));
      else this.letGo(accountId(String(account)));
    });
  }

  /**
   * Does `work` with the account's handle, at once when it is open; repeats it while another process's lock is in the way.
   * `work` is synchronous and does not keep the handle.
   */
  async use<T>(account: AccountId, work: (handle: Handle) => T): Promise<T> {
    const { clock, limits } = this.#options;
    let patience: Patience | undefined;
    this.#idle.used(account);
    for (;;) {
      const handle = this.#handles.get(account) ?? (await this.#open(account));
      if (this.#handles.get(account) !== handle) continue;
      this.#handles.delete(account);
      this.#handles.set(account, handle);
      try {
        return work(handle);
      } catch (error) {
        patience ??= new Patience(clock, limits.lockMs);
        await patience.after(this.condemn(account, error, "use"));
      }
    }
  }

  /** Names this boot of the kernel. */
  get bootId(): string {
    return this.#options.place.bootId;
  }

  /** The open handle, if there is one. */
  peek(account: AccountId): Handle | undefined {
    return this.#handles.get(account);
  }

  accounts(): readonly AccountId[] {
    return [...this.#handles.keys()];
  }

  /** Closes the account's file, if it is open, in good order. */
  close(account: AccountId): void {
    const handle = this.#handles.get(account);
    if (handle === undefined) return;
    this.#handles.delete(account);
    this.#options.closing(handle);
    handle.close();
  }

  /**
   * Closes the account's file, if it is open, as soon as nothing of it is under way, and does not open it again until
   * `takeAgain`, or for a moment: another is to have it alone.
   */
  letGo(account: AccountId): void {
    this.#heldOff.set(account, this.#options.clock.steady() + HOLD_OFF_MS);
    this.#leave();
  }

  takeAgain(account: AccountId): void {
    this.#heldOff.delete(account);
  }

  /** Closes what is too many: the least recently used ones, but for those that must stay open, and `keep`. */
  trim(keep?: AccountId): void {
    this.#leave();
    let over = this.#handles.size - this.#options.limits.openAccounts;
    for (const account of this.#handles.keys()) {
      if (over <= 0) return;
      if (account === keep || this.#options.isBusy(account)) continue;
      this.close(account);
      over -= 1;
    }
  }

  /**
   * Makes of what was thrown a `StoreError`; when the device failed or the file is damaged the handle is condemned: closed,
   * never used again, and the account suspect until a new one was checked.
   */
  condemn(account: AccountId, error: unknown, step: string): unknown {
    const judged = storeError(error, step);
    if (!(judged instanceof StoreError) || judged.code !== "io") return judged;
    const handle = this.#handles.get(account);
    this.#handles.delete(account);
    this.#suspects.add(account);
    const cause = judged.cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : judged.code;
    this.#options.log("store.suspect", { account, code, step });
    try {
      handle?.close();
    } catch {
      // The handle is useless either way; what matters is reported already.
    }
    return judged;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#asked[Symbol.dispose]();
    this.#idle[Symbol.dispose]();
    await Promise.allSettled(this.#opening.values());
    for (const account of this.accounts()) this.close(account);
  }

  #leave(): void {
    for (const account of this.#heldOff.keys()) this.#closeIdle(account);
  }

  /** @throws StoreError "busy" while another is to have the account alone. */
  #holdOff(account: AccountId, now: number): void {
    const until = this.#heldOff.get(account);
    if (until === undefined) return;
    if (until > now) throw new StoreError("busy", "The account's key is being changed.");
    this.#heldOff.delete(account);
  }

  #closeIdle(account: AccountId): void {
    if (this.#options.isBusy(account)) return;
    try {
      this.close(account);
    } catch (error) {
      this.condemn(account, error, "close");
    }
  }

  #open(account: AccountId): Promise<Handle> {
    const running = this.#opening.get(account);
    if (running !== undefined) return running;
    const opening = this.#openNew(account).finally(() => this.#opening.delete(account));
    this.#opening.set(account, opening);
    return opening;
  }

  async #openNew(account: AccountId): Promise<Handle> {
    const { clock, limits } = this.#options;
    const patience = new Patience(clock, limits.lockMs);
    for (;;) {
      if (this.#closed) throw new StoreError("closed", "The store is closed.");
      try {
        return this.#openNow(account);
      } catch (error) {
        await patience.after(storeError(error, "Opening an account"));
      }
    }
  }

  #openNow(account: AccountId): Handle {
    const { place, limits, clock } = this.#options;
    const now = clock.now();
    this.#holdOff(account, clock.steady());
    settleKey({ place, limits, now }, account);
    const { handle, hasDoomed, isCrossed } = openAccountFile(place, account, limits, now);
    if (this.#mended(handle)) return this.#openNow(account);
    if (this.#suspects.has(account)) this.#examine(handle);
    this.#handles.set(account, handle);
    if (hasDoomed) this.#options.doomed(account);
    if (isCrossed) this.#options.crossed(account);
    this.trim(account);
    return handle;
  }

  /** Closes the handle when it had to be mended, or could not be. */
  #mended(handle: Handle): boolean {
    let isWell = false;
    try {
      isWell = !mendLog(handle.db);
      return !isWell;
    } finally {
      if (!isWell) handle.close();
    }
  }

  #examine(handle: Handle): void {
    if (handle.db.pragma("integrity_check(1)", { simple: true }) === "ok") {
      this.#suspects.delete(handle.account);
      return;
    }
    handle.close();
    throw new StoreError("io", "The account's file failed its integrity check.");
  }
}
