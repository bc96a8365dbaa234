/**
 * Sums without persons, kept for years (promise L4): made once from the sealed log of each day that is over, before it
 * dies, and read as a document that may be published as it is.
 */
import { type Clock, DAY, MINUTE } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { FigurePeriod, FigureRange, Figures, FigureSum } from "../../store/figures.ts";
import { rounded, type RuleLimits, ruleLimits } from "./crowd.ts";
import { measures } from "./measures.ts";
import { rollUp } from "./roll-up.ts";

/** The sealed log, as far as it is there. */
export type LoggedDays = {
  /** Days that have a segment, YYYY-MM-DD, in order. */
  readonly days: () => Promise<readonly string[]>;
  readonly lines: (day: string) => AsyncIterable<string>;
};

/** Stable: fields are added, never changed; docs/statistics.md describes it. */
export type StatisticsDocument = FigureRange & {
  readonly format: "altmail statistics 1";
  readonly by: FigurePeriod;
  readonly rule: RuleLimits;
  /** Days of the range whose figures were made. */
  readonly days: number;
  readonly measures: readonly {
    readonly name: string;
    readonly summary: string;
    /** Events of a period, or people on a day of it on average. */
    readonly what: "events" | "people";
    /** The unit of `sum`; null where nothing is summed. */
    readonly unit: string | null;
    readonly labels: readonly string[];
    readonly rows: readonly (Pick<FigureSum, "period" | "labels" | "count"> & { readonly sum: number | null })[];
  }[];
};

export interface Statistics extends AsyncDisposable {
  /**
   * Makes the figures of all days that are over and not made yet; broken off, it begins that day again. A day that
   * fails does not keep the others from being made.
   * @returns the days that were made. @throws AggregateError when some failed; what the abort of `signal` throws.
   */
  catchUp(logged: LoggedDays, signal: AbortSignal): Promise<readonly string[]>;
  /** Where an end of the range is left out: up to yesterday, and from some days, a month, a year or ten years ago. */
  document(range: Partial<FigureRange>, by: FigurePeriod): Promise<StatisticsDocument>;
  check(): ReturnType<Figures["check"]>;
}

export type StatisticsOptions = { readonly figures: Figures; readonly clock: Clock; readonly log: Log };

/** Lines of a day may be on their way for a moment after midnight. */
const LATE_MS: number = 10 * MINUTE;
/** Days that are shown where no range is given. */
const USUAL_DAYS: Readonly<Record<FigurePeriod, number>> = { hour: 2, day: 30, month: 365, year: 3650 };

export function createStatistics({ figures, clock, log }: StatisticsOptions): Statistics {
  const isOver = (day: string): boolean => clock.now() >= Date.parse(`${day}T00:00:00Z`) + DAY + LATE_MS;

  const make = async (day: string, logged: LoggedDays, signal: AbortSignal): Promise<void> => {
    const made = await rollUp(day, logged.lines(day), signal);
    // A day that died while it was read ended early: half a day must not pass for a whole one.
    if (!(await logged.days()).includes(day)) throw new Error("The log of the day was destroyed while it was read.");
    const kept = await figures.keep(day, made.figures);
    if (kept === "kept") log("statistics.made", { day, lines: made.lines, figures: made.figures.length });
  };

  const dayBefore = (days: number): string => new Date(clock.now() - days * DAY).toISOString().slice(0, 10);

  return {
    async catchUp(logged, signal) {
      const over = (await logged.days()).filter(isOver).toSorted();
      const known = new Set(await figures.days({ from: over[0] ?? "", to: over.at(-1) ?? "" }));
      const made: string[] = [];
      const failures: unknown[] = [];
      for (const day of over.filter((one) => !known.has(one))) {
        signal.throwIfAborted();
        try {
          await make(day, logged, signal);
          made.push(day);
        } catch (error) {
          signal.throwIfAborted();
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, "The figures of a day could not be made.");
      return made;
    },
    async document(asked, by) {
      const { from = dayBefore(USUAL_DAYS[by]), to = dayBefore(1) } = asked;
      const range = { from, to };
      const sums = Map.groupBy(await figures.sums(range, by), ({ measure }) => measure);
      return {
        format: "altmail statistics 1",
        ...range,
        by,
        rule: ruleLimits,
        days: (await figures.days(range)).length,
        measures: measures.map(({ name, summary, what, amount, labels }) => ({
          name,
          summary,
          what,
          unit: amount?.name ?? null,
          labels: labels.map((label) => label.name),
          rows: (sums.get(name) ?? []).map((row) => ({
            period: row.period,
            labels: row.labels,
            // Who was there on two days would count twice in a sum of people: say how many there were a day.
            count: what === "people" ? rounded(row.count / row.days) : row.count,
            sum: row.sum ?? null,
          })),
        })),
      };
    },
    check: () => figures.check(),
    [Symbol.asyncDispose]: () => figures[Symbol.asyncDispose](),
  };
}
