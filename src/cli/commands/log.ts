/**
 * The commands that read the log. What may be shown anywhere (event, time, verb, result, octets) is shown to every
 * operator; addresses, accounts and sessions only with an access (promise A7), of one account or of all.
 */
import { type Clock, DAY, HOUR, MINUTE, SECOND, systemClock } from "../../host/clock.ts";
import { logInName } from "../../service/accounts/log-in-name.ts";
import { entryJson, entryText } from "../../service/logs/log-entry.ts";
import { isClientName, isEventName, type LogFilter } from "../../service/logs/log-filter.ts";
import type { LogDay, LogReader, LogSearch } from "../../service/logs/log-reader.ts";
import { type Given, done, type Option, type Outcome, type Report, type StoreCommand, text } from "../command.ts";

const since: Option = {
  name: "since",
  value: "TIME",
  summary: "from then on: 2026-03-01, 2026-03-01T12:00, or 2h, 3d ago",
};
const until: Option = { name: "until", value: "TIME", summary: "before then" };
const event: Option = { name: "event", value: "NAME", summary: "one event, or all of an area: imap.command, imap" };
/** What `log show` shows when nobody says since when. */
const RECENT = "1h";

/** `clock` says what `2h` ago is. */
export function createLogCommands(clock: Clock): readonly StoreCommand[] {
  return [
    {
      name: "log days",
      where: "stores",
      access: "content-free",
      summary: "List the days of the log: how large each is, and when it ends",
      arguments: [],
      options: [],
      examples: ["altmail log days --home var"],
      work: async ({ logs }) => done(await logs.overview()),
      show: (days: readonly LogDay[]) =>
        days
          .map(({ day, bytes, endsAt }) => `${day}  ${String(bytes).padStart(12)} octets  ends ${when(endsAt)}`)
          .join("\n"),
    },
    {
      name: "log show",
      where: "stores",
      access: "content-free",
      summary: "Show what happened, without what tells of a person: time, event, verb, result, octets",
      description: `Each line is an event; "docs/events.md" explains them. Without --since it shows the last hour. With --json, each line is JSON. "log search" shows clients and accounts too.`,
      arguments: [],
      options: [since, until, event],
      examples: [
        "altmail log show --since 2h --home var",
        "altmail log show --since 2026-03-01 --until 2026-03-02 --event smtp --home var",
      ],
      work: ({ logs }, given, report) =>
        showLines(logs, { since: RECENT, ...given }, clock, report, { detail: "public", follow: false }),
      show: nothing,
    },
    {
      name: "log follow",
      where: "stores",
      access: "content-free",
      summary: "Show what happens from now on, as it happens, until Ctrl-C; nothing that tells of a person",
      arguments: [],
      options: [event],
      examples: ["altmail log follow --event delivery --home var"],
      work: ({ logs }, given, report) =>
        showLines(logs, { ...given, since: "0s" }, clock, report, { detail: "public", follow: true }),
      show: nothing,
    },
    {
      name: "log search",
      where: "stores",
      access: { scope: "logs", account: "account" },
      summary: "Search the log with everything that it holds: clients, accounts, sessions",
      description:
        "Needs an access of scope logs: of the account that is named, or of all when none is. With an account, only lines that bear it are shown. Whose log was read is told of it.",
      arguments: [{ name: "account", summary: "its primary address; without it, the log of all", optional: true }],
      options: [
        since,
        until,
        event,
        { name: "client", value: "TEXT", summary: "an address, a network (192.0.2.0/24), or part of a client's name" },
        { name: "session", value: "ID", summary: "one connection" },
        { name: "follow", summary: "go on with what happens, until Ctrl-C" },
      ],
      examples: [
        "altmail log search ada@example.org --since 1d --access k3f9 --home var",
        "altmail log search --client 192.0.2.0/24 --event smtp --access k3f9 --home var",
      ],
      async work({ logs, directory }, given, report) {
        const address = logInName(text(given, "account"));
        const search = { detail: "all", follow: given["follow"] === true } as const;
        if (address === "") return showLines(logs, given, clock, report, search);
        const account = (await directory.accounts()).find(({ primary }) => primary === address);
        if (account === undefined)
          return refused('there is no account with this address: "altmail account list" shows all');
        return showLines(logs, given, clock, report, search, account.id);
      },
      show: nothing,
    },
  ];
}

export const logCommands: readonly StoreCommand[] = createLogCommands(systemClock);

async function showLines(
  logs: LogReader,
  given: Given,
  clock: Clock,
  report: Report,
  search: Pick<LogSearch, "detail" | "follow">,
  account?: LogFilter["account"],
): Promise<Outcome> {
  const filter = readFilter(given, clock);
  if (typeof filter === "string") return refused(filter);
  // The control socket takes arguments that the command line does not know.
  if (search.detail === "public" && (filter.client ?? filter.session) !== undefined)
    return refused('this shows nobody: "altmail log search" does, with an access');
  const show = given["json"] === true ? entryJson : entryText;
  for await (const entry of logs.search({ ...search, filter: { ...filter, account }, signal: report.signal }))
    await report.line(show(entry));
  return done(undefined);
}

/** The filter, or the sentence that says what of it is wrong. */
function readFilter(given: Given, clock: Clock): LogFilter | string {
  const times = ["since", "until"].map((name) => {
    const value = text(given, name);
    return value === "" ? undefined : (readTime(value, clock) ?? null);
  });
  const [from, to] = times;
  if (from === null || to === null)
    return "a time is a day or a moment in UTC (2026-03-01, 2026-03-01T12:00), or so long ago: 90s, 30m, 2h, 3d";
  if (from !== undefined && to !== undefined && from >= to)
    return "--until is not after --since: there is nothing between";
  const name = text(given, "event");
  if (name !== "" && !isEventName(name)) return 'there is no such event: "docs/events.md" lists them';
  const client = text(given, "client");
  if (client !== "" && !isClientName(client)) return "this is no network: 192.0.2.0/24 and 2001:db8::/32 are some";
  const or = (value: string): string | undefined => (value === "" ? undefined : value);
  return { since: from, until: to, event: or(name), client: or(client), session: or(text(given, "session")) };
}

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** Epoch milliseconds; `undefined` when it is no time. */
function readTime(value: string, clock: Clock): number | undefined {
  const ago = /^(\d{1,6})([smhd])$/.exec(value);
  if (ago !== null) return clock.now() - Number(ago[1]) * (UNITS[ago[2] ?? ""] ?? 0);
  const moment = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)Z?)?$/.exec(value);
  if (moment === null) return undefined;
  const time = Date.parse(`${moment[1]}T${moment[2] ?? "00:00"}Z`);
  return Number.isNaN(time) ? undefined : time;
}

const when = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const refused = (sentence: string): Outcome => ({ kind: "refused", sentence });

/** All was said line by line. */
function nothing(): string {
  return "";
}
