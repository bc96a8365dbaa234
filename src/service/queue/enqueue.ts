/** Puts a message into the outbound queue: parts its recipients by destination and sets its times by the schedule. */
import { type RetrySchedule, retrySchedule } from "../../rules/retry.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { Outbound, OutboundMail, OutboundRecipient } from "../../store/outbound-queue.ts";
import { lowerAscii } from "../../syntax/smtp/address.ts";
import { placeOf } from "./optional-tls.ts";

/** Durable when it fulfils; `taken`: it is on its way, `known`: this acceptance was taken before. @throws StoreError */
export function enqueue(
  queue: OutboundMail,
  message: Omit<Outbound, "size">,
  recipients: readonly Omit<OutboundRecipient, "destination">[],
  content: ContentSource,
  schedule: Pick<RetrySchedule, "lifeMs" | "delayAfterMs"> = retrySchedule,
): ReturnType<OutboundMail["add"]> {
  const { submittedAt, tlsWish } = message;
  return queue.add(
    message,
    recipients.map((recipient) => ({ ...recipient, destination: placeOf(destinationOf(recipient.address), tlsWish) })),
    { dueAt: submittedAt, deadline: submittedAt + schedule.lifeMs, delayAt: submittedAt + schedule.delayAfterMs },
    content,
  );
}

/** What stands behind the last `@`; a quoted local part may hold one too. */
export const destinationOf = (address: string): string => lowerAscii(address.slice(address.lastIndexOf("@") + 1));
