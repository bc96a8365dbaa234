/**
 * From a form to an account: the name is kept, a page of Stripe's is made, and the account opens when Stripe says that it is
 * paid, whoever asks first: the browser that comes back, a webhook, or the round that looks at every sign-up. Each step is
 * durable and may be repeated; the state at Stripe decides, not what was heard.
 */
import { randomBytes } from "node:crypto";
import { standingOf } from "../../rules/subscription/standing.ts";
import type { Plan } from "../../rules/subscription/plan.ts";
import type { Reservation, SignUp, Subscription } from "../../store/billing.ts";
import type { Language } from "../../store/directory.ts";
import { accountId } from "../../store/ids.ts";
import { carryOver } from "./carry-over.ts";
import { confirmContract } from "./confirm.ts";
import { performEndingOf } from "./endings.ts";
import type { BillingParts } from "./parts.ts";
import type { Failure } from "./payments.ts";

export type StartOptions = {
  readonly signUp: SignUp;
  readonly plan: string;
  /** Made of the reference: where the browser comes back to, having paid or not. */
  readonly successUrl: (reference: string) => string;
  readonly cancelUrl: (reference: string) => string;
};

export type Started =
  | { readonly kind: "link"; readonly reference: string; readonly url: string }
  /** Somebody has the name, or is just signing up for it. */
  | { readonly kind: "taken" }
  | { readonly kind: "no-plan" }
  /** Too many sign-ups at once. */
  | { readonly kind: "full" }
  | Failure;

/** Where a sign-up is. */
export type Progress =
  /** Not paid yet; here is where to. */
  | { readonly kind: "pay"; readonly url: string }
  /** Ordered, and on its way. */
  | { readonly kind: "waiting" }
  | { readonly kind: "open" }
  /** Paid too late, and the name was gone: the money goes back. */
  | { readonly kind: "refunded" }
  /** Nothing is known of it (any more). */
  | { readonly kind: "over" }
  | Failure;

export async function start(parts: BillingParts, options: StartOptions): Promise<Started> {
  const { accounts, plans, lengths, clock } = parts;
  const { signUp, successUrl, cancelUrl } = options;
  const plan = plans.find(({ name }) => name === options.plan);
  if (plan === undefined) return { kind: "no-plan" };
  if (!(await accounts.isFree(signUp.address))) return { kind: "taken" };
  const now = clock.now();
  const expiresAt = now + lengths.checkoutMs;
  const reservation = newReservation(signUp, now, {
    plan: plan.name,
    invitation: undefined,
    keptUntil: expiresAt + lengths.keptAfterMs,
  });
  return checkOut(parts, reservation, { plan, language: signUp.language, expiresAt, successUrl, cancelUrl });
}

/** Reserves, and gets the page to pay at. */
export async function checkOut(
  { store, payments }: BillingParts,
  reservation: Reservation,
  page: Pick<StartOptions, "successUrl" | "cancelUrl"> & {
    readonly plan: Plan;
    readonly language: Language;
    readonly expiresAt: number;
  },
): Promise<Started> {
  const { reference } = reservation;
  const reserved = await store.reserve(reservation);
  if (reserved !== "reserved") return { kind: reserved === "held" ? "taken" : "full" };
  const checkout = await payments.createCheckout({
    reference,
    price: page.plan.price,
    language: page.language,
    successUrl: page.successUrl(reference),
    cancelUrl: page.cancelUrl(reference),
    expiresAt: page.expiresAt,
  });
  if (checkout.kind === "failed" || checkout.url === undefined) {
    await store.erase(reference);
    return checkout.kind === "failed" ? checkout : { kind: "failed", why: "refused" };
  }
  await store.setSession(reference, checkout.session);
  return { kind: "link", reference, url: checkout.url };
}

export function newReservation<I extends string | undefined>(
  signUp: SignUp | undefined,
  now: number,
  of: { readonly plan: string | undefined; readonly invitation: I; readonly keptUntil: number },
): Reservation & { readonly invitation: I } {
  return {
    reference: randomBytes(16).toString("hex"),
    account: accountId(randomBytes(16).toString("hex")),
    createdAt: now,
    session: undefined,
    keepsName: true,
    state: of.plan === undefined ? "paid" : "reserved",
    subscription: undefined,
    customer: undefined,
    signUp,
    ...of,
  };
}

/** Takes a sign-up as far as it goes. @throws StoreError */
export async function settle(parts: BillingParts, reference: string): Promise<Progress> {
  const reservation = await parts.store.reservation(reference);
  if (reservation === undefined) {
    return { kind: (await parts.store.byReference(reference)) === undefined ? "over" : "open" };
  }
  if (reservation.state === "refused") return settleRefused(parts, reservation);
  if (reservation.state === "paid") return open(parts, reservation);
  return settleReserved(parts, reservation);
}

