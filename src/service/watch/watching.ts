/**
 * Implements `Watch`. A worker keeps nothing: it turns an event into a signal (account, what, fingerprint of the network)
 * and hands it to the leader, itself or over the bus. When the leader's worker dies, windows start anew and an hour of
 * what was seen is lost; habits and flags are in the book.
 */
import type { Bus, Notice } from "../../host/bus.ts";
import { type Clock, DAY, HOUR } from "../../host/clock.ts";
import { runJob } from "../../host/job.ts";
import { accountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Flag, WatchBook } from "../../store/watch-book.ts";
import type { Accounts } from "../accounts/accounts.ts";
import { createFlagging, type FlaggingParts } from "./flagging.ts";
import { networkOf } from "./network.ts";
import { type Rule, RULES, ruleNamed } from "./rules.ts";
import { type SignalKind, SIGNALS, seenIn } from "./signals.ts";
import type { FlagLine, Watch } from "./watch.ts";
import { type WatchLimits, watchLimits } from "./watch-limits.ts";
import { createWindows, type View } from "./windows.ts";

/** The book is disposed with the watch. */
export type WatchOptions = FlaggingParts & {
  readonly accounts: Pick<Accounts, "pause" | "resume">;
  readonly bus: Bus;
  readonly clock: Clock;
  /** The setting logs.days: calendar days kept, today among them. */
  readonly logDays: number;
  readonly limits?: Partial<WatchLimits>;
};

const TOPIC = "watch";
const GONE = "gone";

export function createWatch(options: WatchOptions): Watch {
  const { book, directory, accounts, bus, clock, log, logDays } = options;
  const limits: WatchLimits = { ...watchLimits, ...options.limits };
  const flagging = createFlagging({ ...options, limits });
  let leader: Leader | undefined;

  /** What happened before the first of the days that logs are kept for is not to be known any more. */
  const oldestKept = (now: number): number => (Math.floor(now / DAY) - logDays + 1) * DAY;
  const living = async (): Promise<readonly Flag[]> =>
    (await book.flags()).filter(({ since }) => since >= oldestKept(clock.now()));
  const failed = (step: string, error: unknown): void =>
    log("watch.failed", { step, code: error instanceof StoreError ? error.code : "unexpected" });

  return {
    observe(name, fields, at) {
      const seen = seenIn(name, fields);
      if (seen === undefined) return;
      if (seen.kind === "account-gone") {
        const notice = { what: GONE, account: seen.account };
        if (leader === undefined) bus.publish(TOPIC, notice);
        else leader.take(notice);
        return;
      }
      const network = networkOf(seen.client, book.networkKey);
      if (network === undefined) return;
      const notice = { what: seen.signal, account: seen.account, network, at };
      if (leader === undefined) bus.publish(TOPIC, notice);
      else leader.take(notice);
    },

    lead() {
      const windows = createWindows(limits);
      const leading = createLeader({ limits, windows, book, failed, examine: flagging.examine });
      leader = leading;
      const subscription = bus.subscribe(TOPIC, leading.take);
      const stop = new AbortController();
      const work = async (): Promise<void> => {
        const now = clock.now();
        await book.noteHabits(windows.takeHabits(now));
        await book.forget(oldestKept(now));
        await flagging.settleAll();
      };
      // At the full hour, so that what dies with a day dies at its end.
      const next = (now: number): number => (Math.floor(now / HOUR) + 1) * HOUR;
      const hourly = runJob(clock, { next, work, failed: (error) => failed("hourly", error) }, stop.signal, "at once");
      return {
        async [Symbol.asyncDispose]() {
          if (leader === leading) leader = undefined;
          subscription[Symbol.dispose]();
          stop.abort();
          await hourly;
          await leading.idle();
          await book.noteHabits(windows.takeHabits(clock.now()));
        },
      };
    },

    async flags() {
      const lines: FlagLine[] = [];
      for (const flag of await living()) {
        const account = await directory.byId(flag.account);
        const meaning = ruleNamed(flag.rule)?.meaning ?? "a rule that this version of the program does not have";
        lines.push({ ...flag, meaning, address: account?.primary, state: account?.state });
      }
      return lines;
    },

    async close(id, word, resume) {
      const flags = await living();
      const flag = flags.find((one) => one.id === id);
      if (flag === undefined) {
        const sentence =
          "There is no such flag, or it was erased with the logs of its day. List the flags to see which there are.";
        return { kind: "refused", reason: "not-found", sentence };
      }
      const { account } = flag;
      const record = await directory.byId(account);
      const resumed = resume && record?.state === "paused";
      if (resumed) {
        const outcome = await accounts.resume(record.primary, `flag ${id}`);
        if (outcome.kind === "refused") return outcome;
      }
      await book.close(id, word, clock.now());
      log("watch.closed", { flag: id, account, word, resumed });
      const others = flags.filter((one) => one.account === account && one.id !== id && one.closed === undefined);
      return { kind: "closed", resumed, open: others.map((one) => one.id) };
    },

    forget: (now) => book.forget(oldestKept(now)),

    async [Symbol.asyncDispose]() {
      await book[Symbol.asyncDispose]();
    },
  };
}

type Leader = { readonly take: (notice: Notice) => void; readonly idle: () => Promise<void> };

type LeaderParts = {
  readonly limits: WatchLimits;
  readonly windows: ReturnType<typeof createWindows>;
  readonly book: WatchBook;
  readonly examine: (rule: Rule, view: View) => Promise<void>;
  readonly failed: (step: string, error: unknown) => void;
};

/** Takes signals as they come; examines suspicions one after another. */
function createLeader({ limits, windows, book, examine, failed }: LeaderParts): Leader {
  /** Until when a suspicion is not looked at again. */
  const examined = new Map<string, number>();
  let waiting = 0;
  let work: Promise<void> = Promise.resolve();

  const later = (step: string, task: () => Promise<void>): void => {
    waiting++;
    work = work
      .then(task)
      .catch((error: unknown) => failed(step, error))
      .finally(() => waiting--);
  };

  const suspect = (rule: Rule, view: View): void => {
    const name = `${rule.name} ${view.account} ${rule.isAboutNetwork === true ? view.network : ""}`;
    if ((examined.get(name) ?? 0) > view.at || waiting >= limits.waiting) return;
    for (const [old, until] of examined) {
      if (until > view.at) break;
      examined.delete(old);
    }
    examined.delete(name);
    examined.set(name, view.at + limits.againMs);
    const kept = frozen(view);
    later(rule.name, () => examine(rule, kept));
  };

  return {
    take(notice) {
      const account = accountId(String(notice["account"]));
      const signal = SIGNALS.find((kind) => kind === notice["what"]);
      if (notice["what"] === GONE) {
        windows.forget(account);
        later("forget", () => book.forgetAccount(account));
        return;
      }
      if (signal === undefined) return;
      const view = windows.add(account, signal, String(notice["network"]), Number(notice["at"]));
      if (view === undefined) return;
      for (const rule of RULES) if (rule.signals.includes(signal) && rule.suspects(view, limits)) suspect(rule, view);
    },
    idle: () => work,
  };
}

/** The view as it is now: a window goes on. */
function frozen(view: View): View {
  const counts = new Map(SIGNALS.map((kind) => [kind, view.count(kind)]));
  const places = new Map(SIGNALS.map((kind) => [kind, view.networks(kind)]));
  return {
    ...view,
    count: (kind) => counts.get(kind) ?? 0,
    networks: (...kinds: readonly SignalKind[]) => new Set(kinds.flatMap((kind) => [...(places.get(kind) ?? [])])),
  };
}
