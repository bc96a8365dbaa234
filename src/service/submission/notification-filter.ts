/**
 * Takes out of a disposition notification that streams by (RFC 8098) what is not to leave (promise A6): the field Reporting-UA
 * (section 3.2.1 there), which names the client's machine and software, and where an alias writes, the primary address. The
 * fields that say whose mailbox it is (section 3.2.3, section 3.2.4) name the alias then.
 *
 * Only the part that is message/disposition-notification is touched: what people wrote, and the mail that it is about, passes
 * octet for octet. Where that part cannot be read in passing, the message is not to be sent.
 */
import { readAuthors } from "../../rules/identity/authors.ts";
import { type Identity, isPseudonymous } from "../../rules/identity/identity.ts";
import { isDispositionNotification } from "../../rules/identity/outgoing-header.ts";
import { type Trace, traceOfAddress } from "../../rules/identity/traces.ts";
import type { EditedField } from "../../syntax/message/header-edit.ts";
import { octetsOf, octetString } from "../../syntax/message/octets.ts";
import { parameterValue, readParameterized } from "../../syntax/message/parameters.ts";
import { canonicalOfField, unicodeLabel } from "./address-forms.ts";

const LF = 10;
const DASH = 45;
/** Longer lines are refused elsewhere; nothing is kept of them here. */
const MAX_LINE_BYTES = 4096;
/** Of the header of one part, and of one field of the notification: more than any has. */
const MAX_LETTERS = 4096;
/** Of what is read line by line, in all: headers of parts, and fields. A notification has a thousand, and a line may have one. */
const MAX_READ_BYTES = 16_384;
const NOTHING: Uint8Array = new Uint8Array(0);

type Place =
  /** Anything that is passed on. */
  | { readonly kind: "elsewhere" }
  /** The header of a part, as far as it has come. */
  | { readonly kind: "header"; readonly text: string }
  /** The fields of the notification; of the one at hand all lines that have come. */
  | { readonly kind: "fields"; readonly field: string };

/** An alias that writes, and how to find the address behind it. */
export type Alias = { readonly address: string; readonly isPrimary: Trace };

/** The filter that the message needs; `undefined` when it is no disposition notification. */
export function notificationFilter(fields: readonly EditedField[], identity: Identity): NotificationFilter | undefined {
  const type = fields.find(({ name }) => name === "content-type");
  if (type === undefined || !isDispositionNotification(fields)) return undefined;
  const authors = readAuthors(fields, identity, canonicalOfField);
  const [address] = authors.kind === "authors" ? authors.own : [];
  if (authors.kind === "refused" || address === undefined || !isPseudonymous(identity, authors.own))
    return new NotificationFilter(type.value, undefined);
  return new NotificationFilter(type.value, { address, isPrimary: traceOfAddress(identity.primary, unicodeLabel) });
}

export class NotificationFilter {
  readonly #delimiter: string;
  /** A line end, and the delimiter. */
  readonly #sought: Buffer;
  readonly #alias: Alias | undefined;
  #place: Place = { kind: "elsewhere" };
  /** The line whose end has not come. */
  #line: Uint8Array = NOTHING;
  #readBytes = 0;
  #isUnreadable = false;

  /** @param contentType of the message: multipart/report with its boundary */
  constructor(contentType: string, alias: Alias | undefined) {
    const { parameters } = readParameterized(contentType);
    this.#delimiter = `--${parameterValue(parameters, "boundary") ?? ""}`;
    this.#sought = Buffer.from(`\n${this.#delimiter}`, "latin1");
    this.#alias = alias;
  }

  /** True when the notification is encoded, or has no end: nobody could see what it tells. Nothing goes on from then. */
  get isUnreadable(): boolean {
    return this.#isUnreadable;
  }

