/**
 * Sessions of the web site (promise W3). A session counts as long as its row does and its account may log in: both are read
 * at every visit, so what ends in one worker has ended in all, and nothing needs to be told. It ends when it was unused for
 * its time, at the latest ten days after its last use (promise D2), also where "stay logged in" was ticked.
 */
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import type { Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { SessionRecord, SessionStore } from "../../store/web-access.ts";
import { mayLogIn } from "../accounts/account-state.ts";

export type WebSession = Pick<SessionRecord, "id" | "account" | "begunAt" | "seenAt" | "isStaying">;

export type SessionLives = {
  /** Unused: a browser that somebody left open. */
  readonly shortMs: number;
  /** An hour below ten days: the pass that erases comes each hour. */
  readonly stayingMs: number;
  /** From the password to the second step, however often it is asked for. */
  readonly waitingMs: number;
  /** A visit is noted only where the last one was noted so long ago. */
  readonly touchEveryMs: number;
};

export const sessionLives: SessionLives = Object.freeze({
  shortMs: DAY,
  stayingMs: 239 * HOUR,
  waitingMs: 10 * MINUTE,
  touchEveryMs: MINUTE,
});

/** @throws StoreError from every method */
export interface WebSessions {
  /** `undefined`: there is none, its time is over, its second step is due, or its account may not log in. */
  find<I extends string>(id: I, now: number): Promise<(WebSession & { readonly id: I }) | undefined>;
  touch(id: string, now: number): Promise<void>;
  create(session: WebSession): Promise<void>;
  end(id: string): Promise<void>;

  /** Begins one that counts for nothing: who has done the second step ends it, and begins another. */
  createWaiting(session: WebSession): Promise<void>;
  /** A session whose second step is due. */
  findWaiting(id: string, now: number): Promise<WebSession | undefined>;

  /** Those that count, the one seen last first. */
  list(account: AccountId, now: number): Promise<readonly WebSession[]>;
  /** False: the account has none such. */
  endOne(account: AccountId, id: string): Promise<boolean>;
  endAll(account: AccountId, except?: string): Promise<void>;
}

export type WebSessionsOptions = {
  readonly store: SessionStore;
  readonly directory: Pick<Directory, "byId">;
  readonly lives?: SessionLives;
};

export function createWebSessions({ store, directory, lives = sessionLives }: WebSessionsOptions): WebSessions {
  const lifeMs = (session: Pick<SessionRecord, "isStaying" | "awaitsSecondStep">): number =>
    session.awaitsSecondStep ? lives.waitingMs : session.isStaying ? lives.stayingMs : lives.shortMs;

  const recordOf = (session: WebSession, awaitsSecondStep: boolean): SessionRecord => {
    const { id, account, begunAt, seenAt, isStaying } = session;
    const expiresAt = seenAt + lifeMs({ isStaying, awaitsSecondStep });
    return { id, account, begunAt, seenAt, isStaying, awaitsSecondStep, expiresAt };
  };

  const living = async (id: string, now: number, awaitsSecondStep: boolean): Promise<SessionRecord | undefined> => {
    const session = await store.session(id);
    if (session === undefined || session.expiresAt <= now || session.awaitsSecondStep !== awaitsSecondStep)
      return undefined;
    const account = await directory.byId(session.account);
    return account !== undefined && mayLogIn(account) ? session : undefined;
  };

  return {
    async find(id, now) {
      const session = await living(id, now, false);
      return session === undefined ? undefined : { ...sessionOf(session), id };
    },
    async touch(id, now) {
      const session = await store.session(id);
      if (session === undefined || session.expiresAt <= now || session.awaitsSecondStep) return;
      const unlessSince = now - lives.touchEveryMs;
      if (session.seenAt > unlessSince) return;
      await store.touchSession(id, { seenAt: now, expiresAt: now + lifeMs(session), unlessSince });
    },
    create: (session) => store.addSession(recordOf(session, false)),
    async end(id) {
      await store.endSession(id);
    },

    createWaiting: (session) => store.addSession(recordOf(session, true)),
    async findWaiting(id, now) {
      const session = await living(id, now, true);
      return session === undefined ? undefined : sessionOf(session);
    },

    async list(account, now) {
      const all = await store.sessions(account);
      return all.filter((session) => session.expiresAt > now && !session.awaitsSecondStep).map(sessionOf);
    },
    endOne: (account, id) => store.endSession(id, account),
    async endAll(account, except) {
      await store.endSessions(account, except);
    },
  };
}

const sessionOf = ({ id, account, begunAt, seenAt, isStaying }: SessionRecord): WebSession => ({
  id,
  account,
  begunAt,
  seenAt,
  isStaying,
});
