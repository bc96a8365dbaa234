/**
 * What is looked at though nobody told us: each hour the sign-ups and the contracts to be ended; each night every
 * subscription, as Stripe has it, and every subscription that Stripe has of us. So a webhook that is lost costs a day at most,
 * and a worker that died in the middle of something an hour. A night that the service slept through is made up for when it
 * starts, and one in which Stripe did not answer when it does.
 */
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import type { SubscriptionView } from "../../rules/subscription/standing.ts";
import type { Subscription } from "../../store/billing.ts";
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
const ROUND_AT_MINUTE = 30;
/** How often whoever has the rounds made asks whether one is due. */
export const NIGHT_LOOK_MS: number = 5 * MINUTE;
/** After a round that is to be made up for; doubled each time. */
const FIRST_PAUSE_MS: number = 5 * MINUTE;
const LONGEST_PAUSE_MS: number = 4 * HOUR;
/** After so many in a row Stripe is down: each may have waited for a minute, and thousands may be left. */
const MOST_IN_VAIN = 5;
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

/** Each night, and at the start: the round that was due last, unless it is done or to be left alone for a while. */
export function nights(parts: BillingParts): (signal: AbortSignal) => Promise<void> {
  const { store, clock } = parts;
  /** A round that was not done, and from when on it may be tried again, by the steady clock. */
  let failed: { readonly note: string; readonly pauseMs: number; readonly from: number } | undefined;
  return async (signal) => {
    const begun = clock.now();
    const note = noteOf(begun);
    const before = failed?.note === note ? failed : undefined;
    if (before !== undefined && clock.steady() < before.from) return;
    if (await store.isSeen(note)) return;
    let isDone = false;
    try {
      isDone = await round(parts, signal);
    } finally {
      const pauseMs = before === undefined ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, 2 * before.pauseMs);
      failed = isDone || signal.aborted ? undefined : { note, pauseMs, from: clock.steady() + pauseMs };
    }
    if (isDone) await store.see(note, begun);
  };
}

/** Answers whether it is done: Stripe answered each question, and did not refuse all. @throws StoreError */
export async function round(parts: BillingParts, signal: AbortSignal): Promise<boolean> {
  const { store, clock } = parts;
  const heard = new Heard();
  await hourly(parts, signal);
  let rows: readonly Subscription[] = [];
  do {
    rows = await store.subscriptions(rows.at(-1)?.account, AT_ONCE);
    for (const { account, subscription } of rows) {
      if (signal.aborted) return false;
      if (!heard.isDown) heard.add(await attempt(parts, "observe", account, () => observe(parts, subscription)));
    }
  } while (rows.length === AT_ONCE && !heard.isDown);
  if (!heard.isDown) heard.add(await attempt(parts, "reconcile", undefined, () => reconcile(parts, signal, heard)));
  await performEndings(parts);
  await store.forgetSeen(clock.now() - SEEN_MS);
  await store.forgetInvitations(clock.now());
  return !signal.aborted && heard.isEnough;
}

/** `fault`: of ours; Stripe may have answered. */
type Outcome = "done" | Failure["why"] | "fault";

/** What Stripe answered in a round. What it refuses it refuses the next time too, unless it refuses all: the key is wrong. */
class Heard {
  #answers = 0;
  #inVain = 0;
  #inVainInARow = 0;

  add(outcome: Outcome): void {
    const isInVain = outcome === "unreachable" || outcome === "limited";
    if (outcome === "done") this.#answers++;
    if (isInVain) this.#inVain++;
    this.#inVainInARow = isInVain ? this.#inVainInARow + 1 : 0;
  }

  get isDown(): boolean {
    return this.#inVainInARow >= MOST_IN_VAIN;
  }

  get isEnough(): boolean {
    return this.#answers > 0 && this.#inVain === 0;
  }
}

/** Finds what Stripe has of us and we do not know. */
async function reconcile(parts: BillingParts, signal: AbortSignal, heard: Heard): Promise<Failure | undefined> {
  let after: string | undefined;
  do {
    const page = await parts.payments.subscriptions(after);
    if (page.kind === "failed") return page;
    for (const view of page.views) {
      if (signal.aborted) return undefined;
      if (!(await isStray(parts, view))) continue;
      heard.add(await attempt(parts, "reconcile", undefined, () => observe(parts, view.subscription)));
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
): Promise<Outcome> {
  try {
    const failure = await work();
    if (failure !== undefined) log("billing.failed", { step, why: failure.why, account });
    return failure?.why ?? "done";
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log("billing.failed", { step, why: error.code, account });
    return "fault";
  }
}
