/**
 * The rules. Each looks at an account's last hour when a signal of its own comes: `suspects` is cheap and reads memory
 * alone; what it suspects is held against what is usual for the account, and only then a flag is raised.
 *
 * Weights are set so that sending is paused by a guessed password together with a second sign, and never by signs that a
 * Tor or VPN user gives by living as usual (promise A6), nor by what a stranger can bring about without the password:
 * failed attempts alone are all of one kind.
 */
import type { Usual } from "../../store/watch-book.ts";
import type { SignalKind } from "./signals.ts";
import type { WatchLimits } from "./watch-limits.ts";
import type { View } from "./windows.ts";

export type Rule = {
  readonly name: string;
  /** Rules of one kind look at the same thing, so they never confirm one another. */
  readonly kind: "credentials" | "rate" | "places";
  readonly weight: number;
  /** For the operator who reads the flag. */
  readonly meaning: string;
  readonly signals: readonly SignalKind[];
  readonly suspects: (view: View, limits: WatchLimits) => boolean;
  /** Against what is usual; left out where that does not matter. */
  readonly confirms?: (view: View, usual: Usual, limits: WatchLimits) => boolean;
  /** The suspicion is about the network of the signal: another network is another suspicion. */
  readonly isAboutNetwork?: true;
  /** The signals whose networks are evidence. */
  readonly evidence: readonly SignalKind[];
};

const ACCEPTED: readonly SignalKind[] = ["accepted", "accepted-app"];

export const RULES: readonly Rule[] = [
  {
    name: "guessed",
    kind: "credentials",
    weight: 2,
    meaning:
      "the account's password was tried wrongly many times from many networks within an hour, and then a log-in with it succeeded from a network that none had come from in the last days",
    // An app password has 128 random bits: nobody guesses it, and its log-in says nothing about the guessing.
    signals: ["accepted"],
    suspects: (view, limits) =>
      view.isNewPlace &&
      view.count("refused") >= limits.guessedRefusals &&
      view.networks("refused").size >= limits.guessedNetworks,
    confirms: (view, usual) => !usual.places.has(view.network),
    isAboutNetwork: true,
    evidence: ["refused", "accepted"],
  },
  {
    name: "app-passwords",
    kind: "credentials",
    weight: 1,
    meaning: "wrong app passwords were tried many times from many networks within an hour",
    signals: ["refused-app"],
    suspects: (view, limits) =>
      view.count("refused-app") >= limits.appRefusals && view.networks("refused-app").size >= limits.appNetworks,
    evidence: ["refused-app"],
  },
  {
    name: "surge",
    kind: "rate",
    weight: 1,
    meaning: "log-ins within an hour were many times those of the account's busiest hour of the last days",
    signals: ACCEPTED,
    suspects: (view, limits) => logIns(view) >= limits.surgeLogIns,
    confirms: (view, usual, limits) =>
      usual.days >= limits.usualDays && logIns(view) >= limits.surgeTimes * usual.logIns,
    evidence: ACCEPTED,
  },
  {
    name: "places",
    kind: "places",
    weight: 1,
    meaning:
      "log-ins came from many networks within an hour, far more than on the last days; Tor, a VPN or a journey do that too, so this alone says little",
    signals: ACCEPTED,
    suspects: (view, limits) => view.networks(...ACCEPTED).size >= limits.placesNetworks,
    confirms: (view, usual, limits) =>
      usual.days >= limits.usualDays &&
      view.networks(...ACCEPTED).size >= Math.min(limits.placesTimes * usual.networks, limits.networks),
    evidence: ACCEPTED,
  },
];

const logIns = (view: View): number => view.count("accepted") + view.count("accepted-app");

/** A rule that a flag was raised by; undefined when this version has none of that name. */
export function ruleNamed(name: string): Rule | undefined {
  return RULES.find((rule) => rule.name === name);
}

/** Whether these rules together are enough to pause sending: two kinds at least, the heaviest rule of each counted. */
export function agree(names: readonly string[], { pauseWeight }: WatchLimits): boolean {
  const kinds = new Map<Rule["kind"], number>();
  for (const name of names) {
    const rule = ruleNamed(name);
    if (rule !== undefined) kinds.set(rule.kind, Math.max(rule.weight, kinds.get(rule.kind) ?? 0));
  }
  return kinds.size >= 2 && kinds.values().reduce((sum, weight) => sum + weight, 0) >= pauseWeight;
}
