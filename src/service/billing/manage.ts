/**
 * What holders do with their contract (promise M1): see it, change the plan, let it end or go on, withdraw, and go to
 * Stripe's own pages for cards and invoices. Stripe is asked first, and what it then says is written down.
 */
import { datesAhead, type Stage } from "../../rules/subscription/lapse.ts";
import { planChange } from "../../rules/subscription/plan.ts";
import { withdrawalEnd } from "../../rules/subscription/withdrawal.ts";
import type { StandingKind } from "../../store/billing.ts";
import type { Language } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import { courseIn, lapseIn } from "./course.ts";
import { performEndingOf } from "./endings.ts";
import { observe } from "./observe.ts";
import type { Ahead, BillingParts } from "./parts.ts";
import type { Failure } from "./payments.ts";

/** The account was not bought: by invitation, or by the operator. */
export type NotBought = { readonly kind: "not-bought" };

export type Contract = {
  readonly kind: "contract";
  readonly plan: string;
  readonly standing: StandingKind;
  /** Paid until, where that is known. */
  readonly until: number | undefined;
  readonly stage: Stage;
  /** What happens when, if nothing is paid. */
  readonly ahead: Ahead;
  /** Until then the contract can be withdrawn from; undefined: not any more. */
  readonly withdrawableUntil: number | undefined;
  readonly withdrawnAt: number | undefined;
};

export type PlanChanged =
  | { readonly kind: "changed" }
  | { readonly kind: "same" }
  | { readonly kind: "no-plan" }
  /** What must go first. */
  | { readonly kind: "too-small"; readonly octetsOver: number; readonly aliasesOver: number }
  /** Only a contract that is paid for can be changed. */
  | { readonly kind: "not-paid" }
  | NotBought
  | Failure;

export type Withdrawn =
  | { readonly kind: "withdrawn"; readonly at: number }
  | { readonly kind: "too-late"; readonly endedAt: number }
  | NotBought;

const NOT_BOUGHT: NotBought = Object.freeze({ kind: "not-bought" });

export async function contractOf(
  { store, lengths, clock }: BillingParts,
  account: AccountId,
): Promise<Contract | NotBought> {
  const row = await store.byAccount(account);
  if (row === undefined) return NOT_BOUGHT;
  const now = clock.now();
  const end = withdrawalEnd(row.boughtAt, lengths.withdrawalDays);
  return {
    kind: "contract",
    plan: row.plan,
    standing: row.standing,
    until: row.until,
    stage: row.stage,
    ahead: datesAhead(courseIn(row), lapseIn(row), now, lengths),
    withdrawableUntil: now < end && row.withdrawnAt === undefined ? end : undefined,
    withdrawnAt: row.withdrawnAt,
  };
}

export async function changePlan(parts: BillingParts, account: AccountId, name: string): Promise<PlanChanged> {
  const { store, plans, accounts, payments } = parts;
  const row = await store.byAccount(account);
  if (row === undefined) return NOT_BOUGHT;
  const to = plans.find((plan) => plan.name === name);
  if (to === undefined) return { kind: "no-plan" };
  if (row.standing !== "paid" && row.standing !== "ending") return { kind: "not-paid" };
  const from = plans.find((plan) => plan.name === row.plan);
  // A plan that is no longer sold is left like any other.
  const change = planChange(from ?? { ...to, name: row.plan }, to, await accounts.usage(account));
  if (change.kind === "same") return { kind: "same" };
  if (change.kind === "refused")
    return { kind: "too-small", octetsOver: change.octetsOver, aliasesOver: change.aliasesOver };
  const found = await payments.subscription(row.subscription);
  if (found.kind !== "subscription") return found.kind === "failed" ? found : { kind: "not-paid" };
  const changed = await payments.changePrice(found.view, to.price);
  if (changed.kind === "failed") return changed;
  return (await observe(parts, row.subscription)) ?? { kind: "changed" };
}

/** A contract that Stripe still renews, or tries to. */
const RUNNING: ReadonlySet<StandingKind> = new Set<StandingKind>(["paid", "ending", "unpaid", "disputed"]);

/** Lets the contract end with the time that is paid, or, with false, go on after all. */
export async function setEnding(
  parts: BillingParts,
  account: AccountId,
  ends: boolean,
): Promise<{ readonly kind: "done" } | { readonly kind: "not-paid" } | NotBought | Failure> {
  const row = await parts.store.byAccount(account);
  if (row === undefined) return NOT_BOUGHT;
  if (row.withdrawnAt !== undefined || !RUNNING.has(row.standing)) return { kind: "not-paid" };
  const done = await parts.payments.setEnding(row.subscription, ends);
  if (done.kind === "failed") return done;
  return (await observe(parts, row.subscription)) ?? { kind: "done" };
}

/** Durable before anything else happens; the acknowledgement goes by mail with this time, and all money goes back. */
export async function withdraw(parts: BillingParts, account: AccountId): Promise<Withdrawn> {
  const { store, clock, lengths, log } = parts;
  for (;;) {
    const row = await store.byAccount(account);
    if (row === undefined) return NOT_BOUGHT;
    const at = row.withdrawnAt ?? clock.now();
    if (row.withdrawnAt === undefined) {
      const endedAt = withdrawalEnd(row.boughtAt, lengths.withdrawalDays);
      if (at >= endedAt) return { kind: "too-late", endedAt };
      const { subscription, customer } = row;
      const ending = { subscription, customer, refunds: true, account, askedAt: at };
      if (!(await store.update({ ...row, withdrawnAt: at }, { ending }))) continue;
      log("billing.withdrawn", { account });
    }
    await performEndingOf(parts, row.subscription);
    return { kind: "withdrawn", at };
  }
}

export async function portal(
  { store, payments }: BillingParts,
  account: AccountId,
  returnUrl: string,
  language: Language,
): Promise<{ readonly kind: "portal"; readonly url: string } | NotBought | Failure> {
  const row = await store.byAccount(account);
  return row === undefined ? NOT_BOUGHT : payments.portal(row.customer, returnUrl, language);
}

/** The account is being deleted: its contract ends, now or as soon as Stripe answers. Does nothing the second time. */
export async function closed(
  { store, clock }: Pick<BillingParts, "store" | "clock">,
  account: AccountId,
): Promise<void> {
  const row = await store.byAccount(account);
  if (row === undefined) return;
  const { subscription, customer } = row;
  await store.remove(account, { subscription, customer, refunds: false, account: undefined, askedAt: clock.now() });
}
