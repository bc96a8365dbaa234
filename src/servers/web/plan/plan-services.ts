/** What the pages about the contract need of the services. */
import type { SubscriptionLengths } from "../../../rules/subscription/lengths.ts";
import type { Billing } from "../../../service/billing/billing.ts";
import type { ShownPlan } from "../site/plans.ts";

export type PlanServices = {
  readonly billing: Pick<Billing, "contract" | "changePlan" | "setEnding" | "withdraw" | "renew" | "portal">;
  /** In the order of the settings; the names are those of billing. */
  readonly plans: readonly ShownPlan[];
  readonly lengths: Pick<SubscriptionLengths, "notSendingMs" | "readingOnlyMs">;
  /** Where the website is, without a slash at the end. */
  readonly origin: string;
};

/** Where these pages are, as in English. */
export const planPaths = {
  plan: "/account/plan",
  change: "/account/plan/change",
  end: "/account/plan/end",
  pay: "/account/plan/pay",
  cards: "/account/plan/cards",
  withdraw: "/account/plan/withdraw",
} as const;
