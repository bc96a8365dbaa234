/**
 * Looks at Stripe what a subscription is now, writes it down, and takes its account along. Two workers may look at once: who
 * finds that the record changed since it began to look, looks again, so that an older state never stands over a newer one.
 */
import { DAY } from "../../host/clock.ts";
import { standingOf, type Standing, type SubscriptionView } from "../../rules/subscription/standing.ts";
import type { Subscription } from "../../store/billing.ts";
import { followCourse } from "./course.ts";
import type { BillingParts } from "./parts.ts";
import type { Failure } from "./payments.ts";
import { settle } from "./sign-up.ts";

const MOST_LOOKS = 5;
/** A contract that nobody here knows is given back of itself when it is this young; else a person looks first. */
const YOUNG_MS: number = 30 * DAY;

/** Undefined: done. @throws StoreError */
export async function observe(parts: BillingParts, id: string): Promise<Failure | undefined> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    const row = await parts.store.bySubscription(id);
    const found = await parts.payments.subscription(id);
    if (found.kind === "failed") return found;
    if (row === undefined) return found.kind === "missing" ? undefined : stranger(parts, found.view);
    const seen = found.kind === "missing" ? undefined : found.view;
    const next = await recorded(parts, row, seen);
    if (next === row || (await parts.store.update(next))) {
      if (next.standing !== row.standing)
        parts.log("billing.standing", { account: row.account, standing: next.standing });
      await followCourse(parts, row.account);
      return undefined;
    }
  }
  // Somebody else looks at it all the time: that is as good.
  return undefined;
}

/** The same object when nothing changed. */
async function recorded(
  parts: BillingParts,
  row: Subscription,
  view: SubscriptionView | undefined,
): Promise<Subscription> {
  const now = parts.clock.now();
  const standing: Standing =
    view === undefined ? { kind: "ended", until: Math.min(row.until ?? now, now) } : standingOf(view);
  const until = "until" in standing ? standing.until : undefined;
  const plan = await planOf(parts, row, view);
  if (standing.kind === row.standing && until === row.until && plan === row.plan) return row;
  const standingSince = standing.kind === row.standing ? row.standingSince : now;
  return { ...row, plan, standing: standing.kind, until, standingSince };
}

/** A plan that was changed holds before it is written down: after a stop it is applied again. */
async function planOf(
  { plans, accounts, log }: BillingParts,
  { account, plan }: Subscription,
  view: SubscriptionView | undefined,
): Promise<string> {
  if (view === undefined) return plan;
  const known = plans.find(({ price }) => price === view.price);
  if (known === undefined) {
    log("billing.price", { account });
    return plan;
  }
  if (known.name !== plan) await accounts.applyPlan(account, known);
  return known.name;
}

/** A subscription that no account has: its sign-up goes on, or nobody wants it any more. */
async function stranger(parts: BillingParts, view: SubscriptionView): Promise<Failure | undefined> {
  const { store, payments, clock, log } = parts;
  const { reference, installation, subscription, customer } = view;
  if (installation !== payments.installation || reference === undefined) return undefined;
  if ((await store.reservation(reference)) !== undefined) {
    const progress = await settle(parts, reference);
    return progress.kind === "failed" ? progress : undefined;
  }
  const isOver = view.status === "canceled" || view.status === "incomplete_expired" || view.status === "incomplete";
  const isEnding = (await store.endings()).some((ending) => ending.subscription === subscription);
  // Asked last: the sign-up may have become an account while we looked.
  if (isOver || isEnding || (await store.bySubscription(subscription)) !== undefined) return undefined;
  const refunds = view.startedAt > clock.now() - YOUNG_MS;
  log("billing.stray", { refunds });
  if (refunds) await store.addEnding({ subscription, customer, refunds, account: undefined, askedAt: clock.now() });
  return undefined;
}
