/**
 * What servers say of an account that nobody pays for: to senders at RCPT (RFC 5321 section 4.2, RFC 3463 section 3.3), to
 * its holder at log-in and when sending. Senders hear that the mailbox does not take mail, never why.
 */
import type { Allowance } from "./lapse.ts";

export type Words = { readonly code: number; readonly enhanced: string; readonly text: string };

const LATER: Words = {
  code: 450,
  enhanced: "4.2.1",
  text: "This mailbox takes no mail at present; please try again later",
};
const NO: Words = { code: 550, enhanced: "5.2.1", text: "This mailbox takes no mail" };
const NOT_SENDING: Words = {
  code: 550,
  enhanced: "5.7.1",
  text: "Sending has stopped because this account is not paid for; log in to the website to see what to do",
};

/** The reply to RCPT; undefined: mail is taken. */
export function recipientReply({ receives }: Allowance): Words | undefined {
  return receives === "yes" ? undefined : receives === "later" ? LATER : NO;
}

/** The reply to MAIL of a holder's client; undefined: it may send. */
export function senderReply({ maySend }: Allowance): Words | undefined {
  return maySend ? undefined : NOT_SENDING;
}

const ALERT =
  "This account is not paid for: it can be read, but it takes and sends no mail. Log in to the website to see when it will be closed and how to keep it.";

/** RFC 9051 section 7.1: the text of an ALERT at log-in, in ASCII, for older clients read nothing else; undefined: none. */
export function logInAlert({ alert }: Allowance): string | undefined {
  return alert === undefined ? undefined : ALERT;
}