async function settleReserved(parts: BillingParts, reservation: Reservation): Promise<Progress> {
  const { store, payments, clock, lengths } = parts;
  const { reference, session, keptUntil, keepsName, createdAt } = reservation;
  const now = clock.now();
  const erase = async (): Promise<Progress> => {
    await store.erase(reference);
    return { kind: "over" };
  };
  // Nobody ever got the address of the page.
  if (session === undefined) return now < keptUntil ? { kind: "waiting" } : erase();
  const checkout = await payments.checkout(session);
  if (checkout.kind === "checkout" && checkout.isPaid) {
    const { subscription, customer } = checkout;
    if (subscription === undefined || customer === undefined) return { kind: "failed", why: "refused" };
    await store.setPaid(reference, { subscription, customer });
    return settle(parts, reference);
  }
  const isPending = now < createdAt + lengths.pendingMs;
  if (now >= keptUntil && keepsName) await store.releaseName(reference);
  if (checkout.kind === "failed") return isPending ? checkout : erase();
  if (checkout.kind === "missing" || checkout.status === "expired") {
    return now < keptUntil ? { kind: "over" } : erase();
  }
  if (checkout.status === "open") {
    if (now < keptUntil && checkout.url !== undefined) return { kind: "pay", url: checkout.url };
    // Paid in this very moment: Stripe refuses to end it, and the next look finds it paid.
    const expired = await payments.expireCheckout(session);
    return expired.kind === "failed" ? expired : erase();
  }
  const { subscription, customer } = checkout;
  if (subscription === undefined || customer === undefined) return erase();
  const ordered = await payments.subscription(subscription);
  if (ordered.kind === "failed") return ordered;
  const { kind } = ordered.kind === "missing" ? { kind: "void" as const } : standingOf(ordered.view);
  // Refused by the bank: who wants to try again need not wait.
  if (kind === "void" || kind === "ended") return erase();
  if (isPending) return { kind: "waiting" };
  // Ordered and never paid: when the money comes after all, it goes back.
  await store.refuse(reference, { subscription, customer, refunds: true, account: undefined, askedAt: now });
  return settle(parts, reference);
}

async function open(parts: BillingParts, reservation: Reservation): Promise<Progress> {
  const { store, accounts, plans, clock, log } = parts;
  const { reference, account, signUp, subscription, customer } = reservation;
  const make = async (): Promise<"opened" | "taken"> => {
    const plan = plans.find(({ name }) => name === reservation.plan);
    if (signUp === undefined) return carryOver(parts, reservation);
    const isKept = reservation.keepsName || (await store.keepName(reference));
    return isKept ? accounts.open({ account, signUp, plan }) : "taken";
  };
  if ((await make()) === "taken") {
    const askedAt = clock.now();
    const isOwed = subscription !== undefined && customer !== undefined;
    await store.refuse(
      reference,
      isOwed ? { subscription, customer, refunds: true, account: undefined, askedAt } : undefined,
    );
    log("billing.refused", {});
    return settle(parts, reference);
  }
  if (signUp !== undefined) {
    const now = clock.now();
    await confirmContract(parts, reservation, now);
    await store.opened(reference, begun(reservation, now));
    log("billing.opened", { account });
  }
  return { kind: "open" };
}

/** Until when it is paid is found out by the first look, which follows at once. */
function begun(reservation: Reservation, now: number): Subscription | undefined {
  const { account, reference, subscription, customer, plan } = reservation;
  if (subscription === undefined || customer === undefined || plan === undefined) return undefined;
  return {
    account,
    reference,
    subscription,
    customer,
    plan,
    standing: "paid",
    until: undefined,
    standingSince: now,
    stage: "open",
    stageSince: now,
    warnedAt: undefined,
    boughtAt: now,
    withdrawnAt: undefined,
    version: 1,
  };
}

/** Told where that is possible, and then forgotten; the reference stays a while for who comes back to ask. */
async function settleRefused(parts: BillingParts, reservation: Reservation): Promise<Progress> {
  const { store, tell, clock, lengths } = parts;
  const { reference, signUp, createdAt } = reservation;
  if (signUp !== undefined) {
    const now = clock.now();
    if (signUp.recovery !== undefined)
      await tell.stranger(signUp, { kind: "sign-up-over", at: now }, `over-${reference}`);
    await store.forgetSignUp(reference);
    if (reservation.subscription !== undefined) await performEndingOf(parts, reservation.subscription);
  }
  if (clock.now() >= createdAt + lengths.pendingMs) await store.erase(reference);
  return { kind: "refunded" };
}

/** Whoever began it does not want it: name and form are gone at once, unless it is paid or ordered by now. */
export async function abandon(parts: BillingParts, reference: string): Promise<Progress> {
  const reservation = await parts.store.reservation(reference);
  if (reservation?.state !== "reserved") return settle(parts, reference);
  if (reservation.session !== undefined) {
    const expired = await parts.payments.expireCheckout(reservation.session);
    // Refused: it is over already, or paid in this moment. Its state says which.
    if (expired.kind === "failed" && expired.why !== "refused") return expired;
    const progress = await settle(parts, reference);
    if (progress.kind !== "over") return progress;
  }
  await parts.store.erase(reference);
  return { kind: "over" };
}
