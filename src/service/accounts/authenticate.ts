/**
 * Checks who logs in, for every server. A name that does not exist costs the same argon2 as one that does, and what cannot
 * be a password too; all wait for their turn (log-in-turns.ts), none is refused because others came first. A right
 * password of the last 15 minutes is recognised by its HMAC (login-memory.ts), and even then the directory is asked
 * whether it still holds, so that a change counts in every worker from the moment it is committed. Where a second step is
 * on, servers of mail let in app passwords only, for they cannot ask for a code.
 */
import { type Clock, systemClock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Account, Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import { mayLogIn } from "./account-state.ts";
import { appPasswordForm, matchAppPassword } from "./app-password.ts";
import type { Authenticator, Login, Observe, Purpose, RefusedLogin } from "./authenticator.ts";
import { logInName } from "./log-in-name.ts";
import { type Asker, createLogInTurns } from "./log-in-turns.ts";
import { LoginMemory, MEMORY_BOUNDS, type MemoryBounds } from "./login-memory.ts";
import { createOpenLogIns } from "./open-log-ins.ts";
import type { PasswordHasher } from "./password.ts";
import { MAX_PASSWORD_BYTES, preparePassword } from "./password-text.ts";
import { openedBy, type Proof, type Proven } from "./proof.ts";
import type { Rehash } from "./rehash.ts";
import type { LogInGuard, LogInOutcome, LogInTry } from "../web-access/log-in-guard.ts";
import { networkOf } from "../web-access/network-of.ts";
import type { Revocations } from "./revocation.ts";

export type AuthenticatorOptions = {
  readonly directory: Directory;
  readonly hasher: PasswordHasher;
  readonly revocations: Revocations;
  readonly log: Log;
  /** Told of log-ins that counted and of wrong passwords, with the client's address: the watch, which has one an account. */
  readonly observe?: Observe;
  /**
   * Why an account does not come in although all else is right, `undefined`: it does. Asked last and each time, so that only
   * who knows the password hears it. @throws StoreError: then nobody is let in
   */
  readonly barred?: (account: AccountId) => Promise<RefusedLogin | undefined>;
  /** Slows who guesses, before anything is checked; what is remembered to be right passes by. Without it nobody is slowed. */
  readonly guard?: LogInGuard;
  /** Makes hashes of an earlier cost anew when their password comes by; without it they stay. */
  readonly rehash?: Rehash;
  readonly clock?: Clock;
  readonly bounds?: MemoryBounds;
};

/** Where a log-in came from, undefined where the server did not say; and what it is for. */
type Asked = {
  readonly client: string | undefined;
  readonly software: string | undefined;
  readonly purpose: Purpose;
};
/** A password as typed; as it is hashed, where it can be one; and the key under which it is remembered. */
type Typed = { readonly password: string; readonly prepared: string | undefined; readonly key: string };
type Failure = { readonly kind: "wrong" } | { readonly kind: "unavailable" };
const WRONG: Login = { kind: "wrong" };
const UNAVAILABLE: Login = { kind: "unavailable" };
const SUSPENDED: RefusedLogin = {
  kind: "refused",
  why: "suspended",
  sentence: "This account is suspended. Write to the operator of this service to learn why and what to do.",
};
const APP_PASSWORD_ONLY: RefusedLogin = {
  kind: "refused",
  why: "app-password",
  sentence:
    "This account has two-step log-in, so mail programs need an app password. Make one under Account on the website.",
};

export function createAuthenticator(options: AuthenticatorOptions): Authenticator & Disposable {
  const { directory, hasher, revocations, log, observe, guard, clock = systemClock, bounds = MEMORY_BOUNDS } = options;
  const memory = new LoginMemory(clock, revocations, bounds);
  const open = createOpenLogIns({ directory, revocations });
  const turns = createLogInTurns({ atOnce: hasher.atOnce, clock });
  /** Checks under way, by what for and the key of what they check: a client that opens five connections costs one hash. */
  const underWay = new Map<string, Promise<Login>>();

  const refuse = (account: AccountId | undefined, reason: string, login: Login): Login => {
    log("login.refused", { account, reason });
    return login;
  };

  const wrong = (account: AccountId, appPassword: boolean, client: Asked["client"]): Login => {
    observe?.("login.refused", { account, appPassword, client }, clock.now());
    return refuse(account, "wrong password", WRONG);
  };

  /** Lets in, as far as `proof` leads for what is asked. */
  const accept = async (account: Account, proof: Proof, remembered: boolean, asked: Asked): Promise<Login> => {
    const { client, purpose } = asked;
    const appPassword = proof.kind === "app";
    if (purpose === "portal" && appPassword) return wrong(account.id, appPassword, client);
    const { secondStep } = account;
    if (purpose === "mail" && secondStep && !appPassword)
      return refuse(account.id, "needs an app password", APP_PASSWORD_ONLY);
    const bar = await options.barred?.(account.id);
    if (bar !== undefined) return refuse(account.id, bar.why, bar);
    log("login.accepted", { account: account.id, appPassword, remembered });
    observe?.("login.accepted", { account: account.id, appPassword, client }, clock.now());
    const login = { kind: "accepted", account: account.id, primary: account.primary, proof } as const;
    return purpose === "portal" && secondStep ? { ...login, secondStep } : login;
  };

  const prove = async (prepared: string | undefined, known: Account | undefined): Promise<Proof | Failure> => {
    if (prepared === undefined) {
      const verdict = await hasher.verify("", hasher.unmatched);
      return { kind: verdict === "unavailable" ? verdict : "wrong" };
    }
    const form = appPasswordForm(prepared);
    if (form !== undefined) {
      const match = await matchAppPassword(form, known === undefined ? [] : await directory.appPasswords(known.id));
      if (match !== undefined) return { kind: "app", id: match.id };
    }
    const verdict = await hasher.verify(prepared, known?.passwordHash ?? hasher.unmatched);
    if (verdict === "right" && known !== undefined) {
      const hash = (await options.rehash?.(known, prepared)) ?? known.passwordHash;
      return { kind: "password", hash };
    }
    return { kind: verdict === "unavailable" ? "unavailable" : "wrong" };
  };

  const check = async (name: string, typed: Typed, asked: Asked): Promise<Login> => {
    const found = await directory.byAddress(name);
    const known = found?.primary === name && found.state !== "closing" ? found : undefined;
    const { client: address, software } = asked;
    const plain = { name, password: typed.prepared ?? typed.password, account: known?.id, address };
    const attempt: LogInTry = software === undefined ? plain : { ...plain, client: software };
    if (guard === undefined) return checkInTurn(known, typed, attempt, asked);
    const ended = await guard.enter(attempt);
    if (ended === undefined) return UNAVAILABLE;
    let outcome: LogInOutcome = "untried";
    try {
      const login = await checkInTurn(known, typed, attempt, asked);
      if (login.kind === "wrong") outcome = "wrong";
      else if (login.kind !== "unavailable") outcome = "right";
      return login;
    } finally {
      ended(outcome);
    }
  };

  const checkInTurn = async (
    known: Account | undefined,
    typed: Typed,
    attempt: LogInTry,
    asked: Asked,
  ): Promise<Login> => {
    const asker: Asker = {
      network: networkOf(attempt.address ?? ""),
      standing: async () => (guard === undefined ? "stranger" : guard.standing(attempt)),
      isHurried: asked.purpose === "portal",
    };
    let proof: Proof | Failure;
    {
      using turn = await turns.take(asker);
      proof = turn === undefined ? { kind: "unavailable" } : await prove(typed.prepared, known);
    }
    return settle(known, typed, proof, asked);
  };

  const settle = async (
    known: Account | undefined,
    { prepared, key }: Typed,
    proof: Proof | Failure,
    asked: Asked,
  ): Promise<Login> => {
    if (proof.kind === "unavailable") return refuse(known?.id, "too many checks at once", proof);
    if (prepared === undefined) return refuse(undefined, "not a password", WRONG);
    if (known === undefined) return refuse(undefined, "no such name", WRONG);
    if (proof.kind === "wrong") return wrong(known.id, appPasswordForm(prepared) !== undefined, asked.client);
    const success: Proven = { account: known.id, proof };
    const current = await openedBy(directory, success);
    if (current === undefined) return refuse(known.id, "changed meanwhile", WRONG);
    if (current.state === "suspended") return refuse(known.id, "suspended", SUSPENDED);
    memory.remember(key, success);
    return accept(current, proof, false, asked);
  };

  const recall = async (key: string, asked: Asked): Promise<Login | undefined> => {
    const remembered = memory.recall(key);
    if (remembered === undefined) return undefined;
    const current = await openedBy(directory, remembered);
    if (current !== undefined && mayLogIn(current)) return accept(current, remembered.proof, true, asked);
    memory.forget(key);
    return undefined;
  };

  const answer = async (name: string, password: string, asked: Asked): Promise<Login> => {
    const prepared = usable(password);
    const canonical = logInName(name);
    const key = memory.keyOf(canonical, prepared ?? `not a password\0${password}`);
    const recalled = await recall(key, asked);
    if (recalled !== undefined) return recalled;
    const turn = `${asked.purpose} ${key}`;
    const typed = { password, prepared, key };
    const running = underWay.get(turn) ?? check(canonical, typed, asked).finally(() => underWay.delete(turn));
    underWay.set(turn, running);
    return running;
  };

  return {
    async authenticate(name, password, { signal, client, software, purpose = "mail" } = {}) {
      try {
        const login = answer(name, password, { client, software, purpose });
        return await (signal === undefined ? login : unlessAborted(login, signal));
      } catch (error) {
        if (error instanceof StoreError) return refuse(undefined, "a store does not answer", UNAVAILABLE);
        throw error;
      }
    },

    onRevoked: (login, listener) => open.watch(login, listener),

    [Symbol.dispose]() {
      open[Symbol.dispose]();
      memory[Symbol.dispose]();
    },
  };
}

/** As it is hashed; `undefined` where no account can have it. */
function usable(password: string): string | undefined {
  const prepared = preparePassword(password);
  return prepared === undefined || Buffer.byteLength(prepared) > MAX_PASSWORD_BYTES ? undefined : prepared;
}

/** Waits for the answer no longer than the one who asked; leaves nothing behind on the signal, which outlives many checks. */
async function unlessAborted(login: Promise<Login>, signal: AbortSignal): Promise<Login> {
  const gone = Promise.withResolvers<Login>();
  const leave = (): void => gone.resolve(UNAVAILABLE);
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await Promise.race([login, gone.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
