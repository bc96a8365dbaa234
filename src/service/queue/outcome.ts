/**
 * What an attempt means: for each recipient how it ends or that it waits, and what the sender is to hear of it (RFC 3461
 * section 5.2, RFC 3464). Pure but for the ids of reports, which come in.
 */
import type {
  RecipientResult,
  RemoteReply,
  Report,
  ReportedRecipient,
  WaitingRecipient,
  Work,
} from "../../store/outbound-queue.ts";
import { found } from "./findings.ts";
import type { Route } from "./route.ts";
import type { Handover } from "./transport.ts";

type Answered = Extract<Handover, { readonly kind: "answered" }>;
export type Outcome = { readonly results: readonly RecipientResult[]; readonly reports: readonly Report[] };
export type NewReportId = () => Report["id"];

/** RFC 3461 section 5.2: nobody hears of mail from the null path, nor of mail of the service itself. */
const isTold = ({ message }: Work): boolean => message.sender !== "" && message.account !== undefined;

/** What a host answered. */
export function outcomeOf(work: Work, { outcomes, dsnPassedOn, isFinal }: Answered, newId: NewReportId): Outcome {
  const results: RecipientResult[] = [];
  const told: ReportedRecipient[] = [];
  for (const [n, recipient] of work.recipients.entries()) {
    const outcome = outcomes[n];
    // A transport that says nothing of a recipient has not served it.
    if (outcome === undefined) continue;
    const { reply } = outcome;
    if (outcome.kind === "accepted") {
      const isLast = recipient.notify?.success === true && !dsnPassedOn;
      const end = isLast && isFinal !== true ? "relayed" : "delivered";
      results.push({ kind: "ended", recipient: recipient.id, end, reply });
      if (isLast) told.push(reported(recipient, end, reply));
    } else if (outcome.kind === "permanent") {
      results.push({ kind: "ended", recipient: recipient.id, end: "failed", reply });
      if (wantsFailure(recipient)) told.push(reported(recipient, "failed", reply));
    } else results.push({ kind: "waits", recipient: recipient.id, reply });
  }
  return { results, reports: reportsOf(work, told, newId) };
}

/** All recipients of the item end the same way. */
export function allFail(work: Work, reply: RemoteReply, newId: NewReportId): Outcome {
  const outcomes = work.recipients.map(() => ({ kind: "permanent", reply }) as const);
  return outcomeOf(work, { kind: "answered", outcomes, dsnPassedOn: false }, newId);
}

/** All recipients wait on. */
export function allWait(work: Work, reply: RemoteReply): Outcome {
  return { results: work.recipients.map(({ id }) => ({ kind: "waits", recipient: id, reply })), reports: [] };
}

/** The schedule is over: what was heard last is what the sender is told. */
export function expired(work: Work, newId: NewReportId): Outcome {
  const cause = work.hold === undefined ? "expired" : "held";
  const heard = (recipient: WaitingRecipient): RemoteReply => recipient.reply ?? work.destinationReply ?? EXPIRED;
  const told = work.recipients.filter(wantsFailure).map((one) => reported(one, "failed", heard(one), cause));
  return {
    results: work.recipients.map((one) => ({ kind: "ended", recipient: one.id, end: "expired", reply: heard(one) })),
    reports: reportsOf(work, told, newId),
  };
}

/** What the sender hears of an item that takes long; `undefined`: nothing. Whose account may not send knows it. */
export function delayReport(work: Work, newId: NewReportId): Report | undefined {
  if (work.hold === "account") return undefined;
  // RFC 3461 section 4.1: without NOTIFY a delay may be told.
  const wanting = work.recipients.filter(({ notify }) => notify?.delay ?? true);
  const told = wanting.map((one) => reported(one, "delayed", one.reply ?? work.destinationReply ?? NOT_YET));
  return reportsOf(work, told, newId)[0];
}

function reportsOf(work: Work, told: readonly ReportedRecipient[], newId: NewReportId): readonly Report[] {
  if (!isTold(work)) return [];
  return [...Map.groupBy(told, ({ action }) => action).values()].map((recipients) => ({ id: newId(), recipients }));
}

/** RFC 3461 section 4.1: failure is told unless something else was asked for. */
const wantsFailure = ({ notify }: WaitingRecipient): boolean => notify?.failure ?? true;

const reported = (
  { address, orcpt }: WaitingRecipient,
  action: ReportedRecipient["action"],
  reply: RemoteReply,
  cause?: ReportedRecipient["cause"],
): ReportedRecipient => ({ address, orcpt, action, reply, cause });

const ours = (enhanced: string, words: Pick<RemoteReply, "words" | "finding">): RemoteReply => ({
  host: undefined,
  code: undefined,
  enhanced,
  ...words,
  tls: undefined,
});

/** RFC 3463 section 3.5, X.4.7: delivery time expired. */
const EXPIRED: RemoteReply = ours("4.4.7", found("time-over"));
export const NOT_YET: RemoteReply = ours("4.4.0", found("not-yet"));
export const OUR_FAULT: RemoteReply = ours("4.3.0", found("our-fault"));

/** What the way to a domain says when it leads nowhere: nobody spoke, so there is no code. */
export const routeReply = ({ enhanced, sentence, finding }: Exclude<Route, { readonly kind: "hosts" }>): RemoteReply =>
  ours(enhanced, { words: sentence, ...(finding && { finding }) });
