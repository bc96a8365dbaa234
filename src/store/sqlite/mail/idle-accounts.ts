/**
 * Notices which open account files nobody used for a while, and has them closed: each holds some 400 KB, and most sessions
 * only wait. One at a time, for closing writes the log back and takes a millisecond or two.
 */
import type { Clock } from "../../../host/clock.ts";
import type { AccountId } from "../../ids.ts";

export type IdleAccountsOptions = {
  readonly clock: Clock;
  /** An account is closed when it was not used for between half of this and all of it. */
  readonly idleMs: number;
  /** The accounts that are open. */
  readonly open: () => readonly AccountId[];
  /** Closes an account if it may be closed. */
  readonly close: (account: AccountId) => void;
};

/** Lets others work between two closings. */
const PAUSE_MS = 5;

export class IdleAccounts implements Disposable {
  readonly #options: IdleAccountsOptions;
  /** Used since the last look. */
  readonly #recent = new Set<AccountId>();
  #idle: AccountId[] = [];
  #timer: Disposable | undefined;

  constructor(options: IdleAccountsOptions) {
    this.#options = options;
  }

  used(account: AccountId): void {
    this.#recent.add(account);
    if (this.#timer === undefined) this.#lookLater();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #lookLater(): void {
    const { clock, idleMs } = this.#options;
    this.#timer = clock.after(idleMs / 2, () => this.#look());
  }

  #look(): void {
    this.#idle = this.#options.open().filter((account) => !this.#recent.has(account));
    this.#recent.clear();
    this.#closeNext();
  }

  #closeNext(): void {
    const account = this.#idle.pop();
    if (account === undefined) {
      this.#timer = undefined;
      if (this.#options.open().length > 0) this.#lookLater();
      return;
    }
    if (!this.#recent.has(account)) this.#options.close(account);
    this.#timer = this.#options.clock.after(PAUSE_MS, () => this.#closeNext());
  }
}
