/**
 * What is done to the header of a submitted message (RFC 6409 section 8): Date and Message-ID are added where they are
 * missing, blind copies are taken out, and nothing leaves that tells the client's address, name or software, or, when an
 * alias writes, the primary address (promise A6). The body is nobody's business here.
 *
 * What a program writes by itself is taken out silently. What a person wrote, as Reply-To, is never changed: if it names
 * the primary address, the message is refused with a word why.
 */
import { readAddresses } from "../../syntax/message/addresses.ts";
import { readDate } from "../../syntax/message/date.ts";
import { type EditedField, newField } from "../../syntax/message/header-edit.ts";
import { isAscii, octetString } from "../../syntax/message/octets.ts";
import { parameterValue, readParameterized } from "../../syntax/message/parameters.ts";
import { formatDate } from "../../syntax/smtp/trace.ts";
import { type Authors, type Canonical, type HeaderRefusal, readAuthors, refused, titled } from "./authors.ts";
import { isDropped } from "./dropped-fields.ts";
import { type Identity, isPseudonymous, ownAddress } from "./identity.ts";
import { clientHosts, contentId, idField, type IdRules, ownId, references } from "./message-ids.ts";
import { withResentDates } from "./resent-dates.ts";
import { type Trace, traceOfAddress, traceOfClient, type UnicodeLabel } from "./traces.ts";

export type Editing = {
  readonly identity: Identity;
  readonly canonical: Canonical;
  readonly unicodeLabel: UnicodeLabel;
  /** The sender of the envelope, canonical; absent for the null path. */
  readonly sender?: string | undefined;
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

/**
 * How a field is dealt with: people write a `text` to be read, and choose who stands in `chosen`; a `setting` they made once,
 * and it goes only where it names the primary address; a program writes `sender`. All others go by their name, or if they
 * tell something.
 */
type Manner =
  | "text"
  | "chosen"
  | "setting"
  | "sender"
  | "mime"
  | "version"
  | "date"
  | "id"
  | "resent-id"
  | "content-id"
  | "reference";

const MANNERS: ReadonlyMap<string, Manner> = new Map(
  Object.entries({
    text: "subject comments keywords",
    chosen: "from to cc reply-to resent-from resent-to resent-cc disposition-notification-to",
    setting: "organization autocrypt mail-followup-to mail-reply-to x-debbugs-cc",
    sender: "sender resent-sender",
    mime: "content-type content-transfer-encoding content-disposition content-description content-language",
    version: "mime-version",
    date: "date resent-date",
    id: "message-id",
    "resent-id": "resent-message-id",
    "content-id": "content-id",
    reference: "in-reply-to references",
  }).flatMap(([manner, names]) => names.split(" ").map((name) => [name, manner as Manner])),
);

/** Fields of lists (RFC 2369, RFC 2919) are of many names, and a program's is among them. */
const mannerOf = (name: string): Manner | undefined =>
  MANNERS.get(name) ?? (name.startsWith("list-") && !isDropped(name) ? "setting" : undefined);

const VERSION: EditedField = newField("MIME-Version", "1.0");

/** Edits the header, or says why the message cannot go. */
export function editHeader(fields: readonly EditedField[], editing: Editing): EditedHeader | HeaderRefusal {
  const { identity, canonical, unicodeLabel, now, freshId } = editing;
  const authors = readAuthors(fields, identity, canonical);
  if (authors.kind === "refused") return authors;
  const pseudonymous = isPseudonymous(identity, authors.own);
  const [first, ...others] = authors.addresses;
  const domains: readonly [string, ...string[]] = [domainOf(first), ...others.map(domainOf)];
  const isClient = traceOfClient(editing.client, editing.helo, domains);
  const isPrimary: Trace = pseudonymous ? traceOfAddress(identity.primary, unicodeLabel) : () => false;
  const isNamed: Trace = pseudonymous ? traceOfMailbox(identity.primary, canonical) : () => false;
  const isToPrimary: Trace = (value) => isPrimary(value) || isNamed(value);

  const ours = [identity.primary, ...identity.aliases].map(domainOf);
  const hidden = pseudonymous ? domainOf(identity.primary) : undefined;
  const rules: IdRules = { domains, ours, hidden, helo: editing.helo, isClient, isPrimary };
  const old = fields.find(({ name }) => name === "message-id")?.value ?? "";
  const messageId = ownId(old, rules, freshId);
  let clients: readonly string[] | undefined;
  const edited = (field: EditedField, at: number): EditedField | undefined => {
    switch (mannerOf(field.name)) {
      case "text":
      case "mime":
        return field;
      case "chosen":
        return field.value === "" ? undefined : field;
      case "setting":
        return isToPrimary(field.value) ? undefined : field;
      case "sender":
        return isToPrimary(field.value) || isClient(field.value) ? undefined : field;
      case "version":
        return VERSION;
      case "date":
        return !isDate(field.value) ? newField(titled(field.name), formatDate(now)) : field;
      case "id":
        return undefined;
      case "resent-id":
        return idField("Resent-Message-ID", [`<${ownId(field.value, rules, `${freshId}.${at}`)}>`]);
      case "content-id":
        return contentId(field, rules);
      case "reference":
        return field.value === "" ? undefined : references(field, rules, (clients ??= clientHosts(rules, old)));
      case undefined:
        return isDropped(field.name) || isClient(field.value) || isPrimary(field.value) ? undefined : field;
    }
  };

  const kept: EditedField[] = [];
  for (const [at, field] of fields.entries()) {
    if (pseudonymous && MANNERS.get(field.name) === "chosen" && isToPrimary(field.value))
      return refusedPrimary(field.name);
    const left = edited(field, at);
    if (left !== undefined) kept.push(withoutBlank(left));
  }
  if (authors.addresses.length > 1 && !kept.some(({ name }) => name === "sender"))
    kept.push(senderField(authors, isPrimary(editing.sender ?? "") ? undefined : editing.sender));
  kept.push(idField("Message-ID", [`<${messageId}>`]));
  if (!kept.some(({ name }) => name === "date")) kept.push(newField("Date", formatDate(now)));
  return { kind: "edited", fields: withResentDates(kept, now), authors, domain: domains[0], pseudonymous, messageId };
}

/** RFC 8098 section 3: a notification of what became of a mail, which is sent with the null path. */
export function isDispositionNotification(fields: readonly EditedField[]): boolean {
  const type = fields.find(({ name }) => name === "content-type");
  if (type === undefined) return false;
  const { value, parameters } = readParameterized(type.value);
  const report = parameterValue(parameters, "report-type")?.toLowerCase();
  return value === "multipart/report" && report === "disposition-notification";
}

const PLAIN_DATE =
  /^(?:[A-Z][a-z]{2}, )?(?:0?[1-9]|[12]\d|3[01]) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} (?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)? [+-]\d{4}$/;

