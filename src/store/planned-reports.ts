/**
 * Which daily reports to other domains are still to be sent: one for each day and domain of which there are sums. Of a
 * place that has one only a mark is kept. Every row ends with its day, in less than three days.
 *
 * A day is named by the epoch milliseconds at which it begins, UTC.
 */

/** A report that is still to be sent somewhere. */
export type DueReport = {
  readonly day: number;
  /** The domain that it is about, in lower case and A-labels. */
  readonly destination: string;
  /** 32 hexadecimal digits: the same in all attempts, so that a repetition is known as one. */
  readonly id: string;
  readonly attempts: number;
  /** `undefined` before the first attempt. */
  readonly firstAt: number | undefined;
  /** Marks of the places that have it. */
  readonly sentTo: readonly string[];
};

export type PlannedReport = { readonly id: string; readonly dueAt: number };

/** @throws StoreError from every method, "closed" after disposal. */
export interface PlannedReports extends AsyncDisposable {
  /** Gives destinations of the days that began before `before` their report, those that have none; returns how many. */
  plan(before: number, most: number, planned: (day: number) => PlannedReport): Promise<number>;
  /** Not done and due by `now`, the earliest first. */
  due(now: number, most: number): Promise<readonly DueReport[]>;
  /** The place has the report: that is known before anything else is done. */
  noteSent(day: number, destination: string, place: string): Promise<void>;
  /** An attempt failed; the first one was at `firstAt`. */
  postpone(day: number, destination: string, firstAt: number, dueAt: number): Promise<void>;
  /** Nothing more is to be sent: erases the sums, and keeps that it is so. */
  done(day: number, destination: string): Promise<void>;
  /** Erases everything of days that began before this; returns how many rows there were. */
  forget(before: number): Promise<number>;
}
