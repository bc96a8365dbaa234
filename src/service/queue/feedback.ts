/**
 * What comes back from outside about mail of an account: bounces (RFC 3464) and complaints (RFC 5965). What matches a
 * record of delivery uses up some of what the account may send, once for what is reported again; it is still delivered to
 * the holder, and a complaint that came to the operator to the operator. A delivery report, whatever it tells, that matches
 * nothing that the account sent is backscatter: somebody forged its address, and the report belongs into Junk. Hosts that
 * return neither header nor id name the recipient at least: who was written to is not forged, and proves nothing.
 *
 * Anybody can write such reports. They count where they show what only hosts on the message's way and its recipients know,
 * the id in our own Received field or the envelope's; a Message-ID, which every answer tells, only keeps a bounce out of Junk.
 * Whether a report is signed says nothing: who forges one has a domain of his own, and hosts that return mail after they took
 * it seldom bear the names of those that took it. So its recipients can forge what they like, and all of it together slows the
 * account and silences it never: a complaint counts once a message, and a day's charges take half of the day's limit at most.
 */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { type AccountId, type DeliveryId, deliveryId } from "../../store/ids.ts";
import type { Feedback, OutboundMail } from "../../store/outbound-queue.ts";
import type { SendCounts } from "../../store/send-counts.ts";
import { readArrivedReport, type ReportSubject } from "../../syntax/message/arrived-report.ts";
import { encodeXtext } from "../../syntax/smtp/xtext.ts";
import { countsSince, minuteOf, type SendLimits } from "../submission/send-limits.ts";

/**
 * What a report costs of a day's limit, as recipients that were not written to before: who writes to addresses that do not
 * exist, or to people who complain, sends what robbed accounts send. A holder has a few bounces a month and no complaint.
 */
const CHARGES: Readonly<Record<Feedback, number>> = Object.freeze({ bounce: 5, complaint: 25 });
/** Of a day's limit what a day's reports may take together. */
const MOST_OF_LIMIT = 1 / 2;

export type FeedbackServices = {
  readonly queue: Pick<OutboundMail, "noteFeedback" | "submitterOf">;
  readonly counts: Pick<SendCounts, "charge">;
  /** @throws StoreError */
  readonly limitsOf: (account: AccountId) => Promise<Pick<SendLimits, "firstsADay">>;
  /** Stands in our Received fields. */
  readonly hostName: string;
  /** Who reads what comes to postmaster and abuse. @throws StoreError */
  readonly operator: () => Promise<AccountId | undefined>;
  readonly clock: Clock;
  readonly log: Log;
};

export type FeedbackVerdict =
  /** No report, or none that says anything bad. */
  | "none"
  /** About something that the account sent, or that another one did and the operator hears of. */
  | "ours"
  /** A bounce of mail that the account did not send, or not in the last ten days. */
  | "backscatter";

/** @param message from its start; of a large one the first 256 KiB are enough. @throws StoreError */
export async function noteArrived(
  services: FeedbackServices,
  account: AccountId,
  message: Uint8Array,
): Promise<FeedbackVerdict> {
  const report = readArrivedReport(message);
  if (report.kind === "none") return "none";
  const feedback = feedbackOf(report);
  if (report.kind === "feedback" && feedback === undefined) return "none";
  const { queue, log, hostName } = services;
  const { isReturned, messageId, envid } = report.about;
  const delivery = deliveryOf(report.about, hostName);
  const isMarked = delivery !== undefined || messageId !== undefined || envid !== undefined;
  // A header that shows nothing of ours is of something else, whomever it went to.
  const recipients = isReturned && !isMarked ? [] : report.about.recipients;
  const about = { delivery, messageId, envid: envid && encodeXtext(envid), recipients };
  const sender = feedback === "complaint" ? await complainedOf(services, account, delivery) : account;
  const noted = await queue.noteFeedback(sender, about, feedback);
  if (noted === "unknown") return report.kind === "status" ? "backscatter" : "none";
  if (noted === "named" || feedback === undefined) return "ours";
  log("queue.feedback", { account: sender, feedback });
  if (noted === "noted") await charge(services, sender, feedback);
  return "ours";
}

async function charge(
  { counts, limitsOf, clock }: FeedbackServices,
  account: AccountId,
  feedback: Feedback,
): Promise<void> {
  const { firstsADay } = await limitsOf(account);
  const now = clock.now();
  const at = { minute: minuteOf(now), since: countsSince(now) };
  await counts.charge(account, at, CHARGES[feedback], Math.floor(firstsADay * MOST_OF_LIMIT));
}

/** Feedback loops write to the operator whoever sent what they report. What comes to anybody else is about his own mail. */
async function complainedOf(
  { queue, operator }: FeedbackServices,
  account: AccountId,
  delivery: DeliveryId | undefined,
): Promise<AccountId> {
  if (delivery === undefined || (await operator()) !== account) return account;
  return (await queue.submitterOf(delivery)) ?? account;
}

/**
 * The id under which we took the message. Below the last field of ours may stand what the sender put there, to lay the blame
 * on somebody else.
 */
function deliveryOf({ submissions }: ReportSubject, hostName: string): DeliveryId | undefined {
  const id = submissions.find(({ host }) => host === hostName)?.id;
  return id !== undefined && /^[0-9a-f]{32}$/.test(id) ? deliveryId(id) : undefined;
}

function feedbackOf(
  report: Exclude<ReturnType<typeof readArrivedReport>, { readonly kind: "none" }>,
): Feedback | undefined {
  if (report.kind === "feedback") return report.isSpam ? "complaint" : undefined;
  return report.action === "failed" ? "bounce" : undefined;
}
