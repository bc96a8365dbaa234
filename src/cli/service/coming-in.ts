/** How holders come in, in one worker: who checks their passwords and holds back who guesses, their sessions, the list of log-ins. */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Settings } from "../../host/settings/settings.ts";
import { paidLogIns } from "../../service/billing/paid-log-ins.ts";
import { createAuthenticator } from "../../service/accounts/authenticate.ts";
import type { Authenticator } from "../../service/accounts/authenticator.ts";
import { createRehash } from "../../service/accounts/rehash.ts";
import { guardedProof, proofLimits } from "../../service/recovery/guarded-proof.ts";
import { createProveHolder, type ProveHolder } from "../../service/recovery/prove-holder.ts";
import { createLogInGuard } from "../../service/web-access/log-in-guard.ts";
import { logInLimits, shareOfLogIns } from "../../service/web-access/log-in-limits.ts";
import { createLogInRecords, type LogInRecords } from "../../service/web-access/log-in-records.ts";
import { createWebSessions, type WebSessions } from "../../service/web-access/web-sessions.ts";
import type { Stores } from "../stores.ts";

export type ComingInOptions = {
  readonly settings: Settings;
  readonly stores: Stores;
  /** How many workers share the bounds. */
  readonly workers: number;
  readonly clock: Clock;
  readonly log: Log;
};

/** Disposed of before the stores: what is noted of log-ins is written then. */
export type ComingIn = AsyncDisposable & {
  readonly authenticator: Authenticator;
  /** Asks for the password once more, within a session. */
  readonly prove: ProveHolder;
  readonly logIns: LogInRecords;
  readonly sessions: WebSessions;
};

export function openComingIn({ settings, stores, workers, clock, log }: ComingInOptions): ComingIn {
  const { directory, credentials, hasher, revocations, webAccess, notices } = stores;
  const { tries } = logInLimits;
  const limits = { ...logInLimits, tries: { ...tries, most: settings.logInsAMinute } };
  const store = webAccess;
  const authenticator = createAuthenticator({
    directory,
    hasher,
    revocations,
    log,
    clock,
    rehash: createRehash({ hasher, credentials, log }),
    guard: createLogInGuard({ store, clock, log, limits: shareOfLogIns(limits, workers) }),
    ...(stores.allowance && { barred: paidLogIns(stores.allowance) }),
  });
  const proofGuard = createLogInGuard({ store, clock, log, limits: shareOfLogIns(proofLimits, workers) });
  const logIns = createLogInRecords({
    store,
    directory,
    tell: (account, notice, occasion) => notices.tell(account, notice, occasion),
    clock,
    log,
  });
  return {
    authenticator,
    prove: guardedProof(createProveHolder({ hasher, log }), proofGuard),
    logIns,
    sessions: createWebSessions({ store, directory }),
    async [Symbol.asyncDispose]() {
      authenticator[Symbol.dispose]();
      await logIns[Symbol.asyncDispose]();
    },
  };
}
