/**
 * Who pays for what, as far as we know it: sign-ups that wait for their money, subscriptions, contracts that are to be ended
 * at Stripe, webhooks that were seen, invitation codes. Rests sealed in `billing.db`, which every worker opens. Of Stripe
 * there is nothing but ids, state, plan and the end of the period (promise D8); of a person what its sign-up form held, until
 * the account is open or the sign-up is over. Every change is one durable commit, and what is erased is gone from the disk.
 */
import type { Language } from "./directory.ts";
import type { AccountId } from "./ids.ts";

/** What somebody gave to have an account. */
export type SignUp = {
  /** The primary address, canonical. */
  readonly address: string;
  /** PHC string of argon2id. */
  readonly passwordHash: string;
  readonly recovery: string | undefined;
  readonly language: Language;
  /** When terms, and the beginning at once, were agreed to; epoch milliseconds. */
  readonly agreedAt: number;
};

export type Reservation = {
  /** 32 hexadecimal digits, random: all that Stripe hears of it, and what the return page is asked with. */
  readonly reference: string;
  /** The id that the account will have, so that to open it twice is to open it once. */
  readonly account: AccountId;
  readonly createdAt: number;
  /** Undefined: by invitation, where nothing is paid. */
  readonly plan: string | undefined;
  /** SHA-256 of the invitation code, in hexadecimal digits. */
  readonly invitation: string | undefined;
  readonly session: string | undefined;
  /** Until when the name is kept, as long as `keepsName`. */
  readonly keptUntil: number;
  readonly keepsName: boolean;
  /** `paid`: the account can be opened; `refused`: its name was gone by then. */
  readonly state: "reserved" | "paid" | "refused";
  readonly subscription: string | undefined;
  readonly customer: string | undefined;
  /** Undefined once it was refused and told, and where an account that exists is paid for anew. */
  readonly signUp: SignUp | undefined;
};

export type Subscription = {
  readonly account: AccountId;
  readonly reference: string;
  readonly subscription: string;
  readonly customer: string;
  readonly plan: string;
  readonly standing: StandingKind;
  /** What was paid lasts until then; undefined where the standing has no such time. */
  readonly until: number | undefined;
  readonly standingSince: number;
  readonly stage: "open" | "not-sending" | "reading-only" | "closing";
  readonly stageSince: number;
  readonly warnedAt: number | undefined;
  readonly boughtAt: number;
  readonly withdrawnAt: number | undefined;
  /** Rises with every change: who decided on an older one decides again. */
  readonly version: number;
};

export type StandingKind = "waiting" | "void" | "paid" | "ending" | "unpaid" | "ended" | "disputed" | "refunded";

/** A contract that is to be ended at Stripe at once: done when Stripe says so, however often that takes. */
export type Ending = {
  readonly subscription: string;
  readonly customer: string;
  /** Everything that was paid goes back. */
  readonly refunds: boolean;
  /** Whom to tell that the money is on its way; undefined: nobody, or not by account. */
  readonly account: AccountId | undefined;
  readonly askedAt: number;
};

/** @throws StoreError from every method, "closed" after disposal. */
export interface BillingStore extends AsyncDisposable {
  /** `held`: another reservation keeps the name, or is of the same account; `full`: there are too many at once. */
  reserve(reservation: Reservation): Promise<"reserved" | "held" | "full">;
  reservation(reference: string): Promise<Reservation | undefined>;
  /** A reservation keeps the name. */
  isKept(address: string): Promise<boolean>;
  /** Oldest first. */
  reservations(): Promise<readonly Reservation[]>;
  setSession(reference: string, session: string): Promise<void>;
  /** A reservation that was refused stays so. */
  setPaid(reference: string, paid: { readonly subscription: string; readonly customer: string }): Promise<void>;
  /** From now on others may reserve the name. */
  releaseName(reference: string): Promise<void>;
  /** False: another reservation keeps the name by now. */
  keepName(reference: string): Promise<boolean>;
  /** The sign-up became an account: its reservation is erased, and the subscription, where there is one, begins. */
  opened(reference: string, subscription: Subscription | undefined): Promise<void>;
  /** The sign-up became none: what was paid goes back, an invitation too. Does nothing for one refused already. */
  refuse(reference: string, ending: Ending | undefined): Promise<void>;
  forgetSignUp(reference: string): Promise<void>;
  erase(reference: string): Promise<void>;

  byAccount(account: AccountId): Promise<Subscription | undefined>;
  byReference(reference: string): Promise<Subscription | undefined>;
  bySubscription(subscription: string): Promise<Subscription | undefined>;
  byCustomer(customer: string): Promise<Subscription | undefined>;
  /** By account, those behind `after`. */
  subscriptions(after: AccountId | undefined, most: number): Promise<readonly Subscription[]>;
  /** Puts a subscription that a backup kept back in its place, whatever stands there. */
  restore(subscription: Subscription): Promise<void>;
  /**
   * With the version that was read; false: it changed meanwhile, or is gone. An ending is added in the same commit, and a
   * reservation erased.
   */
  update(subscription: Subscription, more?: { readonly ending: Ending; readonly erases?: string }): Promise<boolean>;
  /** The account is gone; its contract is to be ended. */
  remove(account: AccountId, ending: Ending): Promise<void>;

  addEnding(ending: Ending): Promise<void>;
  endings(): Promise<readonly Ending[]>;
  ended(subscription: string): Promise<void>;

  /** Of webhooks, and of nights whose round is done (service/billing/rounds.ts). */
  isSeen(event: string): Promise<boolean>;
  see(event: string, at: number): Promise<void>;
  forgetSeen(before: number): Promise<number>;

  /** @param hash SHA-256 of the code, in hexadecimal digits */
  invite(hash: string, expiresAt: number): Promise<void>;
  /** Uses an invitation up for a reservation, or neither. */
  claim(reservation: Reservation & { readonly invitation: string }): Promise<"reserved" | "held" | "full" | "unknown">;
  forgetInvitations(now: number): Promise<number>;
}
