/**
 * The envelope under which a submitted message leaves: what the client asked for, less what would tell other hosts of the
 * client or, where an alias writes, of the primary address (promise A6).
 */
import type { Identity } from "../../rules/identity/identity.ts";
import type { EditedHeader } from "../../rules/identity/outgoing-header.ts";
import { traceOfAddress, traceOfClient } from "../../rules/identity/traces.ts";
import type { Outbound, OutboundRecipient } from "../../store/outbound-queue.ts";
import { canonicalAddress } from "../../syntax/smtp/address.ts";
import { decodeXtext } from "../../syntax/smtp/xtext.ts";
import { addressText, unicodeLabel } from "./address-forms.ts";
import type { SubmissionEnvelope, Submitter } from "./submission.ts";
import { tlsWishOf } from "./tls-wish.ts";

/** A message that is ready to leave, and who sends it. */
export type Leaving = {
  readonly edited: EditedHeader;
  readonly identity: Identity;
  readonly submitter: Submitter;
  readonly envelope: SubmissionEnvelope;
};

type LeavingEnvelope = Pick<Outbound, "sender" | "tlsWish" | "ret" | "envid"> & {
  readonly recipients: readonly OutboundRecipient[];
};

/** Makes it for these recipients. */
export function leavingEnvelope(leaving: Leaving, recipients: readonly OutboundRecipient[]): LeavingEnvelope {
  const { envelope, edited } = leaving;
  const { requireTls, ret, envid } = envelope.parameters;
  return {
    sender: senderOf(leaving),
    tlsWish: tlsWishOf(requireTls, edited.fields),
    ret,
    envid: untold(leaving, envid),
    recipients: recipients.map((recipient) => ({ ...recipient, orcpt: untold(leaving, recipient.orcpt) })),
  };
}

/** Under an alias, bounces go to the alias: the envelope is seen by the recipient. */
function senderOf({ edited: { pseudonymous, authors }, identity, envelope: { sender } }: Leaving): string {
  const isPrimary = pseudonymous && sender !== undefined && isTraceOf(identity, canonicalAddress(sender));
  return isPrimary ? authors.addresses[0] : addressText(sender);
}

/** A parameter that goes on to other hosts, unless it tells of the client, or of who is behind an alias. */
function untold({ edited, identity, submitter }: Leaving, xtext: string | undefined): string | undefined {
  if (xtext === undefined) return undefined;
  const { pseudonymous, domain } = edited;
  const text = decodeXtext(xtext) ?? xtext;
  if (traceOfClient(submitter.client, submitter.helo, [domain])(text)) return undefined;
  return pseudonymous && isTraceOf(identity, text) ? undefined : xtext;
}

const isTraceOf = ({ primary }: Identity, text: string): boolean => traceOfAddress(primary, unicodeLabel)(text);
