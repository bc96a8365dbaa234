/**
 * Reads the sealed log, a frame at a time: a day is never in memory. It opens what still has its key and its time, so a
 * day that ends while it is read stops there. What a line tells of a person is shown only to who went through the gate
 * (promise A7); that is the caller's to see to.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { type Clock, DAY, pauseOrAbort, SECOND } from "../../host/clock.ts";
import { dayOf, deathOf, isLiving, startOfDay } from "../../host/log/log-day.ts";
import { readFrames } from "../../host/log/segment.ts";
import { filterOf, type LogFilter } from "./log-filter.ts";
import { type LogEntry, onlyPublic, parseEntry } from "./log-entry.ts";

export type LogSearch = {
  readonly filter: LogFilter;
  /** `public`: fields that may be shown anywhere, and no filter by others. */
  readonly detail: "public" | "all";
  /** Goes on with what is written from now on, until the signal aborts. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
};

export type LogDay = {
  /** YYYY-MM-DD in UTC. */
  readonly day: string;
  readonly bytes: number;
  /** When it is destroyed at the latest, epoch milliseconds. */
  readonly endsAt: number;
};

export interface LogReader {
  /** Days that have a segment and may be read, oldest first. */
  days(): Promise<readonly string[]>;
  /** The lines of a day as they rest: JSON. None when it has no segment, or none that opens. */
  lines(day: string): AsyncIterable<string>;
  overview(): Promise<readonly LogDay[]>;
  /** Entries in the order in which they were written. What is written appears within a second. */
  search(search: LogSearch): AsyncIterable<LogEntry>;
}

export type LogReaderOptions = {
  /** Holds one file a day: YYYY-MM-DD.seg. */
  readonly folder: string;
  /** The key of a day; `undefined` when it was destroyed or never made. */
  readonly dayKey: (day: string) => Uint8Array | undefined;
  readonly clock: Clock;
  /** Days of the calendar (UTC) that are kept, today among them. */
  readonly days: number;
};

/** How often it looks for what was written since. */
const LOOK_MS = SECOND / 2;
/** Lines that are looked at in one turn of the event loop. */
const LINES_A_TURN = 200;
const SUFFIX = ".seg";

export function createLogReader(options: LogReaderOptions): LogReader {
  const { folder, clock } = options;

  const days = async (): Promise<readonly string[]> => {
    const names = await readdir(folder).catch(orWhenMissing([]));
    return names
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
      .filter((day) => isLiving(day, clock, options.days))
      .toSorted();
  };

  return {
    days,
    lines: (day) => linesFrom(options, day, new Map()),
    async overview() {
      const living = await days();
      return Promise.all(
        living.map(async (day) => {
          const { size } = await stat(join(folder, `${day}${SUFFIX}`)).catch(orWhenMissing({ size: 0 }));
          return { day, bytes: size, endsAt: deathOf(startOfDay(day) ?? 0, options.days) };
        }),
      );
    },
    search: (search) => searchIn(options, days, search),
  };
}

async function* searchIn(
  options: LogReaderOptions,
  days: LogReader["days"],
  { filter, detail, follow, signal }: LogSearch,
): AsyncGenerator<LogEntry> {
  if (detail === "public" && (filter.account ?? filter.client ?? filter.session) !== undefined)
    throw new RangeError("a search for a person is none of public fields");
  const { clock } = options;
  const matches = filterOf(filter);
  const ends = new Map<string, number>();
  let count = 0;

  async function* entriesOf(day: string): AsyncGenerator<LogEntry> {
    for await (const line of linesFrom(options, day, ends)) {
      if (signal.aborted) return;
      count += 1;
      if (count % LINES_A_TURN === 0) await turn();
      if (!matches.line(line)) continue;
      const entry = parseEntry(line);
      if (entry !== undefined && matches.entry(entry)) yield detail === "all" ? entry : onlyPublic(entry);
    }
  }

  const isWanted = (day: string): boolean => {
    const start = startOfDay(day) ?? 0;
    return start < (filter.until ?? Number.POSITIVE_INFINITY) && start + DAY > (filter.since ?? 0);
  };
  for (const day of await days()) if (isWanted(day)) yield* entriesOf(day);
  if (!follow) return;
  while (!signal.aborted && clock.now() < (filter.until ?? Number.POSITIVE_INFINITY)) {
    await pauseOrAbort(clock, LOOK_MS, signal);
    // Lines of yesterday may come for a moment after midnight.
    for (const day of [dayOf(clock.now() - DAY), dayOf(clock.now())]) if (isWanted(day)) yield* entriesOf(day);
  }
}

/** The lines of a day behind those that were read before; `ends` keeps how far that was. */
async function* linesFrom(
  { folder, dayKey, clock, days }: LogReaderOptions,
  day: string,
  ends: Map<string, number>,
): AsyncGenerator<string> {
  const key = isLiving(day, clock, days) ? dayKey(day) : undefined;
  if (key === undefined) return;
  try {
    for await (const { lines, end } of readFrames(join(folder, `${day}${SUFFIX}`), key, ends.get(day) ?? 0)) {
      if (!isLiving(day, clock, days)) return;
      ends.set(day, end);
      yield* lines;
    }
  } catch (error) {
    orWhenMissing(undefined)(error);
  }
}

/** A day ends whenever its time is over: what was listed may be gone when it is opened. */
const orWhenMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return value;
    throw error;
  };
