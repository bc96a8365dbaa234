/**
 * What a command tells while it works, shown to the operator: lines on stdout as they come, as fast as stdout takes them;
 * how far it is on stderr, as a bar on a terminal, else as a line a minute, for what collects stderr keeps every line.
 */
import type { Writable } from "node:stream";
import { type Clock, MINUTE, SECOND } from "../host/clock.ts";
import type { Report } from "./command.ts";

export type TerminalStreams = {
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
};

export interface TerminalReport extends Report {
  /** Takes the bar away: whatever else is shown comes behind. */
  clear(): void;
}

const REDRAW_MS = SECOND / 10;
const BAR_SIGNS = 24;
const DEFAULT_COLUMNS = 80;
/** To the line's start, and nothing behind it. */
const CLEAR = "\r\u001B[K";

/** `signal`: aborted when the operator wants no more. */
export function reportTo({ stdout, stderr }: TerminalStreams, clock: Clock, signal: AbortSignal): TerminalReport {
  const isTerminal = stderr.isTTY === true;
  let isDrawn = false;
  let lastStep = "";
  let lastAt = isTerminal ? Number.NEGATIVE_INFINITY : clock.now();

  const clear = (): void => {
    if (isDrawn) stderr.write(CLEAR);
    isDrawn = false;
  };

  return {
    signal,
    clear,
    async line(text) {
      if (signal.aborted) return;
      clear();
      if (!stdout.write(`${text}\n`)) await drained(stdout, signal);
    },
    progress(step, done, total) {
      if (signal.aborted) return;
      const isNew = isTerminal && (step !== lastStep || done === total);
      if (!isNew && clock.now() - lastAt < (isTerminal ? REDRAW_MS : MINUTE)) return;
      lastStep = step;
      lastAt = clock.now();
      if (!isTerminal) {
        stderr.write(`altmail: ${step}: ${numbers(done, total)}\n`);
        return;
      }
      stderr.write(`${CLEAR}${bar(step, done, total).slice(0, (stderr.columns ?? DEFAULT_COLUMNS) - 1)}`);
      isDrawn = true;
    },
  };
}

function bar(step: string, done: number, total: number | undefined): string {
  if (total === undefined || total <= 0) return `${step}  ${numbers(done, total)}`;
  const full = Math.round(Math.min(1, done / total) * BAR_SIGNS);
  return `${step}  [${"#".repeat(full)}${".".repeat(BAR_SIGNS - full)}]  ${numbers(done, total)}`;
}

function numbers(done: number, total: number | undefined): string {
  if (total === undefined || total <= 0) return String(done);
  return `${done} of ${total} (${Math.floor(Math.min(1, done / total) * 100)} %)`;
}

/** Fulfils when the stream takes more, is closed, or nobody wants more. */
function drained(stream: Writable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("drain", done);
      stream.off("close", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    stream.once("drain", done);
    stream.once("close", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
