/**
 * The end of the log in the process where events happen. It writes each event as a line into memory and passes lines
 * on in batches; it never waits, never throws, and holds a bounded amount: beyond it events are dropped and counted.
 */
import type { Clock } from "../clock.ts";
import type { EventName, Log } from "../events/events.ts";
import { publicLine, sealedLine } from "./line.ts";

/** Lines of one UTC day on their way to the writer. Plain data: it may travel as JSON. */
export type LogBatch = {
  /** YYYY-MM-DD in UTC. */
  readonly day: string;
  /** Joined by line feeds. */
  readonly lines: string;
  readonly count: number;
  /** Lines for the process's own output: without personal or pseudonymous fields. */
  readonly shown: readonly string[];
  /** Events dropped since the last batch. */
  readonly dropped: number;
};

export interface LogSender extends Disposable {
  readonly log: Log;
  /** Passes on what is gathered now. Disposing does so for the last time. */
  flush(): void;
}

export type SenderOptions = {
  /** Passes a batch on and calls `sent` when it is on its way, also when it failed. */
  readonly send: (batch: LogBatch, sent: () => void) => void;
  readonly clock: Clock;
  readonly limits?: SenderLimits;
};

export type SenderLimits = {
  /** How long an event waits for others. */
  readonly delayMs: number;
  /** Events that make a batch at once. */
  readonly batch: number;
  /** Events held at most while batches are on their way. */
  readonly held: number;
  /** Batches on their way at most. */
  readonly onTheWay: number;
};

const LIMITS: SenderLimits = { delayMs: 100, batch: 200, held: 5000, onTheWay: 8 };
const DAY_MS = 86_400_000;

/** Makes the log of this process. */
export function createLogSender(options: SenderOptions): LogSender {
  const { send, clock, limits = LIMITS } = options;
  let lines: string[] = [];
  let shown: string[] = [];
  let dropped = 0;
  let onTheWay = 0;
  let dayEnd = 0;
  let day = "";
  let timer: Disposable | undefined;

  const sent = (): void => {
    onTheWay -= 1;
    if (lines.length >= limits.batch) flush();
  };

  function flush(): void {
    timer?.[Symbol.dispose]();
    timer = undefined;
    if (lines.length === 0 && dropped === 0) return;
    const batch = { day, lines: lines.join("\n"), count: lines.length, shown, dropped };
    lines = [];
    shown = [];
    dropped = 0;
    onTheWay += 1;
    send(batch, sent);
  }

  function flushIfDue(): void {
    timer = undefined;
    if (onTheWay < limits.onTheWay) flush();
    else timer = clock.after(limits.delayMs, flushIfDue);
  }

  const log = (name: EventName, fields: Readonly<Record<string, string | number | boolean | undefined>>): void => {
    const at = clock.now();
    if (at >= dayEnd || at < dayEnd - DAY_MS) {
      if (lines.length > 0) flush();
      dayEnd = (Math.floor(at / DAY_MS) + 1) * DAY_MS;
      day = new Date(at).toISOString().slice(0, 10);
    }
    if (lines.length >= limits.held) {
      dropped += 1;
      return;
    }
    lines.push(sealedLine(at, name, fields));
    const line = publicLine(at, name, fields);
    if (line !== undefined) shown.push(line);
    if (lines.length >= limits.batch && onTheWay < limits.onTheWay) flush();
    else timer ??= clock.after(limits.delayMs, flushIfDue);
  };

  return { log, flush, [Symbol.dispose]: flush };
}
