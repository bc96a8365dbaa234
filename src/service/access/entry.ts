/** The entries of a record of access: what each says, which of it is public, and the state that all of one access make. */
import { createHmac } from "node:crypto";
import type { AccessEntry } from "../../store/access-records.ts";
import { type AccountId, accountId } from "../../store/ids.ts";
import type { AccessScope } from "../notices/notices.ts";
import type { AccessDetails, AccessLine, Bar } from "./access.ts";

/** `account` is an id, or null for all. */
export type Opened = {
  readonly what: "opened";
  readonly account: string | null;
  readonly scope: AccessScope;
  readonly reason: string;
  readonly case: string;
  readonly operator: string;
  readonly until: number;
  readonly bar: Bar | null;
  /** Of the request that a second operator signed: each serves once. */
  readonly approval: { readonly nonce: string; readonly text: string } | null;
};
export type Used = {
  readonly what: "used";
  readonly command: string;
  readonly account: string | null;
  readonly scope: AccessScope;
  readonly operator: string;
};
/**
 * `told`: this holder was. `gone`: he has no account any more. `everyone`: all holders but `except`. `numbers`: nobody
 * singly, by the numbers that are published.
 */
export type Told = {
  readonly what: "told";
  readonly how: "told" | "gone" | "everyone" | "numbers";
  readonly account: string | null;
  readonly except: readonly string[];
};
export type Says =
  | Opened
  | Used
  | Told
  | { readonly what: "closed"; readonly operator: string }
  | { readonly what: "barred"; readonly until: number; readonly basis: string; readonly operator: string }
  | { readonly what: "reminded" };

/** What the chain may show of an entry: nothing by which anyone could be known. */
export function factsOf(says: Says): Readonly<Record<string, string>> {
  switch (says.what) {
    case "opened":
      return {
        scope: says.scope,
        of: says.account === null ? "all" : "one",
        barred: says.bar === null ? "no" : "yes",
        approved: says.approval === null ? "no" : "yes",
      };
    case "used":
      return { scope: says.scope };
    case "told":
      return { how: says.how };
    case "closed":
    case "barred":
    case "reminded":
      return {};
  }
}

export const saysOf = ({ says }: Pick<AccessEntry, "says">): Says => JSON.parse(says) as Says;

/** What the chain bears of an entry, hexadecimal: says nothing to who has not the entry itself. */
export function digestOf({ access, n, what, at, says, salt }: Omit<AccessEntry, "line">): string {
  return createHmac("sha256", salt)
    .update(JSON.stringify([access, n, what, at, says]))
    .digest("hex");
}

export type AccessState = {
  readonly id: string;
  readonly opened: Opened;
  readonly openedAt: number;
  /** When it ends: closed, or its time is over. */
  readonly endsAt: number;
  /** The newest; it may have ended. */
  readonly bar: Bar | undefined;
  readonly uses: readonly Used[];
  readonly told: readonly Told[];
  readonly toldAt: number | undefined;
  /** When the operator was reminded, or the bar set. */
  readonly remindedAt: number;
  readonly reminders: number;
  readonly entries: readonly AccessEntry[];
};

/** The states of accesses, by id, from their entries in order of numbers. */
export function statesOf(entries: readonly AccessEntry[]): ReadonlyMap<string, AccessState> {
  const states = new Map<string, AccessState>();
  for (const [id, own] of Map.groupBy(entries, ({ access }) => access)) {
    const state = stateOf(id, own);
    if (state !== undefined) states.set(id, state);
  }
  return states;
}

function stateOf(id: string, entries: readonly AccessEntry[]): AccessState | undefined {
  const [first, ...more] = entries;
  const opened = first === undefined ? undefined : saysOf(first);
  if (first === undefined || opened?.what !== "opened") return undefined;
  const uses: Used[] = [];
  const told: Told[] = [];
  let [endsAt, remindedAt, reminders] = [opened.until, first.at, 0];
  let bar = opened.bar ?? undefined;
  let toldAt: number | undefined;
  for (const entry of more) {
    const says = saysOf(entry);
    if (says.what === "used") uses.push(says);
    if (says.what === "closed") endsAt = Math.min(endsAt, entry.at);
    if (says.what === "barred") bar = { until: says.until, basis: says.basis };
    if (says.what === "told") {
      told.push(says);
      toldAt = entry.at;
    }
    if (says.what === "reminded") {
      remindedAt = entry.at;
      reminders++;
    }
  }
  return { id, opened, openedAt: first.at, endsAt, bar, uses, told, toldAt, remindedAt, reminders, entries };
}

/** @param isSettled whether nobody is to be told any more. */
export function lineOf(state: AccessState, now: number, isSettled: boolean): AccessLine {
  const { id, opened, openedAt, endsAt, bar, uses, toldAt } = state;
  const { scope, reason, operator, approval } = opened;
  return {
    id,
    account: idOf(opened.account),
    scope,
    reason,
    case: opened.case,
    operator,
    approved: approval !== null,
    openedAt,
    until: endsAt,
    isOpen: now < endsAt,
    bar: bar !== undefined && now < bar.until ? bar : undefined,
    uses: uses.length,
    toldAt: isSettled ? toldAt : undefined,
  };
}

export function detailsOf(state: AccessState, now: number, isSettled: boolean): AccessDetails {
  const entries = state.entries.map((entry) => {
    const { what, ...says } = saysOf(entry);
    return { what, at: entry.at, says, line: entry.line };
  });
  return { ...lineOf(state, now, isSettled), entries };
}

export const idOf = (text: string | null): AccountId | undefined => (text === null ? undefined : accountId(text));
