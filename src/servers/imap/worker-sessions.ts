/** The sessions of this worker: their accounts, opened once each, and one place that ends them all when the service stops. */
import type { AccountId } from "../../store/ids.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { type AccountListener, OpenAccount } from "./open-account.ts";
import type { ImapServices } from "./services.ts";

export interface StoppableSession {
  /** The service stops. */
  stop(): void;
}

export class WorkerSessions {
  readonly #services: ImapServices;
  readonly #sessions = new Set<StoppableSession>();
  readonly #accounts = new Map<AccountId, OpenAccount>();

  constructor(services: ImapServices) {
    this.#services = services;
    services.signal.addEventListener("abort", () => {
      for (const session of this.#sessions) session.stop();
    });
  }

  add(session: StoppableSession): void {
    this.#sessions.add(session);
    if (this.#services.signal.aborted) session.stop();
  }

  remove(session: StoppableSession): void {
    this.#sessions.delete(session);
  }

  /** Opens the account for a session, or gives the one that another session opened. */
  open(id: AccountId, listener: AccountListener): OpenAccount {
    let account = this.#accounts.get(id);
    if (account === undefined) {
      account = new OpenAccount(id, this.#services);
      this.#accounts.set(id, account);
    }
    account.join(listener);
    return account;
  }

  close(account: OpenAccount, listener: AccountListener): void {
    account.leave(listener);
    if (!account.isUnused || this.#accounts.get(account.id) !== account) return;
    this.#accounts.delete(account.id);
    account[Symbol.dispose]();
  }
}

const workers = new WeakMap<MailStore, WorkerSessions>();

/** The sessions that share a mail store. */
export function workerSessions(services: ImapServices): WorkerSessions {
  let sessions = workers.get(services.mail);
  if (sessions === undefined) {
    sessions = new WorkerSessions(services);
    workers.set(services.mail, sessions);
  }
  return sessions;
}
