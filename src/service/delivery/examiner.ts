/**
 * Looks at arriving mail before it is stored: the interface between a reception, which keeps the rule of the 250, and
 * whoever finds out where a message comes from and what it carries. It decides once a message, after its last octet and
 * before anything is stored: what is refused, or asked to come again, leaves nothing behind.
 */
import type { HeaderField } from "../../syntax/message/header-fields.ts";
import type { AccountId, DeliveryId } from "../../store/ids.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { Envelope, Recipient, Reply } from "./inbound.ts";

/** A field of a header: lower case name, unfolded value of an octet a character. */
export type Field = { readonly name: string; readonly value: string };

/** A message that came whole. */
export type Letter = {
  readonly envelope: Envelope;
  readonly id: DeliveryId;
  /** When it began to come, in epoch milliseconds. */
  readonly time: number;
  /** The fields that we put before it: Return-Path and Received. */
  readonly trace: Uint8Array;
  /** The trace, and behind it the octets as they came. They do not change as long as anybody holds them. */
  readonly content: ContentSource;
  /** Of the header that came; the trace is not among them. Offsets count from its start. */
  readonly fields: readonly HeaderField[];
  /** The header that came, with its empty line if it had one; the body follows in `content`. */
  readonly header: Uint8Array;
  /** As the parser folded it for search. */
  readonly text: { readonly subject: string; readonly from: string; readonly text: string };
};

/** What becomes of a message for one account. */
export type Placing = {
  readonly account: AccountId;
  readonly into: "INBOX" | "\\Junk";
  /** The field that says why, with its line end; it stands above all other fields but Return-Path. */
  readonly field: Uint8Array;
};

export type Examination =
  /** One reply for all recipients; nothing is stored. */
  | { readonly kind: "refused"; readonly reply: Reply }
  | {
      readonly kind: "taken";
      /** Fields of ours, the same for all, with their line ends; to stand below Return-Path and above all others. */
      readonly fields: Uint8Array;
      /** Tells whether a field that came claims to be one of ours, and is to be left out. */
      isForged(field: Field): boolean;
      /** One for each account among the recipients. */
      readonly each: readonly Placing[];
      /** False where nothing speaks for the sender of the envelope: it is told nothing, for somebody else may bear its name. */
      readonly isSenderVerified: boolean;
      /** To be called once the message was taken for good. Returns at once, and what it begins concerns no mail. */
      accepted(): void;
    };

export interface Examiner {
  /** A message begins to come: what its envelope alone asks is asked meanwhile. It may never come whole. */
  begin(envelope: Envelope): Examining;
}

export interface Examining {
  /** Once, when the message is whole. Never rejects, and fulfils within the deadlines of what it asks. */
  examine(letter: Letter, recipients: readonly Recipient[]): Promise<Examination>;
}
