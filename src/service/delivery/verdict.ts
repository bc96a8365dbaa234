/**
 * Every reply that delivery gives, in one place: RFC 5321 section 4.2.3 for the code, RFC 3463 section 3 for the
 * enhanced one. A failure of ours is always 4xx: the peer keeps the message and comes again.
 */
import { SpoolError } from "../../host/spool/spool-error.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Reply } from "./inbound.ts";

const reply = (code: number, enhanced: string, text: string): Reply => ({ code, enhanced, text });

export const notAnAddress: Reply = reply(501, "5.1.3", "The recipient is not an address");
export const relayDenied: Reply = reply(
  550,
  "5.7.1",
  "Relaying is denied: this host takes mail for its own domains only",
);
export const noSuchRecipient: Reply = reply(550, "5.1.1", "There is no such recipient here; check the address");
export const closedRecipient: Reply = reply(
  550,
  "5.2.1",
  "The recipient's account is closed and takes no mail any more",
);
export const overQuota: Reply = reply(452, "4.2.2", "The recipient's mailbox is full; try again later");
export const longFull: Reply = reply(
  552,
  "5.2.2",
  "The recipient's mailbox has been full for more than a week; reach the recipient by another way",
);
export const aboveQuota: Reply = reply(552, "5.2.3", "The message is larger than the recipient's whole mailbox");
export const tooManyHops: Reply = reply(554, "5.4.6", "The message has passed too many hosts: it runs in a loop");
export const headerTooLarge: Reply = reply(552, "5.3.4", "The header of the message is larger than 256 KiB");
export const notScanned = (what: "spam" | "viruses"): Reply =>
  reply(451, "4.7.1", `The message cannot be scanned for ${what} just now; try again later`);
export const tryAgain: Reply = reply(451, "4.3.0", "The message cannot be stored just now; try again later");
export const diskFull: Reply = reply(452, "4.3.1", "There is no room for the message just now; try again later");

/** @param id of the delivery, for whoever asks what became of the message. */
export const accepted = (id: string): Reply => reply(250, "2.0.0", `Accepted as ${id}`);

/** Names why something of ours failed: a code of StoreError or SpoolError, or `bug`. */
export function failureOf(error: unknown): string {
  return error instanceof StoreError || error instanceof SpoolError ? error.code : "bug";
}

/** The reply to a failure that `failureOf` named. */
export function replyTo(failure: string): Reply {
  return failure === "full" ? diskFull : failure === "no-account" ? closedRecipient : tryAgain;
}
