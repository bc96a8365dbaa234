/**
 * What the queue needs of the world: a way to a domain (route.ts), and somebody who hands one message to one host. The
 * second is implemented by clients/smtp.
 */
import type { ContentSource } from "../../store/mail-store.ts";
import type { Outbound, OutboundRecipient, RemoteReply } from "../../store/outbound-queue.ts";
import type { RouteHost } from "./route.ts";

export type TransportEnvelope = Pick<Outbound, "sender" | "body" | "smtpUtf8" | "tlsWish" | "ret" | "envid"> & {
  readonly recipients: readonly Pick<OutboundRecipient, "address" | "notify" | "orcpt">[];
};

export type HandoverOutcome = {
  /** `uncertain`: all was said and no answer came. The host may have it or not: it is tried again. */
  readonly kind: "accepted" | "temporary" | "permanent" | "uncertain";
  readonly reply: RemoteReply;
};

export type Handover =
  | {
      readonly kind: "answered";
      /** In the order of the envelope's recipients. */
      readonly outcomes: readonly HandoverOutcome[];
      /** The host tells the sender of success, if that was asked for (RFC 3461 section 5.2.1). */
      readonly dsnPassedOn: boolean;
      /** The recipients' mail rests there: success means that it was delivered, not that it was handed on. */
      readonly isFinal?: true;
    }
  /** No word on the message: the next host may be tried, and later this one. */
  | { readonly kind: "unreached"; readonly reply: RemoteReply }
  /** This host cannot have the message, ever; the next may. */
  | { readonly kind: "unfit"; readonly reply: RemoteReply };

/** @throws what reading the message throws; nobody has it then. */
export type Deliver = (host: RouteHost, envelope: TransportEnvelope, message: ContentSource) => Promise<Handover>;
