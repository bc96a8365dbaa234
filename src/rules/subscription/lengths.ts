/** How long each thing of a subscription lasts; the settings may say otherwise, within bounds that keep the promises. */

const HOUR = 3_600_000;
const DAY: number = 24 * HOUR;

export type SubscriptionLengths = {
  /** How long Stripe's page can be used. Stripe allows half an hour to a day. */
  readonly checkoutMs: number;
  /** How much longer the name is kept: for payments that are made in the last minute and told late. */
  readonly keptAfterMs: number;
  /** How long a sign-up that waits for its money rests at all. Promise D2: nothing outlives 10 days; rounds may be late. */
  readonly pendingMs: number;
  /** Nothing is taken from a holder who was not told so much earlier (promise M2). */
  readonly noticeMs: number;
  /** Reading and receiving, no sending. */
  readonly notSendingMs: number;
  /** Reading alone; then the account is closed. */
  readonly readingOnlyMs: number;
  /** Of the time of reading alone: senders are told to try again later, so that who pays soon loses nothing. */
  readonly laterMs: number;
  /** Days in which the contract can be withdrawn from without a reason (Directive 2011/83/EU, article 9). */
  readonly withdrawalDays: number;
};

export const subscriptionLengths: SubscriptionLengths = Object.freeze({
  checkoutMs: 2 * HOUR,
  keptAfterMs: HOUR,
  pendingMs: 9 * DAY,
  noticeMs: 7 * DAY,
  notSendingMs: 30 * DAY,
  readingOnlyMs: 30 * DAY,
  laterMs: 14 * DAY,
  withdrawalDays: 14,
});
