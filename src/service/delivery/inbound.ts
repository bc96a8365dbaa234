/**
 * Takes mail from outside: the interface between the SMTP server and what becomes of a message. The session speaks the
 * protocol and knows nothing of stores; this side decides and says what to reply.
 */
import type { MailParameters, RcptParameters } from "../../syntax/smtp/parameters.ts";

/** What to tell the peer: RFC 5321 code, RFC 3463 enhanced code, one clear sentence in ASCII. */
export type Reply = { readonly code: number; readonly enhanced: string; readonly text: string };

export type Envelope = {
  /** The peer's address, EHLO name and TLS level: for the Received field and the log. */
  readonly peerAddress: string;
  readonly helo: string;
  readonly protocol: "SMTP" | "ESMTP" | "ESMTPS" | "UTF8SMTP" | "UTF8SMTPS";
  readonly tls: string | undefined;
  /** `<>` is the empty string. */
  readonly sender: string;
  readonly session: string;
  /** REQUIRETLS (RFC 8689) was said of the message; absent: it was not. */
  readonly requireTls?: boolean;
  /** What the peer wants to be told of the message and, in the order of the recipients, of each of them (RFC 3461). */
  readonly ret: MailParameters["ret"];
  readonly envid: MailParameters["envid"];
  readonly notices: readonly RcptParameters[];
};

export interface Inbound {
  /** Decides at RCPT about one recipient. `size` is what SIZE declared. Refusals are values of the result. */
  recipient(address: string, size: number | undefined, already: readonly Recipient[]): Promise<Recipient | Reply>;
  /** Opens the way for one message to `recipients` (at least one). */
  receive(envelope: Envelope, recipients: readonly Recipient[]): Reception;
}

/** A recipient that was taken. Opaque to the session. */
export type Recipient = { readonly address: string; readonly account: string };

/** One message coming in. Memory is bounded: what is large goes to the sealed spool. */
export interface Reception extends AsyncDisposable {
  /**
   * Takes the next octets, dots already undone. A returned promise is to be awaited before the next write; it never
   * rejects: what went wrong is what `finish` replies.
   */
  write(octets: Uint8Array): Promise<void> | undefined;
  /** The message is whole: decides, stores durably, and says what to reply. */
  finish(): Promise<Reply>;
  /** The peer has read the reply: its next command came. */
  acknowledged(): void;
}
