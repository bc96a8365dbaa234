/**
 * Those behind a cell while it is being made: how many events, how many distinct people up to the number that the rule
 * asks for, and how much the busiest of them contributes at most. Bounded however many people there are; gone with the
 * process, for only what the rule lets through is ever stored (promise L4).
 */
import { addFrequent, type Frequent, largestAtMost, noneFrequent, uniteFrequent } from "./frequent.ts";

export type Crowd = {
  /** Distinct people; no more are told apart than the rule asks for. */
  readonly people: Set<string>;
  readonly events: Frequent;
  /** What the events carry: octets. */
  readonly amount: Frequent;
};

export type RuleLimits = {
  /** Distinct people behind a published cell at least. */
  readonly people: number;
  /** Published counts are multiples of it. */
  readonly rounding: number;
  /** The part of a cell that may come from a single person at most. */
  readonly share: number;
};

/** Promise L4; the share is ours: a cell that one person fills is that person's, however many others are in it. */
export const ruleLimits: RuleLimits = Object.freeze({ people: 10, rounding: 10, share: 0.5 });

export const emptyCrowd = (): Crowd => ({ people: new Set(), events: noneFrequent(), amount: noneFrequent() });

/** Counts one event of `who`, which carries `amount`. */
export function join(crowd: Crowd, who: string, amount: number, limits: RuleLimits = ruleLimits): void {
  if (crowd.people.size < limits.people) crowd.people.add(who);
  addFrequent(crowd.events, who, 1);
  addFrequent(crowd.amount, who, amount);
}

export function unite(crowds: readonly Crowd[], limits: RuleLimits = ruleLimits): Crowd {
  const all = emptyCrowd();
  for (const { people, events, amount } of crowds) {
    for (const who of people) if (all.people.size < limits.people) all.people.add(who);
    uniteFrequent(all.events, events);
    uniteFrequent(all.amount, amount);
  }
  return all;
}

/** Whether nobody can be read from the number of these events. */
export function hides({ people, events }: Crowd, limits: RuleLimits = ruleLimits): boolean {
  return people.size >= limits.people && isShared(events, limits);
}

/** Whether no single person makes up too much of it. */
export function isShared(summary: Frequent, { share }: RuleLimits = ruleLimits): boolean {
  return largestAtMost(summary) <= summary.total * share;
}

/** To the nearest multiple that the rule publishes. */
export function rounded(value: number, { rounding }: RuleLimits = ruleLimits): number {
  return Math.round(value / rounding) * rounding;
}
