/**
 * What is looked at though nobody told us: each hour the sign-ups and the contracts to be ended; each night every
 * subscription, as Stripe has it, and every subscription that Stripe has of us. So a webhook that is lost costs a day at most,
 * and a worker that died in the middle of something an hour. A night that the service slept through is made up for when it
 * starts.
 */
import { DAY, MINUTE } from "../../host/clock.ts";
import type { SubscriptionView } from "../../rules/subscription/standing.ts";
import type { AccountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import { advance } from "./advance.ts";
import { performEndings } from "./endings.ts";
import { observe } from "./observe.ts";
import type { BillingParts } from "./parts.ts";
import type { Failure } from "./payments.ts";

const AT_ONCE = 200;
/** Stripe repeats a webhook for three days; promise D2 allows ten, and a night may be late. */
const SEEN_MS: number = 8 * DAY;

/** Of the day, UTC: when the round of a night is due. */
export const ROUND_AT_MINUTE = 30;
/** A round that is done is noted beside the webhooks that were seen; no event of Stripe's has such a name. */
const noteOf = (at: number): string => `round ${new Date(at - ROUND_AT_MINUTE * MINUTE).toISOString().slice(0, 10)}`;

/** Each hour, and at the start. @throws StoreError */
export async function hourly(parts: BillingParts, signal: AbortSignal): Promise<void> {
  for (const { reference } of await parts.store.reservations()) {
    if (signal.aborted) return;
    await attempt(parts, "settle", undefined, async () => (await advance(parts, reference)).failure);
  }
  await performEndings(parts);
}

/** Each night, and at the start: the round that was due last, unless it is done. @throws StoreError */
export async function nightly(parts: BillingParts, signal: AbortSignal): Promise<void> {
  const { store, clock } = parts;
  const begun = clock.now();
  const note = noteOf(begun);
  if (await store.isSeen(note)) return;
  await round(parts, signal);
  if (!signal.aborted) await store.see(note, begun);
}

/** @throws StoreError */
export async function round(parts: BillingParts, signal: AbortSignal): Promise<void> {
  const { store, clock } = parts;
  await hourly(parts, signal);
  let after: AccountId | undefined;
  for (;;) {
    const rows = await store.subscriptions(after, AT_ONCE);
    for (const { account, subscription } of rows) {
      if (signal.aborted) return;
      await attempt(parts, "observe", account, () => observe(parts, subscription));
      after = account;
    }
    if (rows.length < AT_ONCE) break;
  }
  await attempt(parts, "reconcile", undefined, () => reconcile(parts, signal));
  await performEndings(parts);
  await store.forgetSeen(clock.now() - SEEN_MS);
  await store.forgetInvitations(clock.now());
}

/** Finds what Stripe has of us and we do not know. */
async function reconcile(parts: BillingParts, signal: AbortSignal): Promise<Failure | undefined> {
  let after: string | undefined;
  do {
    const page = await parts.payments.subscriptions(after);
    if (page.kind === "failed") return page;
    for (const view of page.views) {
      if (signal.aborted) return undefined;
      if (!(await isStray(parts, view))) continue;
      await attempt(parts, "reconcile", undefined, () => observe(parts, view.subscription));
    }
    after = page.next;
  } while (after !== undefined);
  return undefined;
}

async function isStray({ store, payments }: BillingParts, view: SubscriptionView): Promise<boolean> {
  const isOver = view.status === "canceled" || view.status === "incomplete_expired";
  const isOurs = view.installation === payments.installation && !isOver;
  return isOurs && (await store.bySubscription(view.subscription)) === undefined;
}

/** What goes wrong with one does not keep the others. */
async function attempt(
  { log }: BillingParts,
  step: string,
  account: AccountId | undefined,
  work: () => Promise<Failure | undefined>,
): Promise<void> {
  try {
    const failure = await work();
    if (failure !== undefined) log("billing.failed", { step, why: failure.why, account });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log("billing.failed", { step, why: error.code, account });
  }
}
