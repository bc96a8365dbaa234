/** Rows of `billing.db` as values, and back. */
import type { Ending, Reservation, StandingKind, Subscription } from "../../billing.ts";
import type { Language } from "../../directory.ts";
import { accountId } from "../../ids.ts";

export type ReservationRow = {
  readonly reference: string;
  readonly account: string;
  readonly created_at: number;
  readonly plan: string | null;
  readonly invitation: string | null;
  readonly session: string | null;
  readonly kept_until: number;
  readonly keeps_name: number;
  readonly state: Reservation["state"];
  readonly subscription: string | null;
  readonly customer: string | null;
  readonly address: string | null;
  readonly password_hash: string | null;
  readonly recovery: string | null;
  readonly language: Language | null;
  readonly agreed_at: number | null;
};

export function reservationOf(row: ReservationRow): Reservation {
  const { address, password_hash: passwordHash, language, agreed_at: agreedAt } = row;
  const isWhole = address !== null && passwordHash !== null && language !== null && agreedAt !== null;
  return {
    reference: row.reference,
    account: accountId(row.account),
    createdAt: row.created_at,
    plan: row.plan ?? undefined,
    invitation: row.invitation ?? undefined,
    session: row.session ?? undefined,
    keptUntil: row.kept_until,
    keepsName: row.keeps_name === 1,
    state: row.state,
    subscription: row.subscription ?? undefined,
    customer: row.customer ?? undefined,
    signUp: isWhole ? { address, passwordHash, recovery: row.recovery ?? undefined, language, agreedAt } : undefined,
  };
}

export function rowOfReservation(reservation: Reservation): ReservationRow {
  const { signUp } = reservation;
  return {
    reference: reservation.reference,
    account: reservation.account,
    created_at: reservation.createdAt,
    plan: reservation.plan ?? null,
    invitation: reservation.invitation ?? null,
    session: reservation.session ?? null,
    kept_until: reservation.keptUntil,
    keeps_name: Number(reservation.keepsName),
    state: reservation.state,
    subscription: reservation.subscription ?? null,
    customer: reservation.customer ?? null,
    address: signUp?.address ?? null,
    password_hash: signUp?.passwordHash ?? null,
    recovery: signUp?.recovery ?? null,
    language: signUp?.language ?? null,
    agreed_at: signUp?.agreedAt ?? null,
  };
}

export type SubscriptionRow = {
  readonly account: string;
  readonly reference: string;
  readonly subscription: string;
  readonly customer: string;
  readonly plan: string;
  readonly standing: StandingKind;
  readonly until: number | null;
  readonly standing_since: number;
  readonly stage: Subscription["stage"];
  readonly stage_since: number;
  readonly warned_at: number | null;
  readonly bought_at: number;
  readonly withdrawn_at: number | null;
  readonly version: number;
};

export function subscriptionOf(row: SubscriptionRow): Subscription {
  return {
    account: accountId(row.account),
    reference: row.reference,
    subscription: row.subscription,
    customer: row.customer,
    plan: row.plan,
    standing: row.standing,
    until: row.until ?? undefined,
    standingSince: row.standing_since,
    stage: row.stage,
    stageSince: row.stage_since,
    warnedAt: row.warned_at ?? undefined,
    boughtAt: row.bought_at,
    withdrawnAt: row.withdrawn_at ?? undefined,
    version: row.version,
  };
}

export function rowOfSubscription(subscription: Subscription): SubscriptionRow {
  return {
    account: subscription.account,
    reference: subscription.reference,
    subscription: subscription.subscription,
    customer: subscription.customer,
    plan: subscription.plan,
    standing: subscription.standing,
    until: subscription.until ?? null,
    standing_since: subscription.standingSince,
    stage: subscription.stage,
    stage_since: subscription.stageSince,
    warned_at: subscription.warnedAt ?? null,
    bought_at: subscription.boughtAt,
    withdrawn_at: subscription.withdrawnAt ?? null,
    version: subscription.version,
  };
}

export type EndingRow = {
  readonly subscription: string;
  readonly customer: string;
  readonly refunds: number;
  readonly account: string | null;
  readonly asked_at: number;
};

export function endingOf(row: EndingRow): Ending {
  return {
    subscription: row.subscription,
    customer: row.customer,
    refunds: row.refunds === 1,
    account: row.account === null ? undefined : accountId(row.account),
    askedAt: row.asked_at,
  };
}
