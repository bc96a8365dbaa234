/**
 * What is done to the header of a submitted message (RFC 6409 section 8): Date and Message-ID are added where they are
 * missing, blind copies are taken out, and nothing leaves that tells the client's address, name or software, or, when an
 * alias writes, the primary address (promise A6). The body is nobody's business here.
 *
 * What a program writes by itself is taken out silently. What a person wrote, as Reply-To, is never changed: if it names
 * the primary address, the message is refused with a word why.
 */
import { type EditedField, newField } from "../../syntax/message/header-edit.ts";
import { parameterValue, readParameterized } from "../../syntax/message/parameters.ts";
import { formatDate } from "../../syntax/smtp/trace.ts";
import { type Authors, type Canonical, type HeaderRefusal, readAuthors, refused, titled } from "./authors.ts";
import { type Identity, isPseudonymous } from "./identity.ts";
import { type Trace, traceOfAddress, traceOfClient } from "./traces.ts";

export type Editing = {
  readonly identity: Identity;
  readonly canonical: Canonical;
  /** The client's address, and its name as EHLO gave it. */
  readonly client: string;
  readonly helo: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Random, of letters and digits: the left side of a Message-ID that is made. */
  readonly freshId: string;
};

export type EditedHeader = {
  readonly kind: "edited";
  readonly fields: readonly EditedField[];
  readonly authors: Authors;
  /** Of the first author, in A-labels: who signs. */
  readonly domain: string;
  /** An alias writes: the envelope must not name the primary address either. */
  readonly pseudonymous: boolean;
  /** Without its angle brackets. */
  readonly messageId: string;
};

/** Goes, whatever it holds: blind copies, the way so far, software, and what clients note for themselves. */
const DROPPED: ReadonlySet<string> = new Set([
  "bcc",
  "resent-bcc",
  "return-path",
  "received",
  "delivered-to",
  "x-original-to",
  "user-agent",
  "x-user-agent",
  "mailer",
  "x-mailer",
  "x-newsreader",
  "x-mimeole",
  "x-operating-system",
  "x-originating-ip",
  "x-originating-host",
  "x-originating-client",
  "x-originating-email",
  "x-client-ip",
  "x-client-addr",
  "x-real-ip",
  "x-remote-ip",
  "x-remote-addr",
  "x-remote-host",
  "x-sender-ip",
  "x-source-ip",
  "x-source-host",
  "x-ip",
  "x-received",
  "x-forwarded-for",
  "x-http-useragent",
  "x-php-originating-script",
  "x-php-script",
  "x-sender",
  "x-x-sender",
  "x-authenticated-sender",
  "x-authenticated-user",
  "x-authentication-warning",
  "x-auth-user",
  "x-envelope-from",
  "x-apparently-from",
  "x-account-key",
  "x-identity",
  "x-identity-key",
  "fcc",
  "x-fcc",
  "x-mozilla-status",
  "x-mozilla-status2",
  "x-mozilla-keys",
  "x-mozilla-draft-info",
  "x-evolution-identity",
  "x-evolution-transport",
  "x-evolution-fcc",
  "x-kmail-identity",
  "x-kmail-transport",
  "x-kmail-fcc",
  "x-universally-unique-identifier",
  "x-uniform-type-identifier",
  "x-gmail-original-message-id",
  "status",
  "x-status",
  "x-uid",
]);
/** People write these, to be read. */
const TEXTS: ReadonlySet<string> = new Set(["subject", "comments", "keywords"]);
/** People choose what stands here; Date, MIME and what names other mails is dealt with apart. */
const CHOSEN: ReadonlySet<string> = new Set([
  "from",
  "to",
  "cc",
  "reply-to",
  "resent-from",
  "resent-to",
  "resent-cc",
  "disposition-notification-to",
]);
const MIME = /^(?:date|mime-version|content-[a-z-]+)$/;
/** What names a mail: they are read apart. */
const REFERRING: ReadonlySet<string> = new Set(["message-id", "in-reply-to", "references"]);
const MESSAGE_ID = /^<([^<>@\s]+)@([^<>@\s]+)>$/;

