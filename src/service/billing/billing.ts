/**
 * Subscriptions, from the sign-up to the last day (promises D8, M1, M2): the one thing that portal, webhook and jobs hold.
 * Every verb may be repeated after a stop at any place, in any worker.
 */
import type { Language } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import { advance } from "./advance.ts";
import { invite, redeem, type Redeemed } from "./invitations.ts";
import { changePlan, closed, contractOf, portal, setEnding, withdraw } from "./manage.ts";
import type { Contract, NotBought, PlanChanged, Withdrawn } from "./manage.ts";
import type { BillingParts } from "./parts.ts";
import type { Failure } from "./payments.ts";
import { renew, type Renewed, type RenewOptions } from "./renew.ts";
import { hourly, nights } from "./rounds.ts";
import { abandon, type Progress, start, type Started, type StartOptions } from "./sign-up.ts";
import { takeWebhook, type WebhookTaken } from "./webhook.ts";
import type { Reservation, SignUp } from "../../store/billing.ts";

type Refusable<T> = T | NotBought | Failure;

export interface Billing {
  /** Keeps the name and gives the link to pay. @throws StoreError, as all others here */
  start(options: StartOptions): Promise<Started>;
  /** What the page says that a browser comes back to; opens the account when it is paid. */
  progress(reference: string): Promise<Progress>;
  abandon(reference: string): Promise<Progress>;
  /** A sign-up that waits for its money keeps the name. */
  isKept(address: string): Promise<boolean>;
  takeWebhook(body: Uint8Array, signature: string): Promise<WebhookTaken>;
  /** Likewise for an account whose contract ended. */
  renew(options: RenewOptions): Promise<Renewed>;
  contract(account: AccountId): Promise<Contract | NotBought>;
  changePlan(account: AccountId, plan: string): Promise<PlanChanged>;
  setEnding(
    account: AccountId,
    ends: boolean,
  ): Promise<Refusable<{ readonly kind: "done" } | { readonly kind: "not-paid" }>>;
  withdraw(account: AccountId): Promise<Withdrawn>;
  portal(
    account: AccountId,
    returnUrl: string,
    language: Language,
  ): Promise<Refusable<{ readonly kind: "portal"; readonly url: string }>>;
  /** A step of the deletion of an account. */
  closed(account: AccountId): Promise<void>;
  hourly(signal: AbortSignal): Promise<void>;
  /**
   * Does nothing when the round that was due last is done, or failed a moment ago; the moments become hours. May be called at
   * any time, and is to be called every few minutes.
   */
  nightly(signal: AbortSignal): Promise<void>;
  /** A code for one account without payment, shown once. */
  invite(): Promise<string>;
  redeem(code: string, signUp: SignUp): Promise<Redeemed>;
}

/**
 * Who reloads the page all the time does not make us ask Stripe all the time: it answers so many questions a second. What
 * another worker found out meanwhile shows in the store.
 */
const LOOK_PAUSE_MS = 3000;
const MOST_LOOKS = 10_000;

/** Of a sign-up; `undefined` when it is done or gone. */
type State = Reservation["state"] | undefined;

export function createBilling(
  parts: BillingParts,
  { lookPauseMs = LOOK_PAUSE_MS }: { readonly lookPauseMs?: number } = {},
): Billing {
  const looks = new Map<string, { readonly at: number; readonly state: State; readonly progress: Progress }>();
  /** Rounds go one after the other: two at once would ask Stripe to give the same back twice. */
  let rounds: Promise<void> = Promise.resolve();
  const inTurn = (round: () => Promise<void>): Promise<void> => {
    rounds = rounds.then(round, round);
    return rounds;
  };
  const nightly = nights(parts);
  const stateOf = async (reference: string): Promise<State> => (await parts.store.reservation(reference))?.state;
  return {
    start: (options) => start(parts, options),
    async progress(reference) {
      const last = looks.get(reference);
      if (last !== undefined && parts.clock.now() < last.at + lookPauseMs && last.state === (await stateOf(reference)))
        return last.progress;
      const { progress } = await advance(parts, reference);
      const state = await stateOf(reference);
      looks.delete(reference);
      looks.set(reference, { at: parts.clock.now(), state, progress });
      const [oldest] = looks.keys();
      if (looks.size > MOST_LOOKS && oldest !== undefined) looks.delete(oldest);
      return progress;
    },
    abandon(reference) {
      looks.delete(reference);
      return abandon(parts, reference);
    },
    isKept: (address) => parts.store.isKept(address),
    takeWebhook: (body, signature) => takeWebhook(parts, body, signature),
    renew: (options) => renew(parts, options),
    contract: (account) => contractOf(parts, account),
    changePlan: (account, plan) => changePlan(parts, account, plan),
    setEnding: (account, ends) => setEnding(parts, account, ends),
    withdraw: (account) => withdraw(parts, account),
    portal: (account, returnUrl, language) => portal(parts, account, returnUrl, language),
    closed: (account) => closed(parts, account),
    hourly: (signal) => inTurn(() => hourly(parts, signal)),
    nightly: (signal) => inTurn(() => nightly(signal)),
    invite: () => invite(parts),
    redeem: (code, signUp) => redeem(parts, code, signUp),
  };
}
