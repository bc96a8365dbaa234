/** What accounts have learned of their mail, in memory, for tests: names and words as they are. */
import { DAY } from "../../host/clock.ts";
import {
  type DefenceMemory,
  type DefenceMemoryLimits,
  defenceMemoryLimits,
  type Holding,
  type LessonCounts,
} from "../defence-memory.ts";
import type { AccountId } from "../ids.ts";
import { StoreError } from "../store-error.ts";

type Counted = LessonCounts & { readonly day: number };
type Held = {
  isOn: boolean;
  readonly correspondents: Map<string, number>;
  readonly senders: Map<string, Counted>;
  readonly words: Map<string, Counted>;
  readonly lessons: Map<string, { readonly kind: keyof LessonCounts; readonly day: number }>;
  readonly waiting: Map<string, number>;
  readonly passed: Map<string, number>;
};

const PART = 16;
const dayOf = (at: number): number => Math.floor(at / DAY);
const NO_LESSONS: LessonCounts = { wanted: 0, unwanted: 0 };
const nothing = (isOn = true): Held => ({
  isOn,
  correspondents: new Map(),
  senders: new Map(),
  words: new Map(),
  lessons: new Map(),
  waiting: new Map(),
  passed: new Map(),
});

export function memoryDefenceMemory(limits: DefenceMemoryLimits = defenceMemoryLimits): DefenceMemory {
  const accounts = new Map<AccountId, Held>();
  let isClosed = false;
  const of = (account: AccountId): Held => {
    if (isClosed) throw new StoreError("closed", "The memory of the defence is closed.");
    let held = accounts.get(account);
    if (held === undefined) accounts.set(account, (held = nothing()));
    return held;
  };

  const memory: DefenceMemory = {
    async recall(account, { authors, names, words, leastLessons, contact }) {
      const held = of(account);
      if (!held.isOn) return undefined;
      const kinds = [...held.lessons.values()].map(({ kind }) => kind);
      const wanted = kinds.filter((kind) => kind === "wanted").length;
      const lessons = { wanted, unwanted: kinds.length - wanted };
      const isTaught = Math.min(lessons.wanted, lessons.unwanted) >= leastLessons;
      return {
        isCorrespondent: authors.some((author) => held.correspondents.has(author)),
        names: names.map((name) => countsIn(held.senders, name) ?? NO_LESSONS),
        words: isTaught ? words().flatMap((word) => countsIn(held.words, word) ?? []) : [],
        lessons,
        contact: { firstAt: held.waiting.get(contact.first), isPassed: held.passed.has(contact.origin) },
        hasRoom: held.waiting.size < limits.waiting,
      };
    },

    async learn(account, { kind, message, names, words }, at) {
      const held = of(account);
      if (!held.isOn) return "off";
      const before = held.lessons.get(message)?.kind;
      if (before === kind) return "unchanged";
      for (const name of new Set(names)) count(held.senders, name, kind, before, dayOf(at));
      for (const word of words) count(held.words, word, kind, before, dayOf(at));
      held.lessons.set(message, { kind, day: dayOf(at) });
      thin(held.senders, limits.senders, ageAndCount);
      thin(held.words, limits.words, ageAndCount);
      thin(held.lessons, limits.lessons, ({ day }) => day);
      return before === undefined ? "learned" : "changed";
    },

    async addCorrespondents(account, addresses, at) {
      const held = of(account);
      if (!held.isOn) return;
      for (const address of addresses) held.correspondents.set(address, dayOf(at));
      thin(held.correspondents, limits.correspondents, (day) => day);
    },

    async noteWritten(written, at) {
      for (const { account, addresses } of written) await memory.addCorrespondents(account, addresses, at);
    },

    async addContact(account, { first }, at) {
      const held = of(account);
      if (!held.isOn || (held.waiting.size >= limits.waiting && !held.waiting.has(first))) return false;
      held.waiting.set(first, at);
      return true;
    },

    async passContact(account, { first, origin }, at) {
      const held = of(account);
      if (!held.isOn) return;
      held.waiting.delete(first);
      held.passed.set(origin, dayOf(at));
      thin(held.passed, limits.passed, (day) => day);
    },

    async holdings(account) {
      const held = of(account);
      const days = (map: ReadonlyMap<string, { readonly day: number }>): number[] =>
        Array.from(map.values(), ({ day }) => day);
      return {
        isOn: held.isOn,
        correspondents: holdingOf([...held.correspondents.values()]),
        senders: holdingOf(days(held.senders)),
        words: holdingOf(days(held.words)),
        lessons: holdingOf(days(held.lessons)),
        contacts: holdingOf([...Array.from(held.waiting.values(), dayOf), ...held.passed.values()]),
      };
    },

    async clear(account) {
      accounts.set(account, nothing(of(account).isOn));
    },

    async setOn(account, isOn) {
      if (of(account).isOn !== isOn) accounts.set(account, nothing(isOn));
    },

    async forget({ correspondents, contactsWaiting, others }) {
      let rows = 0;
      const drop = <V>(map: Map<string, V>, isOld: (value: V) => boolean): void => {
        for (const [name, value] of map) if (isOld(value) && map.delete(name)) rows++;
      };
      for (const held of accounts.values()) {
        drop(held.correspondents, (day) => day < correspondents);
        for (const map of [held.senders, held.words]) drop(map, ({ day }) => day < others);
        drop(held.lessons, ({ day }) => day < others);
        drop(held.waiting, (at) => dayOf(at) < contactsWaiting);
        drop(held.passed, (day) => day < others);
      }
      return rows;
    },

    async forgetAccount(account) {
      of(account);
      accounts.delete(account);
    },

    async [Symbol.asyncDispose]() {
      isClosed = true;
    },
  };
  return memory;
}

function countsIn(map: ReadonlyMap<string, Counted>, name: string): LessonCounts | undefined {
  const found = map.get(name);
  return found && { wanted: found.wanted, unwanted: found.unwanted };
}

function count(
  map: Map<string, Counted>,
  name: string,
  kind: keyof LessonCounts,
  before: keyof LessonCounts | undefined,
  day: number,
): void {
  const counts = { wanted: 0, unwanted: 0, ...map.get(name), day };
  if (before !== undefined) counts[before] = Math.max(0, counts[before] - 1);
  counts[kind]++;
  map.set(name, counts);
}

/** The day decides, then how much was counted. */
const ageAndCount = ({ day, wanted, unwanted }: Counted): number => day + Math.min(0.9, (wanted + unwanted) / 1e6);

function thin<V>(map: Map<string, V>, most: number, rank: (value: V) => number): void {
  const surplus = map.size - most;
  if (surplus <= 0) return;
  const oldest = [...map].toSorted(([, a], [, b]) => rank(a) - rank(b)).slice(0, surplus + Math.floor(most / PART));
  for (const [name] of oldest) map.delete(name);
}

function holdingOf(days: readonly number[]): Holding {
  return {
    count: days.length,
    oldest: days.length === 0 ? undefined : days.reduce((a, b) => Math.min(a, b)),
    newest: days.length === 0 ? undefined : days.reduce((a, b) => Math.max(a, b)),
  };
}
