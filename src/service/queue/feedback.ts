/**
 * What comes back from outside about mail of an account: bounces (RFC 3464) and complaints (RFC 5965). What matches a
 * record of delivery is counted, for the limits; it is still delivered to the holder. A bounce that matches nothing that
 * the account sent is backscatter: somebody forged its address, and the report belongs into Junk.
 */
import type { Log } from "../../host/events/events.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Feedback, OutboundMail } from "../../store/outbound-queue.ts";
import { readArrivedReport } from "../../syntax/message/arrived-report.ts";

export type FeedbackVerdict =
  /** No report, or none that says anything bad. */
  | "none"
  /** About something that the account sent. */
  | "ours"
  /** A bounce of mail that the account did not send, or not in the last ten days. */
  | "backscatter";

/** @param message from its start; of a large one the first 256 KiB are enough. @throws StoreError */
export async function noteArrived(
  { queue, log }: { readonly queue: OutboundMail; readonly log: Log },
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
  return "ours";
}

function feedbackOf(
  report: Exclude<ReturnType<typeof readArrivedReport>, { readonly kind: "none" }>,
): Feedback | undefined {
  if (report.kind === "feedback") return report.isSpam ? "complaint" : undefined;
  return report.action === "failed" ? "bounce" : undefined;
}
