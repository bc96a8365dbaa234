/**
 * Recipients at our own domains are known at once: who mistypes one hears it while sending, not by a report. What may pass,
 * a full mailbox above all, waits in the queue as everywhere.
 */
import type { Inbound } from "../delivery/inbound.ts";
import { submissionReply } from "./submission.ts";
import type { SubmissionServices } from "./submission-services.ts";

export function localRecipient(inbound: Pick<Inbound, "recipient">): SubmissionServices["local"] {
  return async (address) => {
    const found = await inbound.recipient(address, undefined, []);
    if (!("code" in found) || found.code < 500) return undefined;
    return submissionReply(found.code, found.enhanced, found.text);
  };
}
