/** What the pages of sign-up and of payment need of the services: no more than is written here. */
import type { Clock } from "../../../host/clock.ts";
import type { Billing } from "../../../service/billing/billing.ts";
import type { AskLimit } from "../../../service/web-access/ask-limit.ts";
import type { ShownPlan } from "../site/plans.ts";

export type SignUpServices = {
  /** What the service is called. */
  readonly serviceName: string;
  /** Where holders may have an address; the first is the usual one. */
  readonly domains: readonly string[];
  /** All domains that are ours, and the host's name: no recovery address is there. */
  readonly ours: readonly string[];
  /** Where the website is, without a slash at the end: "https://example.org". */
  readonly origin: string;
  /** `invitation`: nothing is sold, and who has a code opens an account. */
  readonly by: "payment" | "invitation";
  /** In the order of the settings; the names are those of billing. */
  readonly plans: readonly ShownPlan[];
  readonly billing: Pick<Billing, "start" | "redeem" | "progress" | "abandon" | "isKept">;
  /** Nobody has the address, had it, or may never have it. @throws StoreError */
  readonly isFree: (address: string) => Promise<boolean>;
  /** As service/accounts hashes; `undefined`: too many are under way. @param prepared see password-text.ts */
  readonly hash: (prepared: string) => Promise<string | undefined>;
  /** How often a network may ask about names; some sixty an hour. */
  readonly names: AskLimit;
  /** How often it may order: each is a reservation and a request to Stripe; some ten an hour. */
  readonly orders: AskLimit;
  readonly clock: Clock;
};

/** Where these pages are, as in English. */
export const signUpPaths = {
  signUp: "/account/sign-up",
  /** And a reference behind it. */
  paid: "/account/paid/",
  /** After an invitation. */
  opened: "/account/opened",
} as const;
