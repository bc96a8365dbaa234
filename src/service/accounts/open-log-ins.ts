/**
 * Who is logged in with this process for longer than one request, and by what. A session hears at once that its account's
 * log-ins have ended; when only something changed (an app password was revoked), or when word of a change may have been lost,
 * what opened each session is held against the directory, and those end that it would not open any more.
 */
import { setImmediate as othersFirst } from "node:timers/promises";
import type { Account, Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import { mayLogIn } from "./account-state.ts";
import { openedBy, type Proof, type Proven } from "./proof.ts";
import type { Revocations } from "./revocation.ts";

export interface OpenLogIns extends Disposable {
  /** Calls `listener` once, when `proven` is worth nothing any more. */
  watch(proven: Proven, listener: () => void): Disposable;
}

type Session = { readonly proof: Proof; readonly listener: () => void };
type Watched = { readonly sessions: Set<Session>; readonly subscription: Disposable };

export function createOpenLogIns({
  directory,
  revocations,
}: {
  readonly directory: Pick<Directory, "byId" | "appPasswords">;
  readonly revocations: Revocations;
}): OpenLogIns {
  const accounts = new Map<AccountId, Watched>();

  const forget = (account: AccountId, session: Session): boolean => {
    const watched = accounts.get(account);
    if (watched?.sessions.delete(session) !== true) return false;
    if (watched.sessions.size === 0) {
      watched.subscription[Symbol.dispose]();
      accounts.delete(account);
    }
    return true;
  };
  const end = (account: AccountId, session: Session): void => {
    if (forget(account, session)) session.listener();
  };

  /** A directory that does not answer speaks against them: they come again when it does. */
  const isWorthless = async (proven: Proven): Promise<boolean> => {
    try {
      const current = await openedBy(directory, proven);
      return current === undefined || !mayStayIn(current, proven.proof);
    } catch (error) {
      if (error instanceof StoreError) return true;
      throw error;
    }
  };
  const compare = async (account: AccountId): Promise<void> => {
    for (const session of accounts.get(account)?.sessions ?? [])
      if (await isWorthless({ account, proof: session.proof })) end(account, session);
  };
  const compareAll = async (): Promise<void> => {
    for (const account of accounts.keys()) {
      await compare(account);
      await othersFirst();
    }
  };
  const lost = revocations.onLost(() => void compareAll());

  const watched = (account: AccountId): Watched => {
    const known = accounts.get(account);
    if (known !== undefined) return known;
    const sessions = new Set<Session>();
    const subscription = revocations.subscribe(account, (kind) => {
      if (kind === "forget") void compare(account);
      else for (const session of sessions) end(account, session);
    });
    const made = { sessions, subscription };
    accounts.set(account, made);
    return made;
  };

  return {
    watch({ account, proof }, listener) {
      const session = { proof, listener };
      watched(account).sessions.add(session);
      return { [Symbol.dispose]: () => void forget(account, session) };
    },
    [Symbol.dispose]() {
      lost[Symbol.dispose]();
      for (const { subscription } of accounts.values()) subscription[Symbol.dispose]();
      accounts.clear();
    },
  };
}

/** With a second step on, mail programs come in by app passwords alone. */
const mayStayIn = (account: Account, { kind }: Proof): boolean =>
  mayLogIn(account) && (kind === "app" || account.secondStep !== true);
