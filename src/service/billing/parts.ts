/** What billing works with: what it needs of accounts, how it tells people, and what every part of it is given. */
import type { Clock } from "../../host/clock.ts";
import type { Stage } from "../../rules/subscription/lapse.ts";
import type { SubscriptionLengths } from "../../rules/subscription/lengths.ts";
import type { Plan, Usage } from "../../rules/subscription/plan.ts";
import type { BillingStore, SignUp } from "../../store/billing.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Log } from "../../host/events/events.ts";
import type { Payments } from "./payments.ts";

export interface BilledAccounts {
  /** Nobody has the address, had it, or may never have it. */
  isFree(address: string): Promise<boolean>;
  /** Makes the account under this id, durably; one that was made under it before is `opened` too. */
  open(holder: {
    readonly account: AccountId;
    readonly signUp: SignUp;
    /** Undefined: by invitation, with the service's own limits. */
    readonly plan: Plan | undefined;
  }): Promise<"opened" | "taken">;
  /** Quota, aliases and limits of the plan hold when it fulfils. */
  applyPlan(account: AccountId, plan: Plan): Promise<void>;
  usage(account: AccountId): Promise<Usage>;
  /**
   * Deletes the account for good (promise D5); what deletes it tells billing by `closed`. May be called again; once it began
   * durably, whoever deletes accounts ends it after a stop.
   */
  close(account: AccountId): Promise<void>;
}

export type Ahead = readonly { readonly stage: Stage; readonly at: number }[];

/** Told to holders, at their recovery address too. Each names what comes and when. */
export type BillingNotice =
  /** `stage` begins at `at`; why: the contract ends by the holder's wish, a payment did not come, or went back. */
  | {
      readonly kind: "stage-ahead";
      readonly stage: Stage;
      readonly at: number;
      readonly why: "ending" | "unpaid" | "ended" | "refunded";
      readonly ahead: Ahead;
    }
  | { readonly kind: "stage-begun"; readonly stage: Stage; readonly at: number; readonly ahead: Ahead }
  | { readonly kind: "disputed"; readonly at: number }
  | { readonly kind: "paid-again"; readonly at: number; readonly until: number | undefined }
  /** The acknowledgement: when the withdrawal came, and when the account is closed. */
  | { readonly kind: "withdrawn"; readonly at: number; readonly ahead: Ahead }
  | { readonly kind: "refund-made"; readonly at: number }
  /** The bank of who paid did not take it. */
  | { readonly kind: "refund-failed"; readonly at: number }
  /** To somebody who has no account after all. */
  | { readonly kind: "sign-up-over"; readonly at: number };

/** A contract that was made. Times are epoch milliseconds. */
export type ContractMade = {
  readonly at: number;
  readonly plan: string;
  /** When the form of sign-up was sent, with terms and the beginning at once; undefined: an account that exists is paid for anew. */
  readonly agreedAt: number | undefined;
  /** Undefined: Stripe did not say at once. */
  readonly until: number | undefined;
  readonly withdrawableUntil: number;
};

/** What the pages of the website say of contracts, in one language. */
export type ContractPages = {
  /** Name, legal form, register, postal address. */
  readonly seller: string;
  /** Mail address for questions. */
  readonly contact: string;
  readonly phone: string | undefined;
  /** Of the portal. */
  readonly accountUrl: string;
  /** What is said of a plan, a line each. */
  readonly planLines: (plan: string) => readonly string[];
  /** The whole text, title first; lines of paragraphs are parted by `\n`. */
  readonly terms: readonly string[];
};

export interface BillingTell {
  /** Once an occasion. Fulfils when it is durable. @throws StoreError */
  holder(account: AccountId, notice: BillingNotice, occasion: string): Promise<void>;
  /** Confirms a contract in the INBOX alone: the letter names the address. Otherwise like `holder`. */
  contract(account: AccountId, made: ContractMade, occasion: string): Promise<void>;
  /** To the recovery address of a sign-up. */
  stranger(signUp: SignUp, notice: BillingNotice, occasion: string): Promise<void>;
}

export type BillingParts = {
  readonly store: BillingStore;
  readonly payments: Payments;
  readonly accounts: BilledAccounts;
  readonly tell: BillingTell;
  readonly plans: readonly Plan[];
  readonly lengths: SubscriptionLengths;
  readonly clock: Clock;
  readonly log: Log;
};
