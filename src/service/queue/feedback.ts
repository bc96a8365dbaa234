/**
 * What comes back from outside about mail of an account: bounces (RFC 3464) and complaints (RFC 5965). What matches a
 * record of delivery uses up some of what the account may send, once for what is reported again; it is still delivered to
 * the holder. A bounce that matches nothing that the account sent is backscatter: somebody forged its address, and the
 * report belongs into Junk.
 */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Feedback, OutboundMail } from "../../store/outbound-queue.ts";
import type { SendCounts, Sending } from "../../store/send-counts.ts";
import { readArrivedReport } from "../../syntax/message/arrived-report.ts";
import { minuteOf } from "../submission/send-limits.ts";

/**
 * What a report costs of a day's limit, as recipients that were not written to before: who writes to addresses that do not
 * exist, or to people who complain, sends what robbed accounts send. A holder has a few bounces a month and no complaint.
 */
const CHARGES: Readonly<Record<Feedback, Sending>> = Object.freeze({
  bounce: { messages: 0, recipients: 0, firsts: 5 },
  complaint: { messages: 0, recipients: 0, firsts: 25 },
});

export type FeedbackServices = {
  readonly queue: OutboundMail;
  readonly counts: Pick<SendCounts, "charge">;
  readonly clock: Clock;
  readonly log: Log;
};

export type FeedbackVerdict =
  /** No report, or none that says anything bad. */
  | "none"
  /** About something that the account sent. */
  | "ours"
  /** A bounce of mail that the account did not send, or not in the last ten days. */
  | "backscatter";

/** @param message from its start; of a large one the first 256 KiB are enough. @throws StoreError */
export async function noteArrived(
  { queue, counts, clock, log }: FeedbackServices,
  account: AccountId,
  message: Uint8Array,
): Promise<FeedbackVerdict> {
  const report = readArrivedReport(message);
  if (report.kind === "none") return "none";
  const feedback = feedbackOf(report);
  if (feedback === undefined) return "none";
  const noted = await queue.noteFeedback(account, report.about, feedback);
  if (noted === "unknown") return report.kind === "status" ? "backscatter" : "none";
  log("queue.feedback", { account, feedback });
  if (noted === "noted") await counts.charge(account, minuteOf(clock.now()), CHARGES[feedback]);
  return "ours";
}

function feedbackOf(
  report: Exclude<ReturnType<typeof readArrivedReport>, { readonly kind: "none" }>,
): Feedback | undefined {
  if (report.kind === "feedback") return report.isSpam ? "complaint" : undefined;
  return report.action === "failed" ? "bounce" : undefined;
}
