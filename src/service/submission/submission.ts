/**
 * Takes mail from the holders of accounts, RFC 6409: the interface between the server on 465 and 587 and what becomes of
 * a message. The session speaks the protocol and knows who logged in; this side decides and says what to reply.
 *
 * Behind it stands `Submit`, the queue's durable commit: nothing is answered with 250 before that.
 */
import type { AccountId } from "../../store/ids.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { Outbound, OutboundRecipient } from "../../store/outbound-queue.ts";
import type { Address } from "../../syntax/smtp/address.ts";
import type { MailParameters, RcptParameters } from "../../syntax/smtp/parameters.ts";

/** What to tell the client: RFC 5321 code, RFC 3463 enhanced code, and lines of ASCII, each below 500 octets. */
export type SubmissionReply = {
  readonly code: number;
  readonly enhanced: string;
  readonly lines: readonly [string, ...string[]];
};

/** Makes a reply of one line. */
export function submissionReply(code: number, enhanced: string, line: string): SubmissionReply {
  return { code, enhanced, lines: [line] };
}

/** Who submits, and what of the client must not leave: used to take it out, and for nothing else. */
export type Submitter = {
  readonly account: AccountId;
  /** The pseudonym of the session in the log. */
  readonly session: string;
  /** The client's address and what it said with EHLO, whatever that is; one character an octet. */
  readonly client: string;
  readonly helo: string;
};

export type SubmissionEnvelope = {
  /** `undefined` for the null path. */
  readonly sender: Address | undefined;
  readonly parameters: MailParameters;
};

export interface Submission {
  /** Decides at MAIL. Refusals are values; nothing is counted yet. Never rejects. */
  mail(submitter: Submitter, envelope: SubmissionEnvelope): Promise<Draft | SubmissionReply>;
}

/** One message that is being submitted. Memory is bounded: a large body goes to the sealed spool. */
export interface Draft extends AsyncDisposable {
  /** Decides at RCPT; code 250 when the recipient was taken. `undefined`: postmaster without a domain. Never rejects. */
  recipient(address: Address | undefined, parameters: RcptParameters): Promise<SubmissionReply>;
  /**
   * Takes the next octets, dots already undone. A returned promise is to be awaited before the next write; it never
   * rejects: what went wrong is what `finish` replies.
   */
  write(octets: Uint8Array): Promise<void> | undefined;
  /** The message is whole: edits its header, lets it be scanned, signs it, commits it, and says what to reply. Never rejects. */
  finish(): Promise<SubmissionReply>;
}

/** Fulfils when the message is durable with all its recipients; the content may be gone afterwards. @throws StoreError */
export type Submit = (
  message: Omit<Outbound, "size">,
  recipients: readonly OutboundRecipient[],
  content: ContentSource,
) => Promise<void>;
