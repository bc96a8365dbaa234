/** What the commands on the queue show to people: tables that fit a terminal, times as spans, sentences for what was done. */
import { DAY, HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { given as asText } from "../../service/notices/letter.ts";
import type { Acted, QueuedPart } from "../../service/queue/desk.ts";
import { replyWords } from "../../service/queue/reply-words.ts";
import type { QueueSums, RemoteReply } from "../../store/outbound-queue.ts";

/** A line of the list: recipients are counted, not named. */
export type ListedPart = Omit<QueuedPart, "recipients"> & {
  readonly recipients: number;
  readonly reply: RemoteReply | undefined;
};
export type ListedParts = {
  readonly now: number;
  readonly sums: QueueSums;
  readonly parts: readonly ListedPart[];
  readonly isMore: boolean;
};
export type ShownMessage = { readonly now: number; readonly parts: readonly QueuedPart[] };

export const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Digits of an id that are shown: others begin so once in a thousand billion. */
const SHOWN_DIGITS = 10;
const WIDEST = 30;
const LONGEST_REPLY = 60;

export function sumsText({ messages, items, held, troubled }: QueueSums): string {
  if (messages === 0) return "the queue is empty";
  if (items === 0) return `${many(messages, "message")}: every recipient is done, the sender is still to be told`;
  const more = [
    ...(held === 0 ? [] : [`${held} held`]),
    ...(troubled === 0 ? [] : [`${many(troubled, "destination")} in trouble`]),
  ];
  return `${many(messages, "message")} in ${many(items, "part")}${more.length === 0 ? "" : `: ${more.join(", ")}`}`;
}

const COLUMNS = ["ID", "AGE", "FROM", "TO", "RCPT", "TRIES", "STATE", "TIME LEFT", "LAST ANSWER"] as const;

export function listText({ now, sums, parts, isMore }: ListedParts): string {
  if (parts.length === 0) return sums.items === 0 ? sumsText(sums) : `${sumsText(sums)}\nnothing of it fits`;
  const rows = parts.map((part) => [
    part.message.slice(0, SHOWN_DIGITS),
    span(now - part.submittedAt),
    short(part.sender === "" ? "<>" : part.sender, WIDEST),
    short(part.destination, WIDEST),
    String(part.recipients),
    String(part.attempts),
    stateText(part, now),
    part.deadline > now ? span(part.deadline - now) : "over",
    part.reply === undefined ? "" : short(replyWords(part.reply), LONGEST_REPLY),
  ]);
  return [sumsText(sums), "", ...tableLines(COLUMNS, rows), ...(isMore ? ["", MORE] : [])].join("\n");
}

export const MORE = "there is more: --limit shows it";

/** As wide as its widest cells. */
export function tableLines(columns: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = columns.map((name, n) => rows.reduce((most, row) => Math.max(most, row[n]?.length ?? 0), name.length));
  return [columns, ...rows].map((row) =>
    row
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

export function messageText({ now, parts }: ShownMessage): string {
  const [first] = parts;
  if (first === undefined) return "";
  const { message, account, sender, size, tlsWish, submittedAt } = first;
  return [
    `message ${message}`,
    `from: ${sender === "" ? "<> (a notice, which nobody is told of)" : asText(sender)}`,
    `account: ${account ?? "the service itself, or an account that is gone"}`,
    `submitted: ${minute(submittedAt)}, ${span(now - submittedAt)} ago; ${size} octets`,
    ...TLS_WISHES[tlsWish],
    ...parts.flatMap((part) => ["", ...partLines(part, now)]),
  ].join("\n");
}

const TLS_WISHES: Readonly<Record<QueuedPart["tlsWish"], readonly string[]>> = {
  policy: [],
  required: ["only over TLS that is sure: its sender demands it"],
  optional: ["whatever TLS comes to: its sender says that it is not required"],
};

function partLines(part: QueuedPart, now: number): readonly string[] {
  const { destination, attempts, deadline, recipients } = part;
  const left = deadline > now ? `in ${span(deadline - now)}` : "now";
  return [
    `to ${asText(destination)}: ${stateText(part, now)}, ${attempts === 1 ? "tried once" : attempts === 0 ? "not tried yet" : `tried ${attempts} times`}`,
    `  given up ${left}, ${minute(deadline)}`,
    ...recipients.flatMap(({ address, reply }) => [
      `  ${asText(address)}`,
      ...(reply === undefined ? [] : [`    ${replyText(reply)}`]),
    ]),
  ];
}

/** What was heard, from whom, and under which TLS. */
export function replyText(reply: RemoteReply): string {
  const { host, code, tls } = reply;
  if (host === undefined) return `no host answered: ${replyWords(reply)}`;
  // Without a code nobody spoke: how it would have been spoken is nobody's question.
  const how = tls === undefined ? (code === undefined ? "" : " (without TLS)") : ` (${asText(tls)})`;
  return `${asText(host)}: ${replyWords(reply)}${how}`;
}

function stateText(
  { state, hold, at, restsUntil, restsFor }: Pick<QueuedPart, "state" | "hold" | "at" | "restsUntil" | "restsFor">,
  now: number,
): string {
  switch (state) {
    case "waiting":
      return at > now ? `next in ${span(at - now)}` : "due";
    case "ready":
      // A place at a host that has none free is free within a moment.
      if (restsUntil === undefined || restsUntil < now + (restsFor === "less" ? SECOND : 1)) return "due";
      return `${restsFor === "less" ? "host asked for less," : "destination rests"} ${span(restsUntil - now)}`;
    case "claimed":
      return "being tried";
    case "held":
      return hold === "account" ? "held (account may not send)" : "held (by operator)";
  }
}

const isOrAre = (count: number): string => `${count} ${count === 1 ? "is" : "are"}`;
const parted = (count: number): string => many(count, "part");
const sentence = (...clauses: readonly (string | false)[]): string => clauses.filter((one) => one !== false).join("; ");

/** `isServing`: whether a service runs, which works the queue off. */
export type ActedText = Acted & { readonly isServing: boolean };

const unserved = ({ parts, isServing }: ActedText): string | false =>
  parts > 0 && !isServing && `no service runs, so nothing leaves before "altmail serve"`;
const barredText = ({ barred }: ActedText): string | false =>
  barred > 0 &&
  `${isOrAre(barred)} of an account that may not send, and held when its turn comes: "altmail account resume" lets it go`;

export const retriedText = (acted: ActedText): string => {
  const { parts, inHand, held } = acted;
  return sentence(
    parts === 0 ? "nothing was left to be made due" : `made ${parted(parts)} due`,
    unserved(acted),
    barredText(acted),
    inHand > 0 && `${isOrAre(inHand)} being tried at this moment`,
    held > 0 && `${isOrAre(held)} held and wait${held === 1 ? "s" : ""} on`,
  );
};

export const heldText = ({ parts, inHand, held }: ActedText): string =>
  sentence(
    parts === 0
      ? "nothing was left to hold"
      : `held ${parted(parts)}, to be returned ten days after submission unless released before`,
    inHand > 0 && `${isOrAre(inHand)} being tried at this moment and may still leave`,
    held > 0 && `${held} held before`,
  );

export const releasedText = (acted: ActedText): string =>
  sentence(
    `released ${parted(acted.parts)}`,
    unserved(acted),
    barredText(acted),
    acted.held > 0 &&
      `${isOrAre(acted.held)} held on, because the account may not send: "altmail account resume" lets it`,
  );

export const droppedText = ({ parts, inHand }: ActedText): string =>
  sentence(
    `dropped ${parted(parts)}: nobody is told, and the record of what was sent says so`,
    inHand > 0 && `${inHand} of them ${inHand === 1 ? "was" : "were"} being handed over and may still arrive`,
  );

export const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** The two largest units. */
export function span(ms: number): string {
  const units = [
    ["d", DAY],
    ["h", HOUR],
    ["m", MINUTE],
    ["s", SECOND],
  ] as const;
  const first = units.findIndex(([, unitMs]) => ms >= unitMs);
  if (first === -1) return "0s";
  let rest = ms;
  const words: string[] = [];
  for (const [name, unitMs] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) words.push(`${count}${name}`);
  }
  return words.join(" ");
}

function short(text: string, longest: number): string {
  const clean = asText(text);
  return clean.length <= longest ? clean : `${clean.slice(0, longest - 1).toWellFormed()}…`;
}
