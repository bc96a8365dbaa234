/** Pays for an account anew after its contract ended (promise M2): while it is lapsing, to the last day. */
import { planChange } from "../../rules/subscription/plan.ts";
import type { StandingKind } from "../../store/billing.ts";
import type { Language } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { NotBought, PlanChanged } from "./manage.ts";
import type { BillingParts } from "./parts.ts";
import { abandon, checkOut, newReservation, type Started, type StartOptions } from "./sign-up.ts";

export type RenewOptions = Omit<StartOptions, "signUp"> & { readonly account: AccountId; readonly language: Language };

export type Renewed =
  | Started
  /** The contract runs: what is open is paid at Stripe's own pages. */
  | { readonly kind: "running" }
  /** It is too late: the account is being closed. */
  | { readonly kind: "closing" }
  /** An earlier payment is on its way. */
  | { readonly kind: "waiting" }
  | Extract<PlanChanged, { readonly kind: "too-small" }>
  | NotBought;

/** Where Stripe itself has no more to collect; what is left of the old contract ends with the new one. */
const OVER: ReadonlySet<StandingKind> = new Set<StandingKind>(["ended", "void", "refunded"]);

export async function renew(parts: BillingParts, options: RenewOptions): Promise<Renewed> {
  const { store, plans, accounts, lengths, clock } = parts;
  const { account, language } = options;
  const row = await store.byAccount(account);
  if (row === undefined) return { kind: "not-bought" };
  if (row.stage === "closing") return { kind: "closing" };
  if (!OVER.has(row.standing)) return { kind: "running" };
  const plan = plans.find(({ name }) => name === options.plan);
  if (plan === undefined) return { kind: "no-plan" };
  const former = plans.find(({ name }) => name === row.plan) ?? { ...plan, name: row.plan };
  const change = planChange(former, plan, await accounts.usage(account));
  if (change.kind === "refused")
    return { kind: "too-small", octetsOver: change.octetsOver, aliasesOver: change.aliasesOver };
  const begun = (await store.reservations()).find((one) => one.account === account);
  if (begun !== undefined) {
    const progress = await abandon(parts, begun.reference);
    if (progress.kind === "open") return { kind: "running" };
    if (progress.kind !== "over") return progress.kind === "failed" ? progress : { kind: "waiting" };
  }
  const now = clock.now();
  const expiresAt = now + lengths.checkoutMs;
  const keptUntil = expiresAt + lengths.keptAfterMs;
  const fresh = newReservation(undefined, now, { plan: plan.name, invitation: undefined, keptUntil });
  return checkOut(parts, { ...fresh, account }, { ...options, plan, language, expiresAt });
}