/** Nearly all are written plainly; the others are read as recipients read them. */
const isDate = (value: string): boolean => PLAIN_DATE.test(value) || readDate(value) !== undefined;

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);

function refusedPrimary(name: string): HeaderRefusal {
  const words = `The message is sent under an alias, but its field ${titled(name)} names your primary address;`;
  return refused("5.7.1", `${words} take it out, or send under the primary address`);
}

/** Addresses of a field that are looked at; the others must show as themselves. */
const MAX_ADDRESSES = 1000;

/** What makes an address look unlike itself. */
const IS_ODD = /["\\(\x80-\xff]|[ \t][@.]|[@.][ \t]/;

/** Finds an address, or a tagged form of it, among those of a field that do not show as themselves. */
function traceOfMailbox(primary: string, canonical: Canonical): Trace {
  let hint: RegExp | undefined;
  return (value) => {
    if (!IS_ODD.test(value)) return false;
    // Comments and space stand between words, only a backslash within one: most fields need not be read.
    hint ??= new RegExp(`${/[a-z0-9]*/.exec(primary)?.[0] ?? ""}|\\\\`, "i");
    if (!hint.test(value)) return false;
    return readAddresses(value, MAX_ADDRESSES).some(
      (address) =>
        address.kind === "mailbox" &&
        address.host !== "" &&
        ownAddress({ primary, aliases: [] }, canonical(address.local, address.host)) !== undefined,
    );
  };
}

/** RFC 5322 section 3.6: where several write, the field says which of them sends; one in ASCII, which goes everywhere. */
function senderField({ addresses }: Authors, sender: string | undefined): EditedField {
  const able = sender === undefined ? addresses : [sender, ...addresses];
  return newField("Sender", able.find(isAscii) ?? octetString(new TextEncoder().encode(addresses[0])));
}

/** RFC 5322 section 4.5: the obsolete blank before the colon is read, never written. */
function withoutBlank(field: EditedField): EditedField {
  const { name, raw } = field;
  return raw[name.length] === ":" ? field : { ...field, raw: raw.slice(0, name.length) + raw.slice(raw.indexOf(":")) };
}
