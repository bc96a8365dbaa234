/**
 * Watches the queue: its sums, and what left it, waits on or failed, as the log tells it. Of each event only public fields:
 * hosts, codes and counts, no address. At most one look a second; what a look finds alike is counted.
 */
import { type Clock, pauseOrAbort, SECOND } from "../../host/clock.ts";
import type { LogEntry } from "../../service/logs/log-entry.ts";
import type { LogReader } from "../../service/logs/log-reader.ts";
import { given as asText } from "../../service/notices/letter.ts";
import type { OutboundMail, QueueSums } from "../../store/outbound-queue.ts";
import type { Report } from "../command.ts";
import { sumsText } from "./queue-text.ts";

export type WatchServices = {
  readonly queue: Pick<OutboundMail, "sums">;
  readonly logs: Pick<LogReader, "search">;
  readonly clock: Clock;
};

type Happened = { readonly event: string; readonly what: string; readonly host: string; count: number };

/** In the order in which they are shown. */
const WORDS: Readonly<Record<string, string>> = {
  "queue.delivered": "delivered",
  "queue.deferred": "put off",
  "queue.failed": "failed",
  "queue.held": "held, account may not send",
  "queue.resting": "destination rests, not reached",
  "queue.slowed": "slowed down, host asked for less",
  "queue.broken": "fault of ours",
};
/** Of one look; all others are counted together. */
const MOST_KINDS = 200;
const OTHERS: Pick<Happened, "event" | "what" | "host"> = { event: "", what: "more", host: "" };

/** Fulfils when the report's signal aborts. */
export async function watchQueue(
  { queue, logs, clock }: WatchServices,
  report: Report,
  isJson: boolean,
): Promise<void> {
  const ending = new AbortController();
  const signal = AbortSignal.any([report.signal, ending.signal]);
  let happened = new Map<string, Happened>();

  const follow = async (): Promise<void> => {
    const filter = { since: clock.now(), event: "queue" };
    for await (const entry of logs.search({ filter, detail: "public", follow: true, signal })) note(happened, entry);
  };
  const look = async (): Promise<void> => {
    let before = "";
    while (!signal.aborted) {
      const sums = await queue.sums();
      const found = [...happened.values()];
      happened = new Map();
      const state = JSON.stringify(sums);
      if (state !== before || found.length > 0) {
        before = state;
        for (const line of isJson ? [jsonOf(clock.now(), sums, found)] : linesOf(clock.now(), sums, found))
          await report.line(line);
      }
      await pauseOrAbort(clock, SECOND, signal);
    }
  };
  const untilEither = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } finally {
      ending.abort();
    }
  };
  await Promise.all([untilEither(follow), untilEither(look)]);
}

function note(happened: Map<string, Happened>, { event, fields }: LogEntry): void {
  const word = WORDS[event];
  if (word === undefined) return;
  const { code, enhanced, host, step } = fields;
  const codes = [code, enhanced, step].filter((one) => one !== undefined && one !== "").join(" ");
  const what = codes === "" ? word : `${word}: ${codes}`;
  const kind = { event, what, host: typeof host === "string" ? asText(host) : "" };
  const isFull = happened.size >= MOST_KINDS;
  const key = JSON.stringify(kind);
  const known = happened.get(key) ?? (isFull ? happened.get("") : undefined);
  if (known !== undefined) known.count += 1;
  else happened.set(isFull ? "" : key, { ...(isFull ? OTHERS : kind), count: 1 });
}

function linesOf(now: number, sums: QueueSums, found: readonly Happened[]): readonly string[] {
  const time = new Date(now).toISOString().slice(11, 19);
  const order = [...Object.keys(WORDS), OTHERS.event];
  const sorted = found.toSorted((a, b) => order.indexOf(a.event) - order.indexOf(b.event) || b.count - a.count);
  const lines = sorted.map(
    ({ count, what, host }) => `${" ".repeat(10)}${count} ${what}${host === "" ? "" : `  ${host}`}`,
  );
  return [`${time}  ${sumsText(sums)}`, ...lines];
}

const jsonOf = (at: number, sums: QueueSums, found: readonly Happened[]): string =>
  JSON.stringify({ at, ...sums, happened: found });
