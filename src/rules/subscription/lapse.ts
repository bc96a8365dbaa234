/**
 * The course of an account whose money stops coming (promise M2): warned, then without sending, then reading alone, then
 * closed. Each stage begins only when its holder was told so long before; a service that stood still, or hears late from
 * Stripe, moves all dates back and takes nothing unannounced.
 */
import type { SubscriptionLengths } from "./lengths.ts";
import type { Standing } from "./standing.ts";

export type Stage = "open" | "not-sending" | "reading-only" | "closing";

/** Where an account stands. Times are epoch milliseconds. */
export type Lapse = {
  readonly stage: Stage;
  readonly since: number;
  /** When its holder was told of the next stage; undefined: not yet. */
  readonly warnedAt: number | undefined;
};

/** Where a contract leads. */
export type Course =
  | { readonly kind: "good" }
  /** Nothing is paid for what comes after `from`, which may lie ahead. */
  | { readonly kind: "lapsing"; readonly from: number }
  /** A bank decides: no sending until then, and the rest stays. */
  | { readonly kind: "held" }
  /** Given up within the days of withdrawal: its money goes back at once, its mail can be fetched. */
  | { readonly kind: "withdrawn" };

export type LapseStep =
  | { readonly kind: "stay" }
  /** Tell the holder that `stage` begins at `at`. */
  | { readonly kind: "warn"; readonly stage: Stage; readonly at: number }
  | { readonly kind: "enter"; readonly stage: Stage }
  /** Money came: everything is as it was. */
  | { readonly kind: "restore" };

/** @param since when this standing was first seen */
export function courseOf(standing: Standing, since: number, isWithdrawn: boolean): Course {
  if (isWithdrawn) return { kind: "withdrawn" };
  switch (standing.kind) {
    case "paid":
      return { kind: "good" };
    case "ending":
    case "unpaid":
    case "ended":
      return { kind: "lapsing", from: standing.until };
    case "disputed":
      return { kind: "held" };
    case "refunded":
    case "waiting":
    case "void":
      return { kind: "lapsing", from: since };
  }
}

const NEXT = { open: "not-sending", "not-sending": "reading-only", "reading-only": "closing" } as const;

/** What is due now; one step at a time, to be asked again after it was done. */
export function lapseStep(course: Course, lapse: Lapse, now: number, lengths: SubscriptionLengths): LapseStep {
  const { stage, warnedAt } = lapse;
  // Who is being closed is not called back: the holder may be gone already.
  if (stage === "closing") return { kind: "stay" };
  if (course.kind === "good")
    return stage === "open" && warnedAt === undefined ? { kind: "stay" } : { kind: "restore" };
  if (course.kind === "held") return stage === "open" ? { kind: "enter", stage: "not-sending" } : { kind: "stay" };
  if (course.kind === "withdrawn" && stage !== "reading-only") return { kind: "enter", stage: "reading-only" };
  const due = dueAt(course, lapse, lengths);
  const next = NEXT[stage];
  if (warnedAt === undefined) {
    return now < due - lengths.noticeMs
      ? { kind: "stay" }
      : { kind: "warn", stage: next, at: Math.max(due, now + lengths.noticeMs) };
  }
  return now < Math.max(due, warnedAt + lengths.noticeMs) ? { kind: "stay" } : { kind: "enter", stage: next };
}

/** When the next stage begins at the earliest, were its holder told in time. */
export function dueAt(course: Course, { stage, since }: Lapse, lengths: SubscriptionLengths): number {
  if (stage === "not-sending") return since + lengths.notSendingMs;
  if (stage === "reading-only") return since + lengths.readingOnlyMs;
  return course.kind === "lapsing" ? course.from : since;
}

/** What an account may do. */
export type Allowance = {
  readonly mayLogIn: boolean;
  readonly maySend: boolean;
  /** `later`: senders are asked to try again; `no`: mail goes back to them. */
  readonly receives: "yes" | "later" | "no";
  /** The stage that its holder must hear of when logging in. */
  readonly alert: "reading-only" | undefined;
};

export function allowanceOf({ stage, since }: Lapse, now: number, lengths: SubscriptionLengths): Allowance {
  switch (stage) {
    case "open":
      return { mayLogIn: true, maySend: true, receives: "yes", alert: undefined };
    case "not-sending":
      return { mayLogIn: true, maySend: false, receives: "yes", alert: undefined };
    case "reading-only":
      return {
        mayLogIn: true,
        maySend: false,
        receives: now < since + lengths.laterMs ? "later" : "no",
        alert: "reading-only",
      };
    case "closing":
      return { mayLogIn: false, maySend: false, receives: "no", alert: undefined };
  }
}

/** What will happen when, as far as it is known, soonest first: for whoever asks, and for every notice. */
export function datesAhead(
  course: Course,
  lapse: Lapse,
  now: number,
  lengths: SubscriptionLengths,
): readonly { readonly stage: Stage; readonly at: number }[] {
  if (course.kind === "good" || course.kind === "held" || lapse.stage === "closing") return [];
  const dates: { readonly stage: Stage; readonly at: number }[] = [];
  const told = lapse.warnedAt === undefined ? now : lapse.warnedAt;
  let at = Math.max(dueAt(course, lapse, lengths), told + lengths.noticeMs);
  for (let stage: Stage = NEXT[lapse.stage]; ; stage = NEXT[stage]) {
    dates.push({ stage, at });
    if (stage === "closing") return dates;
    at += stage === "not-sending" ? lengths.notSendingMs : lengths.readingOnlyMs;
  }
}
