/**
 * Figures that are kept for years: sums without persons, in `figures.db`. Only what rule L4 let through comes here, and
 * the store refuses what cannot have passed it; nothing else of a day is kept.
 */

/** One number of one day: the events of a measure with these labels that no other figure of the day holds. */
export type Figure = {
  readonly measure: string;
  /** The first hour, 0 to 23, UTC. */
  readonly hour: number;
  /** How many hours: an hour, a part of the day, the day. */
  readonly hours: 1 | 6 | 24;
  readonly labels: Readonly<Record<string, string>>;
  /** Events or people; a multiple of 10, at least 10. */
  readonly count: number;
  /** In the measure's unit, a multiple of 10; `undefined` where nothing is summed, or where one person made up too much of it. */
  readonly sum: number | undefined;
};

export type FigurePeriod = "hour" | "day" | "month" | "year";

/** Figures of one period, one measure and the same labels, added up. */
export type FigureSum = Pick<Figure, "measure" | "labels" | "count" | "sum"> & {
  /**
   * `2026`, `2026-11`, `2026-11-21`; by hours `2026-11-21T09`, and `2026-11-21T06/6h` for what could only be shown for a
   * part of the day, `2026-11-21` for what could only be shown for all of it.
   */
  readonly period: string;
  /** Days of the period that have such a figure. */
  readonly days: number;
};

/** `from` and `to` are days, YYYY-MM-DD, both included. */
export type FigureRange = { readonly from: string; readonly to: string };

export interface Figures extends AsyncDisposable {
  /** Keeps the figures of a day, all or none, durably. A day that is known stays as it is. */
  keep(day: string, figures: readonly Figure[]): Promise<"kept" | "known">;
  /** The days whose figures were made, also where there was nothing to show, in order. */
  days(range: FigureRange): Promise<readonly string[]>;
  /** Ordered by period, measure and labels. */
  sums(range: FigureRange, by: FigurePeriod): Promise<readonly FigureSum[]>;
  check(): Promise<readonly { readonly rule: string; readonly detail: string }[]>;
}
