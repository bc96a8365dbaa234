/**
 * Takes an account along the course of its subscription: every step is told first and then made durable, with the same
 * occasion each time, so that a stop between the two tells nobody twice. What came of it is read again before each step.
 */
import { courseOf, type Course, datesAhead, type Lapse, lapseStep } from "../../rules/subscription/lapse.ts";
import type { Standing } from "../../rules/subscription/standing.ts";
import type { Subscription } from "../../store/billing.ts";
import type { AccountId } from "../../store/ids.ts";
import type { BillingNotice, BillingParts } from "./parts.ts";

/** Of one pass: more than there are stages and warnings. */
const MOST_STEPS = 8;

/** What the record says, in the words of the rules. */
export function standingIn({ standing, until, standingSince }: Subscription): Standing {
  switch (standing) {
    case "paid":
    case "ending":
    case "unpaid":
    case "ended":
      return { kind: standing, until: until ?? standingSince };
    case "waiting":
    case "void":
    case "disputed":
    case "refunded":
      return { kind: standing };
  }
}

export function courseIn(row: Subscription): Course {
  return courseOf(standingIn(row), row.standingSince, row.withdrawnAt !== undefined);
}

export const lapseIn = ({ stage, stageSince, warnedAt }: Subscription): Lapse => ({
  stage,
  since: stageSince,
  warnedAt,
});

/** Does all steps that are due. @throws StoreError */
export async function followCourse(parts: BillingParts, account: AccountId): Promise<void> {
  for (let step = 0; step < MOST_STEPS; step++) {
    const row = await parts.store.byAccount(account);
    if (row === undefined) return;
    if (row.stage === "closing") return parts.accounts.close(account);
    if ((await oneStep(parts, row)) === "stay") return;
  }
}

async function oneStep(parts: BillingParts, row: Subscription): Promise<"stay" | "done"> {
  const { store, tell, clock, log, lengths } = parts;
  const now = clock.now();
  const { account } = row;
  const course = courseIn(row);
  const step = lapseStep(course, lapseIn(row), now, lengths);
  if (step.kind === "stay") return "stay";
  const next = changed(row, step, now);
  const notice = noticeOf(row, course, step, now, datesAhead(course, lapseIn(next), now, lengths));
  const stage = step.kind === "restore" ? "open" : step.stage;
  await tell.holder(account, notice, `${row.reference}-${step.kind}-${stage}-${row.stageSince}`);
  if (await store.update(next)) log("billing.stage", { account, stage, warned: step.kind === "warn" });
  return "done";
}

type Step = Exclude<ReturnType<typeof lapseStep>, { readonly kind: "stay" }>;

function changed(row: Subscription, step: Step, now: number): Subscription {
  switch (step.kind) {
    case "warn":
      return { ...row, warnedAt: now };
    case "enter":
      return { ...row, stage: step.stage, stageSince: now, warnedAt: undefined };
    case "restore":
      return { ...row, stage: "open", stageSince: now, warnedAt: undefined };
  }
}

function noticeOf(
  row: Subscription,
  course: Course,
  step: Step,
  now: number,
  ahead: ReturnType<typeof datesAhead>,
): BillingNotice {
  if (step.kind === "restore") return { kind: "paid-again", at: now, until: row.until };
  if (step.kind === "warn") {
    const { standing } = row;
    const why = standing === "ending" || standing === "unpaid" || standing === "refunded" ? standing : "ended";
    return { kind: "stage-ahead", stage: step.stage, at: step.at, why, ahead };
  }
  if (course.kind === "held") return { kind: "disputed", at: now };
  if (course.kind === "withdrawn" && step.stage === "reading-only")
    return { kind: "withdrawn", at: row.withdrawnAt ?? now, ahead };
  return { kind: "stage-begun", stage: step.stage, at: now, ahead };
}
