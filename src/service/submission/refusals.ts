/**
 * Every reply that submission gives for a reason of its own, in one place: RFC 6409 sections 4 and 6 for the code, RFC 3463
 * section 3 for the enhanced one. A failure of ours is always 4xx: the client keeps the message and tries again.
 */
import type { Log } from "../../host/events/events.ts";
import { SpoolError } from "../../host/spool/spool-error.ts";
import type { HeaderRefusal } from "../../rules/identity/authors.ts";
import { allowedLines, type Identity } from "../../rules/identity/identity.ts";
import type { AccountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import type { LimitName, SendLimits } from "./send-limits.ts";
import { type SubmissionReply, submissionReply } from "./submission.ts";

export const senderOk: SubmissionReply = submissionReply(250, "2.1.0", "Sender ok");
export const recipientOk: SubmissionReply = submissionReply(250, "2.1.5", "Recipient ok");
export const tryAgain: SubmissionReply = submissionReply(
  451,
  "4.3.0",
  "The message cannot be taken just now; try again later",
);
export const diskFull: SubmissionReply = submissionReply(
  452,
  "4.3.1",
  "There is no room for the message just now; try again later",
);
export const paused: SubmissionReply = submissionReply(
  450,
  "4.7.1",
  "Sending is paused for this account; a notice in your INBOX says why and what to do",
);
export const closed: SubmissionReply = submissionReply(550, "5.7.1", "This account may not send mail");
export const nullPath: SubmissionReply = submissionReply(
  550,
  "5.7.1",
  "Only a disposition notification (RFC 8098) is sent with the null sender <>",
);
export const headerTooLarge: SubmissionReply = submissionReply(552, "5.3.4", "The header of the message is too large");
export const headerBeyondAscii: SubmissionReply = submissionReply(
  550,
  "5.6.7",
  "The header holds letters beyond ASCII: they need encoded words, or UTF-8 and the parameter SMTPUTF8 of MAIL",
);
export const unreadableNotification: SubmissionReply = submissionReply(
  550,
  "5.6.0",
  "The disposition notification (RFC 8098) is encoded, and it may tell of you what is not to leave; send its part as 7bit or 8bit",
);
export const tooManyHops: SubmissionReply = submissionReply(
  554,
  "5.4.6",
  "The message has passed too many hosts: it runs in a loop",
);

/** The message is in the queue. @param id of it, for whoever asks what became of the message. */
export const queued = (id: string): SubmissionReply => submissionReply(250, "2.0.0", `Queued as ${id}`);

/** RFC 6409 section 6.1. */
export function notYours(identity: Identity): SubmissionReply {
  return {
    code: 550,
    enhanced: "5.7.1",
    lines: allowedLines(identity, "The sender is not an address of your account."),
  };
}

export function ofHeader({ enhanced, lines }: HeaderRefusal): SubmissionReply {
  return { code: 550, enhanced, lines };
}

/** What a scanner said. @param reason may hold any sign */
export function scanned(why: "spam" | "virus", reason: string): SubmissionReply {
  const words = reason.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
  const text = why === "spam" ? "looks like spam to our scanner" : "holds what our scanner takes for a virus";
  return submissionReply(554, "5.7.1", `The message ${text} and was not sent: ${words}`);
}

const UNITS: Readonly<Record<LimitName, string>> = {
  messagesAMinute: "messages a minute",
  recipientsAnHour: "recipients an hour",
  recipientsADay: "recipients a day",
  firstsADay: "recipients a day that you have not written to lately (returned mail and complaints count as several)",
};

/** @param againAt epoch milliseconds; `undefined`: so many never fit at once. */
export function limited(limit: LimitName, limits: SendLimits, againAt: number | undefined): SubmissionReply {
  const words = `Your account may send to no more: its limit is ${limits[limit]} ${UNITS[limit]};`;
  const again =
    againAt === undefined ? "send to the others in another message" : `try again after ${minuteText(againAt)} UTC`;
  return submissionReply(452, limit === "messagesAMinute" ? "4.7.0" : "4.5.3", `${words} ${again}`);
}

/** `2026-06-01 12:31`, never before the time. */
function minuteText(time: number): string {
  return new Date(Math.ceil(time / 60_000) * 60_000).toISOString().slice(0, 16).replace("T", " ");
}

/** Notes a failure of ours and returns the reply to it. */
export function failed(
  log: Log,
  step: string,
  error: unknown,
  { account, session }: { readonly account: AccountId; readonly session: string },
): SubmissionReply {
  const code = error instanceof StoreError || error instanceof SpoolError ? error.code : "bug";
  log("submission.failed", { step, code, account, session });
  return code === "full" ? diskFull : tryAgain;
}