/** Edits the header, or says why the message cannot go. */
export function editHeader(fields: readonly EditedField[], editing: Editing): EditedHeader | HeaderRefusal {
  const { identity } = editing;
  const authors = readAuthors(fields, identity, editing.canonical);
  if (authors.kind === "refused") return authors;
  const pseudonymous = isPseudonymous(identity, authors.own);
  const domains = authors.addresses.map((address) => address.slice(address.lastIndexOf("@") + 1));
  const domain = domains[0] as string;
  const isClient = traceOfClient(editing.client, editing.helo, domains);
  const isPrimary: Trace = pseudonymous ? traceOfAddress(identity.primary) : () => false;
  const told = fields.find(({ name, value }) => CHOSEN.has(name) && isPrimary(value));
  if (told !== undefined) return refusedPrimary(told.name);

  const old = fields.find(({ name }) => name === "message-id")?.value ?? "";
  const isTold: Trace = (text) => isClient(text) || isPrimary(text);
  const messageId = idOf(old, domains, isTold, editing.freshId);
  const strangeHosts = [MESSAGE_ID.exec(old)?.[2], editing.helo].filter(
    (host) => host !== undefined && !domains.includes(host.toLowerCase()) && `<${messageId}>` !== old,
  );
  const kept: EditedField[] = [];
  for (const field of fields) {
    const { name, value } = field;
    if (DROPPED.has(name) || (name === "sender" && isPrimary(value))) continue;
    if (TEXTS.has(name) || CHOSEN.has(name) || MIME.test(name) || name === "sender") kept.push(field);
    else if (REFERRING.has(name)) {
      if (name === "message-id") continue;
      const moved = withHosts(field, strangeHosts as readonly string[], domain);
      if (!isTold(moved.value)) kept.push(moved);
    } else if (!isTold(value)) kept.push(field);
  }
  kept.push(newField("Message-ID", `<${messageId}>`));
  if (!fields.some(({ name }) => name === "date")) kept.push(newField("Date", formatDate(editing.now)));
  return { kind: "edited", fields: kept, authors, domain, pseudonymous, messageId };
}

/** RFC 8098 section 3: a notification of what became of a mail, which is sent with the null path. */
export function isDispositionNotification(fields: readonly EditedField[]): boolean {
  const type = fields.find(({ name }) => name === "content-type");
  if (type === undefined) return false;
  const { value, parameters } = readParameterized(type.value);
  const report = parameterValue(parameters, "report-type")?.toLowerCase();
  return value === "multipart/report" && report === "disposition-notification";
}

function refusedPrimary(name: string): HeaderRefusal {
  const words = `The message is sent under an alias, but its field ${titled(name)} names your primary address;`;
  return refused("5.7.1", `${words} take it out, or send under the primary address`);
}

/**
 * The Message-ID with the author's domain behind its at sign, for what else stands there is the client's own name; a new
 * one where there is none, or where it tells more.
 */
function idOf(old: string, domains: readonly string[], isTold: Trace, freshId: string): string {
  const [, left, host] = MESSAGE_ID.exec(old) ?? [];
  if (left === undefined || host === undefined) return `${freshId}@${domains[0]}`;
  const id = `${left}@${domains.includes(host.toLowerCase()) ? host : domains[0]}`;
  return isTold(left) || isTold(id) ? `${freshId}@${domains[0]}` : id;
}

/** The account's own earlier mails had their ids changed likewise: so that replies find them. */
function withHosts(field: EditedField, hosts: readonly string[], domain: string): EditedField {
  let { value, raw } = field;
  for (const host of hosts) {
    value = value.replaceAll(`@${host}>`, `@${domain}>`);
    raw = raw.replaceAll(`@${host}>`, `@${domain}>`);
  }
  return { name: field.name, value, raw };
}
