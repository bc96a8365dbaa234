/**
 * What became of what somebody sent. It is the holder's to see; an operator, to whom it tells who wrote to whom and when,
 * comes to it through the gate as to the log (promise A7).
 */
import { type Clock, DAY, HOUR, MINUTE, systemClock } from "../../host/clock.ts";
import { logInName } from "../../service/accounts/log-in-name.ts";
import { given as asText } from "../../service/notices/letter.ts";
import { type SentPage, sentPage, type SentRecipient } from "../../service/queue/delivery-record.ts";
import { done, type Given, type Outcome, type StoreCommand, text } from "../command.ts";
import { limitOf, limitOption, wrongLimit } from "../limit-option.ts";
import { minute, MORE, replyText, span } from "./queue-text.ts";

type Sent = Pick<SentPage, "recipients"> & { readonly isMore: boolean };

const DEFAULT_LIMIT = 200;

/** `clock` says what `2h` ago is. */
export function createSentCommands(clock: Clock): readonly StoreCommand[] {
  return [
    {
      name: "sent",
      where: "stores",
      access: { scope: "logs", account: "address" },
      summary: "Show what became of what an account sent in the last ten days: times, hosts, their words, TLS",
      description:
        'Needs an access of scope logs, and the holder is told of it: this shows who somebody wrote to. No content is kept. What still waits is in "altmail queue list".',
      arguments: [{ name: "address", summary: "an address of the account" }],
      options: [
        { name: "since", value: "TIME", summary: "from then on: 2026-03-01 (UTC), or 2h, 3d ago" },
        limitOption("so many recipients at most, newest first; 200 when not given"),
      ],
      examples: ["altmail sent ada@example.org --since 2d --home var"],
      wrong: (given) =>
        sinceOf(given, clock) === undefined
          ? "--since takes a day in UTC or so long ago: 2026-03-01, 30m, 2h, 3d"
          : wrongLimit(given),
      async work({ outbound, directory }, given) {
        const since = sinceOf(given, clock) ?? 0;
        const most = limitOf(given, DEFAULT_LIMIT) ?? DEFAULT_LIMIT;
        const account = await directory.byAddress(logInName(text(given, "address")));
        if (account === undefined)
          return refused('there is no account with this address: "altmail account list" shows all');
        const { recipients, next } = await sentPage({ queue: outbound, clock }, account.id, { since, most });
        return done({ recipients, isMore: next !== undefined } satisfies Sent);
      },
      show: ({ recipients, isMore }: Sent) =>
        recipients.length === 0
          ? "nothing left in that time"
          : [...recipients.map(line), ...(isMore ? [MORE] : [])].join("\n"),
    },
  ];
}

export const sentCommands: readonly StoreCommand[] = createSentCommands(systemClock);

const ENDS: Readonly<Record<SentRecipient["end"], string>> = {
  delivered: "delivered",
  relayed: "handed over",
  failed: "refused",
  expired: "given up",
  dropped: "dropped by the operator",
};
const FEEDBACK = { bounce: "came back later", complaint: "was complained of" } as const;

function line({ endedAt, submittedAt, sender, recipient, end, feedback, ...reply }: SentRecipient): string {
  return [
    minute(endedAt),
    `${asText(sender === "" ? "<>" : sender)} to ${asText(recipient)}`,
    `${ENDS[end]} after ${span(endedAt - submittedAt)}`,
    ...(end === "dropped" ? [] : [replyText(reply)]),
    ...(feedback === undefined ? [] : [FEEDBACK[feedback]]),
  ].join("  ");
}

const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY };

/** Without --since the beginning of time; `undefined` when it is wrong. */
const sinceOf = (given: Given, clock: Clock): number | undefined =>
  text(given, "since") === "" ? 0 : readTime(text(given, "since"), clock);

/** Epoch milliseconds; `undefined` when it is no time. */
function readTime(value: string, clock: Clock): number | undefined {
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(value) ?? [];
  if (count !== undefined) return clock.now() - Number(count) * (UNITS[unit] ?? 0);
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00Z`) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

const refused = (sentence: string): Outcome => ({ kind: "refused", sentence });
