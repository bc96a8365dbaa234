/**
 * Asks DNS lists about the address of a peer (RFC 5782), all at once, within a deadline: what did not answer by then is
 * unknown, and mail goes on. A list counts only while its two test entries are as they must be (RFC 5782 section 5): one that
 * has died and lists everybody, or nobody, is left out until it is sound again.
 *
 * Answers are kept for a while, in memory only, and no more than so many.
 */
import { type Clock, HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { plainAddress } from "../../host/listener-peers.ts";
import type { Answer, Resolver } from "../../host/resolver/answer.ts";
import type { Looked } from "../../rules/authentication/lookup.ts";
import {
  type DnsList,
  dnsListName,
  type DnsListWord,
  readDnsListAnswer,
  TEST_LISTED,
  TEST_NOT_LISTED,
} from "../../rules/reputation/dns-list.ts";
import type { DefenceLog } from "./defence-log.ts";

export interface DnsLists {
  /** Never rejects; fulfils at the deadline at the latest. Ask early: the answer is kept. */
  ask(address: string): Promise<readonly DnsListWord[]>;
}

export type DnsListLimits = {
  /** A session hardly waits longer for its first recipient. */
  readonly patienceMs: number;
  /** Addresses that are remembered; some 200 octets each. */
  readonly addresses: number;
  /** That an address is listed is believed so long, at most. */
  readonly keepListedMs: number;
  /** That it is not, or that nobody answered: lists learn of new senders within minutes. */
  readonly keepOthersMs: number;
  readonly testEveryMs: number;
};

export const dnsListLimits: DnsListLimits = Object.freeze({
  patienceMs: 3 * SECOND,
  addresses: 10_000,
  keepListedMs: 15 * MINUTE,
  keepOthersMs: MINUTE,
  testEveryMs: HOUR,
});

export type DnsListsOptions = {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly lists: readonly DnsList[];
  readonly log: DefenceLog;
  readonly limits?: DnsListLimits;
};

type ListState = "sound" | "silent" | "empty" | "all";
type Kept = { readonly until: number; readonly words: Promise<readonly DnsListWord[]> };

export function createDnsLists({ resolver, clock, lists, log, limits = dnsListLimits }: DnsListsOptions): DnsLists {
  const kept = new Map<string, Kept>();
  const soundness = lists.map((list) => createSoundness(list, resolver, clock, log, limits));

  const askOne = async (list: DnsList, at: number, address: string): Promise<DnsListWord> => {
    const name = dnsListName(address, list.zone);
    if (name === undefined) return { kind: "unknown", zone: list.zone };
    const [isSound, answer] = await Promise.all([soundness[at]?.() ?? false, look(resolver, name)]);
    return isSound ? readDnsListAnswer(list, answer) : { kind: "unknown", zone: list.zone };
  };

  const askAll = async (address: string): Promise<readonly DnsListWord[]> => {
    const words = await Promise.all(
      lists.map((list, at) =>
        inTime<DnsListWord>(clock, limits.patienceMs, askOne(list, at, address), { kind: "unknown", zone: list.zone }),
      ),
    );
    const keepMs = words.some(({ kind }) => kind === "listed") ? limits.keepListedMs : limits.keepOthersMs;
    const mine = kept.get(address);
    if (mine !== undefined) kept.set(address, { ...mine, until: clock.now() + keepMs });
    return words;
  };

  return {
    async ask(text) {
      if (lists.length === 0) return [];
      const address = plainAddress(text);
      const found = kept.get(address);
      if (found !== undefined && found.until > clock.now()) return found.words;
      kept.delete(address);
      for (const oldest of kept.keys()) {
        if (kept.size < limits.addresses) break;
        kept.delete(oldest);
      }
      // While it is asked, others wait for the same answer.
      const words = Promise.resolve(address).then(askAll);
      kept.set(address, { until: clock.now() + limits.patienceMs, words });
      return words;
    },
  };
}

/** Whether a list's answers can be believed; asked anew from time to time, and when asked for. */
function createSoundness(
  list: DnsList,
  resolver: Resolver,
  clock: Clock,
  log: DefenceLog,
  limits: DnsListLimits,
): () => Promise<boolean> {
  let state: ListState = "sound";
  let until = -Infinity;
  let known: Promise<boolean> | undefined;

  const test = async (): Promise<boolean> => {
    // Whatever codes count: the test entry may have any.
    const any = { ...list, codes: undefined };
    const [has, hasNot] = await Promise.all(
      [TEST_LISTED, TEST_NOT_LISTED].map(async (address) =>
        readDnsListAnswer(any, await look(resolver, dnsListName(address, list.zone) ?? list.zone)),
      ),
    );
    const found = stateOf(has?.kind, hasNot?.kind);
    if (found !== state) log("defence.list", { zone: list.zone, state: found });
    state = found;
    // What is broken is tried again sooner.
    until = clock.now() + (found === "sound" ? limits.testEveryMs : limits.keepOthersMs);
    return found === "sound";
  };

  return () => {
    if (known !== undefined && clock.now() < until) return known;
    until = clock.now() + limits.testEveryMs;
    const asked = test();
    // What was found before holds while it is asked again.
    known ??= asked;
    const found = known;
    void asked.then((isSound) => (known = Promise.resolve(isSound)));
    return found;
  };
}

function stateOf(has: DnsListWord["kind"] | undefined, hasNot: DnsListWord["kind"] | undefined): ListState {
  if (hasNot === "listed") return "all";
  if (has === "listed") return hasNot === "not-listed" ? "sound" : "silent";
  return has === "not-listed" ? "empty" : "silent";
}

async function look(resolver: Resolver, name: string): Promise<Looked> {
  const answer: Answer<"A"> = await resolver.resolve(name, "A");
  if (answer.kind === "records") return { kind: "records", values: answer.records };
  return answer.kind === "nxdomain" || answer.kind === "nodata" ? { kind: answer.kind } : { kind: "temporary" };
}

function inTime<T>(clock: Clock, patienceMs: number, work: Promise<T>, otherwise: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(patienceMs, () => resolve(otherwise));
    work.then(resolve, reject).finally(() => timer[Symbol.dispose]());
  });
}
