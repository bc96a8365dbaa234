/** The lengths of subscriptions as the settings say, and with them what accounts may that nobody pays for. */
import { type Clock, DAY, MINUTE } from "../host/clock.ts";
import type { Settings } from "../host/settings/settings.ts";
import { type SubscriptionLengths, subscriptionLengths } from "../rules/subscription/lengths.ts";
import { type AllowanceOf, createAllowance } from "../service/billing/allowance.ts";
import type { BillingStore } from "../store/billing.ts";

export const lengthsOf = (settings: Settings): SubscriptionLengths => ({
  ...subscriptionLengths,
  checkoutMs: settings.billingCheckoutMinutes * MINUTE,
  noticeMs: settings.billingNoticeDays * DAY,
  notSendingMs: settings.billingNotSendingDays * DAY,
  readingOnlyMs: settings.billingReadingOnlyDays * DAY,
  laterMs: settings.billingLaterDays * DAY,
});

/** `undefined` where nothing is sold: then nobody need ask. */
export const allowanceIn = (
  settings: Settings,
  store: Pick<BillingStore, "byAccount">,
  clock: Clock,
): AllowanceOf | undefined =>
  settings.billingProvider === "none" ? undefined : createAllowance(store, lengthsOf(settings), clock);
