/**
 * ENVELOPE of a message's header (RFC 3501 section 7.4.2) and the folded fields that SEARCH compares.
 * In ENVELOPE texts stand as they came, unfolded; the folded ones have their RFC 2047 words decoded.
 */
import { readAddresses } from "./addresses.ts";
import type { Address } from "./addresses.ts";
import { readDate } from "./date.ts";
import { decodeWords } from "./encoded-words.ts";
import { fold } from "./fold.ts";
import type { HeaderField } from "./header-fields.ts";
import { imapNString, imapString } from "./imap-string.ts";

const MINUTE_MS = 60_000;

/** The fields of one message's header that ENVELOPE and SEARCH ask for. */
export type MessageFields = {
  readonly date: string | undefined;
  readonly subject: string | undefined;
  readonly inReplyTo: string | undefined;
  readonly messageId: string | undefined;
  readonly from: readonly Address[];
  readonly sender: readonly Address[];
  readonly replyTo: readonly Address[];
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
};

/**
 * Picks the fields of a message. Of a field that occurs twice the first counts, except To, Cc and Bcc, whose
 * addresses are put together (RFC 5322 section 4.5.3).
 */
export function readMessageFields(fields: readonly HeaderField[], maxAddresses: number): MessageFields {
  const values = new Map<string, string>();
  for (const { name, value } of fields) {
    const known = values.get(name);
    if (known === undefined) values.set(name, value);
    else if ((name === "to" || name === "cc" || name === "bcc") && known.length > 0) {
      values.set(name, `${known}, ${value}`);
    }
  }
  const addresses = (name: string): readonly Address[] => {
    const value = values.get(name);
    return value === undefined ? [] : readAddresses(value, maxAddresses);
  };
  return {
    date: values.get("date"),
    subject: values.get("subject"),
    inReplyTo: values.get("in-reply-to"),
    messageId: values.get("message-id"),
    from: addresses("from"),
    sender: addresses("sender"),
    replyTo: addresses("reply-to"),
    to: addresses("to"),
    cc: addresses("cc"),
    bcc: addresses("bcc"),
  };
}

/** Writes ENVELOPE; Sender and Reply-To are From where absent or empty. */
export function envelopeOf(fields: MessageFields): string {
  const from = imapAddresses(fields.from);
  const sender = fields.sender.length === 0 ? from : imapAddresses(fields.sender);
  const replyTo = fields.replyTo.length === 0 ? from : imapAddresses(fields.replyTo);
  const start = `${imapNString(fields.date)} ${imapNString(fields.subject)}`;
  const receivers = `${imapAddresses(fields.to)} ${imapAddresses(fields.cc)} ${imapAddresses(fields.bcc)}`;
  const ids = `${imapNString(fields.inReplyTo)} ${imapNString(fields.messageId)}`;
  return `(${start} ${from} ${sender} ${replyTo} ${receivers} ${ids})`;
}

function imapAddresses(addresses: readonly Address[]): string {
  if (addresses.length === 0) return "NIL";
  let out = "(";
  for (const address of addresses) out += imapAddress(address);
  return `${out})`;
}

/** RFC 3501 section 7.4.2: a NIL host marks the start of a group, and with a NIL mailbox its end. */
function imapAddress(address: Address): string {
  switch (address.kind) {
    case "mailbox": {
      const { name, route, local, host } = address;
      return `(${imapNString(name)} ${imapNString(route)} ${imapString(local)} ${imapString(host)})`;
    }
    case "group":
      return `(NIL NIL ${imapString(address.name)} NIL)`;
    case "group-end":
      return "(NIL NIL NIL NIL)";
  }
}

/** Folds addresses for comparison, one a line: `name <local@host>`, the bare address, or the name of a group. */
export function foldAddresses(addresses: readonly Address[]): string {
  const lines: string[] = [];
  for (const address of addresses) {
    if (address.kind === "mailbox") lines.push(fold(decodeWords(display(address))));
    else if (address.kind === "group") lines.push(fold(decodeWords(address.name)));
  }
  return lines.join("\n");
}

function display({ name, local, host }: Extract<Address, { kind: "mailbox" }>): string {
  const address = host === "" ? local : `${local}@${host}`;
  return name === undefined || name === "" ? address : `${name} <${address}>`;
}

/** Folds a Subject for comparison; empty when absent. */
export function foldSubject(fields: MessageFields): string {
  return fields.subject === undefined ? "" : fold(decodeWords(fields.subject));
}

/** The Date field as `Derived.sentDate` has it. */
export function sentDateOf(fields: MessageFields): number | undefined {
  const date = fields.date === undefined ? undefined : readDate(fields.date);
  return date && date.epochMs + date.zoneMinutes * MINUTE_MS;
}
