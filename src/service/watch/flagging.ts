/**
 * What becomes of a suspicion, in the elected worker: it is held against what is usual, raised as a flag unless the rule
 * has one for the account already, and its consequences follow: sending paused when rules agree, holder and operator told.
 * The flag is durable first and marked settled last, so that what a crash broke off is taken up by the next hour.
 */
import { randomBytes } from "node:crypto";
import { DAY } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Directory } from "../../store/directory.ts";
import type { Flag, Usual, WatchBook } from "../../store/watch-book.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { Notices } from "../notices/notices.ts";
import { agree, type Rule } from "./rules.ts";
import type { SignalKind } from "./signals.ts";
import type { WatchLimits } from "./watch-limits.ts";
import type { View } from "./windows.ts";

/** What it works with. */
export type FlaggingParts = {
  readonly book: WatchBook;
  readonly directory: Directory;
  readonly accounts: Pick<Accounts, "pause">;
  readonly notices: Pick<Notices, "tellOperator">;
  readonly log: Log;
};

export type Flagging = {
  /** Raises a flag if the suspicion holds. */
  readonly examine: (rule: Rule, view: View) => Promise<void>;
  /** Does what was left undone by a crash or a failure. */
  readonly settleAll: () => Promise<void>;
};

export function createFlagging({
  book,
  directory,
  accounts,
  notices,
  log,
  limits,
}: FlaggingParts & { readonly limits: WatchLimits }): Flagging {
  const pause = async ({ id, account }: Flag): Promise<void> => {
    const record = await directory.byId(account);
    if (record?.state === "active" || record?.state === "paused") {
      const outcome = await accounts.pause(record.primary, `flag ${id}`);
      if (outcome.kind === "done") log("watch.paused", { flag: id, account });
    }
    await book.settle(id, "paused");
  };
  /** `isPaused`: that was done before, and a person may have undone it since. */
  const settle = async (flag: Flag, isPaused: boolean): Promise<void> => {
    const { id, rule, pauses } = flag;
    if (pauses && !isPaused) await pause(flag);
    await notices.tellOperator({ kind: "account-flagged", flag: id, rule, paused: pauses }, id);
    await book.settle(id, "told");
  };

  return {
    async examine(rule, view) {
      const { account, at } = view;
      const usual = await book.usual(account, Math.floor(at / DAY));
      if (rule.confirms?.(view, usual, limits) === false) return;
      const known = (await book.flags()).filter((flag) => flag.account === account);
      const isKnown = known.some(
        ({ rule: name, closed }) => name === rule.name && (closed === undefined || closed.at > at - limits.quietMs),
      );
      if (isKnown) return;
      const open = known.filter(({ closed, since }) => closed === undefined && since > at - limits.togetherMs);
      // Who was paused already is not paused anew: a person may have let the account send again meanwhile.
      const pauses = !open.some((flag) => flag.pauses) && agree([rule.name, ...open.map((flag) => flag.rule)], limits);
      const id = randomBytes(4).toString("hex");
      const flag = { id, account, rule: rule.name, since: at, evidence: evidenceOf(rule, view, usual, limits), pauses };
      await book.raise(flag);
      log("watch.flagged", { flag: id, account, rule: rule.name, pauses });
      await settle({ ...flag, closed: undefined }, false);
    },

    async settleAll() {
      for (const flag of await book.unsettled()) await settle(flag, flag.isPaused);
    },
  };
}

const COUNTS: readonly (readonly [name: string, signal: SignalKind])[] = [
  ["log-ins with the password", "accepted"],
  ["log-ins with app passwords", "accepted-app"],
  ["wrong passwords", "refused"],
  ["wrong app passwords", "refused-app"],
];

function evidenceOf(rule: Rule, view: View, usual: Usual, { evidenceNetworks }: WatchLimits): Flag["evidence"] {
  const networks = view.networks(...rule.evidence);
  const inHour = COUNTS.map(([name, signal]) => [name, view.count(signal)] as const);
  return {
    counts: {
      ...Object.fromEntries(inHour.filter(([, count]) => count > 0)),
      networks: networks.size,
      "days known": usual.days,
      "usual log-ins in the busiest hour": usual.logIns,
      "usual networks in an hour": usual.networks,
    },
    networks: [...networks].slice(0, evidenceNetworks),
  };
}