  /** Takes the next octets of the body and returns those that go on. */
  write(octets: Uint8Array): Uint8Array {
    if (this.#isUnreadable) return NOTHING;
    const text = Buffer.concat([this.#line, octets]);
    const kept: Uint8Array[] = [];
    let start = 0;
    while (!this.#isUnreadable) {
      if (this.#place.kind === "elsewhere" && !this.#isDelimiterAt(text, start)) {
        const found = text.indexOf(this.#sought, start);
        const end = (found >= 0 ? found : text.lastIndexOf(LF)) + 1;
        if (end > start) kept.push(text.subarray(start, end));
        start = Math.max(start, end);
        if (found < 0) break;
      }
      const end = text.indexOf(LF, start) + 1;
      if (end === 0) break;
      kept.push(...this.#passed(text.subarray(start, end)));
      start = end;
    }
    const rest = text.subarray(start);
    const isLong = rest.length > MAX_LINE_BYTES;
    if (isLong) kept.push(...this.#passed(rest));
    if (this.#isUnreadable) return NOTHING;
    // A copy: the caller may use its octets again.
    this.#line = isLong ? NOTHING : new Uint8Array(rest);
    return Buffer.concat(kept);
  }

  /** The last line, if it had no end, and the field that ends with it. */
  end(): Uint8Array {
    const kept = Buffer.concat([...this.#passed(this.#line), this.#fieldEnd()]);
    this.#line = NOTHING;
    return kept;
  }

  #isDelimiterAt(text: Buffer, at: number): boolean {
    const end = Math.min(text.length, at + this.#sought.length - 1);
    return this.#sought.compare(text, at, end, 1) === 0;
  }

  /** What goes on when a line has come. */
  #passed(line: Uint8Array): readonly Uint8Array[] {
    const place = this.#place;
    const isDashed = line[0] === DASH && line[1] === DASH;
    if (place.kind === "elsewhere" && !isDashed) return [line];
    this.#readBytes += line.length;
    this.#isUnreadable ||= this.#readBytes > MAX_READ_BYTES;
    if (isDashed) {
      const next = this.#behindDelimiter(line);
      if (next !== undefined) {
        const field = this.#fieldEnd();
        this.#place = next;
        return [field, line];
      }
    }
    if (place.kind === "elsewhere") return [line];
    const text = octetString(line);
    if (place.kind === "header") {
      const trimmed = text.trimEnd();
      this.#place =
        trimmed === "" ? this.#behindHeader(place.text) : { kind: "header", text: longer(place.text, trimmed) };
      return [line];
    }
    const goesOn = /^[ \t]/.test(text);
    const ended = goesOn ? NOTHING : this.#fieldEnd();
    const field = goesOn ? place.field + text : text;
    this.#isUnreadable ||= field.length > MAX_LETTERS;
    this.#place = { kind: "fields", field: this.#isUnreadable ? "" : field };
    return [ended];
  }

  #behindDelimiter(line: Uint8Array): Place | undefined {
    const text = octetString(line).trimEnd();
    if (text === this.#delimiter) return { kind: "header", text: "" };
    return text === `${this.#delimiter}--` ? { kind: "elsewhere" } : undefined;
  }

  /** Where the body of a part is, by its header. */
  #behindHeader(header: string): Place {
    if (!NOTIFICATION.test(header)) return { kind: "elsewhere" };
    const encoding = /^content-transfer-encoding[ \t]*:(.*)$/im.exec(header)?.[1] ?? "7bit";
    this.#isUnreadable ||= !/^(?:7bit|8bit|binary)$/i.test(encoding.trim());
    return { kind: "fields", field: "" };
  }

  /** The field at hand as it goes on. */
  #fieldEnd(): Uint8Array {
    if (this.#place.kind !== "fields") return NOTHING;
    const { field } = this.#place;
    const name = /^[^:\s]*/.exec(field)?.[0].toLowerCase() ?? "";
    if (name === "reporting-ua") return NOTHING;
    if (this.#alias?.isPrimary(field.replace(/\r?\n(?=[ \t])/g, "")) !== true) return octetsOf(field);
    const title = TITLES.get(name);
    return title === undefined ? NOTHING : octetsOf(`${title}: rfc822;${this.#alias.address}\r\n`);
  }
}

const NOTIFICATION = /^content-type[ \t]*:[ \t]*message\/(?:global-)?disposition-notification(?![\w-])/im;

/** Fields that stay, with another address; what else names the primary goes. */
const TITLES: ReadonlyMap<string, string> = new Map([
  ["original-recipient", "Original-Recipient"],
  ["final-recipient", "Final-Recipient"],
]);

/** A folded line is joined to the one that it goes on. */
function longer(header: string, line: string): string {
  if (header.length + line.length > MAX_LETTERS) return header;
  return header + (/^[ \t]/.test(line) ? line : `\n${line}`);
}
