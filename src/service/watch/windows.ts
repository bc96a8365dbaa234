/**
 * The last hour of each account, in memory: how often what happened, and from how many networks. Bounded in accounts and
 * in networks an account; nothing of it outlives the process but the busiest hour of a day, which is the account's habit.
 */
import { DAY } from "../../host/clock.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Habit } from "../../store/watch-book.ts";
import { type SignalKind, SIGNALS } from "./signals.ts";
import { slotsOf, type WatchLimits } from "./watch-limits.ts";

/** An account's last hour, at the moment of a signal. */
export type View = {
  readonly account: AccountId;
  readonly at: number;
  readonly signal: SignalKind;
  /** Where it came from. */
  readonly network: string;
  /** The signal came from a network that none of its kind came from within the hour. */
  readonly isNewPlace: boolean;
  readonly count: (signal: SignalKind) => number;
  /** Distinct networks of these signals together. */
  readonly networks: (...signals: readonly SignalKind[]) => ReadonlySet<string>;
};

export type Windows = {
  /** Counts a signal; undefined when it is too old to count. */
  readonly add: (account: AccountId, signal: SignalKind, network: string, at: number) => View | undefined;
  /** The busiest hours since they were last taken; forgets accounts that were idle for an hour. */
  readonly takeHabits: (now: number) => readonly Habit[];
  readonly forget: (account: AccountId) => void;
  readonly size: () => number;
};

type Window = {
  /** The newest slot, counted from the epoch. */
  slot: number;
  /** A row of slots for each signal. */
  readonly counts: Uint16Array;
  /** The last slot of each network, for each signal that came. */
  readonly places: (Map<string, number> | undefined)[];
  peak: Habit | undefined;
};

const MOST = 65_535;

export function createWindows(limits: WatchLimits): Windows {
  const slots = slotsOf(limits);
  const windows = new Map<AccountId, Window>();
  let finished: Habit[] = [];

  const finish = ({ peak }: Window): void => {
    if (peak !== undefined && finished.length < limits.accounts) finished.push(peak);
  };

  /** The account's window, as the longest living of them. */
  const take = (account: AccountId, slot: number): Window => {
    let window = windows.get(account);
    if (window === undefined) {
      for (const [oldest, idle] of windows) {
        if (windows.size < limits.accounts) break;
        finish(idle);
        windows.delete(oldest);
      }
      window = { slot, counts: new Uint16Array(SIGNALS.length * slots), places: [], peak: undefined };
    } else windows.delete(account);
    windows.set(account, window);
    return window;
  };

  /** Moves the window to `slot`: what is an hour old is gone. */
  const move = (window: Window, slot: number): void => {
    for (let step = Math.max(window.slot + 1, slot - slots + 1); step <= slot; step++) {
      for (let row = 0; row < SIGNALS.length; row++) window.counts[row * slots + (step % slots)] = 0;
    }
    window.slot = slot;
    for (const places of window.places) {
      for (const [network, last] of places ?? []) if (last <= slot - slots) places?.delete(network);
    }
  };

  const sum = ({ counts }: Window, signal: SignalKind): number => {
    const row = SIGNALS.indexOf(signal) * slots;
    let total = 0;
    for (let at = row; at < row + slots; at++) total += counts[at] ?? 0;
    return total;
  };

  const placesOf = (window: Window, signals: readonly SignalKind[]): ReadonlySet<string> =>
    new Set(signals.flatMap((signal) => [...(window.places[SIGNALS.indexOf(signal)]?.keys() ?? [])]));

  const noteHabit = (window: Window, account: AccountId, network: string, at: number): void => {
    const day = Math.floor(at / DAY);
    if (window.peak !== undefined && window.peak.day !== day) {
      finish(window);
      window.peak = undefined;
    }
    const logIns = Math.max(window.peak?.logIns ?? 0, sum(window, "accepted") + sum(window, "accepted-app"));
    const networks = Math.max(window.peak?.networks ?? 0, placesOf(window, ["accepted", "accepted-app"]).size);
    const known = window.peak?.places ?? [];
    const places = known.includes(network) || known.length >= limits.placesADay ? known : [...known, network];
    if (logIns !== window.peak?.logIns || networks !== window.peak.networks || places !== known)
      window.peak = { account, day, logIns, networks, places };
  };

  return {
    add(account, signal, network, at) {
      const slot = Math.floor(at / limits.slotMs);
      const window = take(account, slot);
      if (slot > window.slot) move(window, slot);
      if (slot <= window.slot - slots) return undefined;
      const row = SIGNALS.indexOf(signal);
      const cell = row * slots + (slot % slots);
      window.counts[cell] = Math.min(MOST, (window.counts[cell] ?? 0) + 1);
      const places = (window.places[row] ??= new Map());
      const isNewPlace = !places.has(network);
      if (!isNewPlace || places.size < limits.networks) places.set(network, Math.max(slot, places.get(network) ?? 0));
      if (signal === "accepted" || signal === "accepted-app") noteHabit(window, account, network, at);
      return {
        account,
        at,
        signal,
        network,
        isNewPlace,
        count: (kind) => sum(window, kind),
        networks: (...kinds) => placesOf(window, kinds),
      };
    },

    takeHabits(now) {
      const habits = finished;
      finished = [];
      const idle = Math.floor(now / limits.slotMs) - slots;
      for (const [account, window] of windows) {
        if (window.peak !== undefined) habits.push(window.peak);
        window.peak = undefined;
        if (window.slot <= idle) windows.delete(account);
      }
      return habits;
    },

    forget(account) {
      windows.delete(account);
      finished = finished.filter((habit) => habit.account !== account);
    },
    size: () => windows.size,
  };
}
