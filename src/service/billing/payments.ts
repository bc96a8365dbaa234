/**
 * What this service asks of the house that takes the money. Everything is told by state, never by story: who asks twice hears
 * the same. Only ids, state, prices and times come back (promise D8), and nothing goes there but a random reference, a price
 * and addresses of our own website to come back to.
 */
import type { SubscriptionView } from "../../rules/subscription/standing.ts";
import type { Language } from "../../store/directory.ts";

/** Why it was not done. `declined`: the payment was; `unreachable` and `limited` pass; `refused` is a fault of ours. */
export type Failure = {
  readonly kind: "failed";
  readonly why: "unreachable" | "limited" | "declined" | "refused";
};

export type Checkout = {
  readonly kind: "checkout";
  readonly session: string;
  /** Where to pay, while it is open. */
  readonly url: string | undefined;
  readonly status: "open" | "complete" | "expired";
  readonly isPaid: boolean;
  readonly reference: string | undefined;
  readonly subscription: string | undefined;
  readonly customer: string | undefined;
};

export type Found = { readonly kind: "subscription"; readonly view: SubscriptionView };
export type FoundCharge = {
  readonly kind: "charge";
  readonly customer: string;
  /** A bank did not take back what we gave back, and nothing else made up for it: a person must find another way. */
  readonly hasFailedRefund: boolean;
};
export type FoundPayments = {
  readonly kind: "payments";
  readonly payments: SubscriptionView["payments"];
  /** Others are on their way, and may still come. */
  readonly areMorePending: boolean;
};
/** Such a thing is not there. */
export type Missing = { readonly kind: "missing" };
export type Done = { readonly kind: "done" };

export type NewCheckout = {
  /** Random; the same one gets the same page again. */
  readonly reference: string;
  readonly price: string;
  readonly language: Language;
  readonly successUrl: string;
  readonly cancelUrl: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
};

/** What a webhook is about; what it says of it is not believed, but asked for. */
export type Subject =
  | { readonly kind: "checkout"; readonly session: string; readonly reference: string }
  | { readonly kind: "subscription"; readonly subscription: string }
  | { readonly kind: "customer"; readonly customer: string }
  | { readonly kind: "charge"; readonly charge: string }
  | { readonly kind: "other" };

export type ReadWebhook =
  | { readonly kind: "event"; readonly id: string; readonly subject: Subject }
  /** Not signed with our secret, too old, or no event at all. */
  | { readonly kind: "forged" };

export interface Payments extends AsyncDisposable {
  /** Which installation this is, as our own subscriptions name it. */
  readonly installation: string;
  createCheckout(checkout: NewCheckout): Promise<Checkout | Failure>;
  checkout(session: string): Promise<Checkout | Missing | Failure>;
  /** Nobody can pay there any more. */
  expireCheckout(session: string): Promise<Done | Failure>;
  subscription(id: string): Promise<Found | Missing | Failure>;
  /** Of one page, and what to ask for the next; oldest last. Payments are not in these views. */
  subscriptions(
    after: string | undefined,
  ): Promise<
    { readonly kind: "page"; readonly views: readonly SubscriptionView[]; readonly next: string | undefined } | Failure
  >;
  charge(id: string): Promise<FoundCharge | Missing | Failure>;
  /** At once, what differs for the time that is left is charged or kept as credit; `declined`: all stays as it was. */
  changePrice(view: SubscriptionView, price: string): Promise<Done | Failure>;
  /** It ends with the period that is paid, or, with false, goes on after all. */
  setEnding(subscription: string, ends: boolean): Promise<Done | Failure>;
  /** Ends it at once; one that is ended or missing is done. */
  cancelNow(subscription: string): Promise<Done | Failure>;
  /** All payments of a customer, newest first. */
  payments(customer: string): Promise<FoundPayments | Failure>;
  /** What of a payment was not given back yet. One that cannot be given back any more is done. */
  refund(charge: string): Promise<Done | Failure>;
  /** A page of Stripe's for cards and invoices. */
  portal(
    customer: string,
    returnUrl: string,
    language: Language,
  ): Promise<{ readonly kind: "portal"; readonly url: string } | Failure>;
  readWebhook(body: Uint8Array, signature: string): Promise<ReadWebhook>;
}
