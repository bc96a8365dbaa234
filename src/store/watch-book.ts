/**
 * What the watch over accounts remembers: flags with their evidence, and how busy accounts usually are. Rests in `watch.db`;
 * every change is one durable commit. All of it comes of the logs and dies with them: `forget` erases it.
 */
import type { AccountId } from "./ids.ts";

/** What a rule saw: counts by name, and keyed fingerprints of networks; no address, nothing that was written. */
export type Evidence = {
  readonly counts: Readonly<Record<string, number>>;
  readonly networks: readonly string[];
};

export type Flag = {
  /** Eight hexadecimal digits, random. */
  readonly id: string;
  readonly account: AccountId;
  /** The rule's name. */
  readonly rule: string;
  /** Epoch milliseconds, as all times here. */
  readonly since: number;
  readonly evidence: Evidence;
  /** With this flag, rules of different kind agreed: sending is to be paused. */
  readonly pauses: boolean;
  /** What a person found; undefined while the flag is open. */
  readonly closed: { readonly word: string; readonly at: number } | undefined;
};

/** The busiest hour of an account on one UTC day, and where its log-ins came from that day. */
export type Habit = {
  readonly account: AccountId;
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
  readonly logIns: number;
  readonly networks: number;
  /** Keyed fingerprints of networks: the first of the day. */
  readonly places: readonly string[];
};

/** The busiest hours of the days that are known; zeros when none is. */
export type Usual = {
  readonly days: number;
  readonly logIns: number;
  readonly networks: number;
  /** Of the day itself too. */
  readonly places: ReadonlySet<string>;
};

export interface WatchBook extends AsyncDisposable {
  /** Key of the fingerprints of networks: the same in every process, and never outside this file. */
  readonly networkKey: Uint8Array;
  /** Adds an open flag that nobody was told of yet. */
  raise(flag: Omit<Flag, "closed">): Promise<void>;
  /** Newest first. */
  flags(): Promise<readonly Flag[]>;
  /** Open flags whose consequences were not noted as done, oldest first: neither, or the pause alone. */
  unsettled(): Promise<readonly (Flag & { readonly isPaused: boolean })[]>;
  /** Notes a consequence as done: sending is `paused` (where that was due), the operator is `told`, which is the last. */
  settle(id: string, step: "paused" | "told"): Promise<void>;
  close(id: string, word: string, at: number): Promise<"closed" | "no-flag">;
  /** Keeps the higher number, and the places of both, where a day is known already. */
  noteHabits(habits: readonly Habit[]): Promise<void>;
  /** Of the days before `day`; of places, that day too. */
  usual(account: AccountId, day: number): Promise<Usual>;
  /** Erases flags since before `before` and habits of days that began before it, from the log of the file too. Answers how many. */
  forget(before: number): Promise<number>;
  /** Erases all that is known of an account. */
  forgetAccount(account: AccountId): Promise<void>;
}
