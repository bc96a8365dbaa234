/**
 * Makes the figures of one day from the lines of its log: a reducer whose memory depends on the closed sets of labels,
 * not on how much happened, but for one name an account that was active. Pure but for its turns of the event loop.
 */
import { setImmediate as turn } from "node:timers/promises";
import { DAY, HOUR } from "../../host/clock.ts";
import { within } from "../../host/metrics/closed-sets.ts";
import type { Figure } from "../../store/figures.ts";
import { type Crowd, emptyCrowd, join, rounded, type RuleLimits, ruleLimits } from "./crowd.ts";
import { type Line, type Measure, measures } from "./measures.ts";
import { release } from "./rule.ts";

export type RolledUp = { readonly figures: readonly Figure[]; readonly lines: number };

/** Lines between two turns of the event loop, some milliseconds apart. */
const AT_ONCE = 1000;
/** How every line begins (host/log/line.ts): so most that count for nothing are not parsed. */
const NAME = /^\{"at":\d+,"event":"([^"]+)"/;

/** @throws AbortError when `signal` aborts; nothing is kept then. */
export async function rollUp(
  day: string,
  lines: AsyncIterable<string>,
  signal: AbortSignal,
  table: readonly Measure[] = measures,
  limits: RuleLimits = ruleLimits,
): Promise<RolledUp> {
  const start = Date.parse(`${day}T00:00:00Z`);
  const sums = table.map((measure) => (measure.what === "people" ? people(measure, limits) : cells(measure, limits)));
  const byEvent = Map.groupBy(
    sums.flatMap((sum) => sum.measure.sources.map((source) => ({ sum, source }))),
    ({ source }) => source.event,
  );
  let count = 0;
  for await (const text of lines) {
    count += 1;
    if (count % AT_ONCE === 0) {
      signal.throwIfAborted();
      await turn();
    }
    const takers = byEvent.get(NAME.exec(text)?.[1] ?? "");
    const line = takers === undefined ? undefined : parsed(text);
    if (takers === undefined || line === undefined) continue;
    const sinceStart = Number(line["at"]) - start;
    // Clocks are set back now and then: a line may bear a time just outside the day of its segment.
    const hour = Math.floor(Math.min(Math.max(sinceStart, 0), DAY - 1) / HOUR);
    for (const { sum, source } of takers) {
      const who = line[sum.measure.who];
      if (typeof who === "string" || typeof who === "number")
        if (source.counts?.(line) !== false) sum.take(line, hour, String(who));
    }
  }
  signal.throwIfAborted();
  return { figures: sums.flatMap((sum) => sum.release()), lines: count };
}

type Sum = {
  readonly measure: Measure;
  readonly take: (line: Line, hour: number, who: string) => void;
  readonly release: () => readonly Figure[];
};

function people(measure: Measure, limits: RuleLimits): Sum {
  const seen = new Set<string>();
  return {
    measure,
    take: (_line, _hour, who) => void seen.add(who),
    release: () =>
      seen.size < limits.people
        ? []
        : [
            {
              measure: measure.name,
              hour: 0,
              hours: 24,
              labels: {},
              count: rounded(seen.size, limits),
              sum: undefined,
            },
          ],
  };
}

function cells(measure: Measure, limits: RuleLimits): Sum {
  const labels = measure.labels.map(({ name, values, of }) => ({ name, of, set: new Set(values) }));
  const found = new Map<string, { readonly hour: number; readonly values: readonly string[]; readonly crowd: Crowd }>();
  return {
    measure,
    take(line, hour, who) {
      const values = labels.map(({ of, set }) => within(set, of(line)));
      const key = `${hour} ${values.join("\t")}`;
      let cell = found.get(key);
      if (cell === undefined) {
        cell = { hour, values, crowd: emptyCrowd() };
        found.set(key, cell);
      }
      const amount = measure.amount === undefined ? 0 : line[measure.amount.field];
      join(cell.crowd, who, typeof amount === "number" ? amount : 0, limits);
    },
    release: () =>
      release(
        { measure: measure.name, labels: labels.map(({ name }) => name), unit: measure.amount?.unit },
        [...found.values()],
        limits,
      ),
  };
}

/** A line that is damaged counts for nothing. */
function parsed(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Line) : undefined;
  } catch {
    return undefined;
  }
}
