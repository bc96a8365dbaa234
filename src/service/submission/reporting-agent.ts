/**
 * Takes the field Reporting-UA out of a disposition notification that streams by (RFC 8098 section 3.2.1): it names the
 * client's machine and software, which do not leave (promise A6), and no notification needs it. Only the part that is
 * message/disposition-notification is touched: what people wrote, and the mail that it is about, passes octet for octet.
 */
import { parameterValue, readParameterized } from "../../syntax/message/parameters.ts";

const LF = 10;
const DASH = 45;
/** Longer lines are refused elsewhere; nothing is kept of them here. */
const MAX_LINE_BYTES = 4096;
/** Of the header of one part, more than any has. */
const MAX_HEADER_LETTERS = 4096;
const NOTHING: Uint8Array = new Uint8Array(0);

type Place =
  /** Anything that is passed on. */
  | { readonly kind: "elsewhere" }
  /** The header of a part, as far as it has come. */
  | { readonly kind: "header"; readonly text: string }
  /** The fields of the notification. */
  | { readonly kind: "fields"; readonly isDropped: boolean };

export class ReportingAgentFilter {
  readonly #delimiter: string;
  #place: Place = { kind: "elsewhere" };
  /** The line whose end has not come. */
  #line: Uint8Array = NOTHING;

  /** @param contentType of the message: multipart/report with its boundary */
  constructor(contentType: string) {
    const { parameters } = readParameterized(contentType);
    this.#delimiter = `--${parameterValue(parameters, "boundary") ?? ""}`;
  }

  /** Takes the next octets of the body and returns those that go on. */
  write(octets: Uint8Array): Uint8Array {
    const text = this.#line.length === 0 ? octets : Buffer.concat([this.#line, octets]);
    const kept: Uint8Array[] = [];
    let start = 0;
    for (let end = text.indexOf(LF); end >= 0; end = text.indexOf(LF, start)) {
      const line = text.subarray(start, end + 1);
      if (this.#isKept(line)) kept.push(line);
      start = end + 1;
    }
    const rest = text.subarray(start);
    const isLong = rest.length > MAX_LINE_BYTES;
    if (isLong && this.#isKept(rest)) kept.push(rest);
    // A copy: the caller may use its octets again.
    this.#line = isLong ? NOTHING : new Uint8Array(rest);
    return Buffer.concat(kept);
  }

  /** The last line, if it had no end. */
  end(): Uint8Array {
    const line = this.#line;
    this.#line = NOTHING;
    return this.#isKept(line) ? line : NOTHING;
  }

  #isKept(line: Uint8Array): boolean {
    const place = this.#place;
    if (line[0] === DASH && line[1] === DASH && this.#isDelimiter(line)) return true;
    if (place.kind === "elsewhere") return true;
    const text = Buffer.from(line).toString("latin1").trimEnd();
    if (place.kind === "header") {
      this.#place = text === "" ? behind(place.text) : { kind: "header", text: longer(place.text, text) };
      return true;
    }
    const isDropped = /^[ \t]/.test(text) ? place.isDropped : /^reporting-ua[ \t]*:/i.test(text);
    this.#place = { kind: "fields", isDropped };
    return !isDropped;
  }

  #isDelimiter(line: Uint8Array): boolean {
    const text = Buffer.from(line).toString("latin1").trimEnd();
    if (text === this.#delimiter) this.#place = { kind: "header", text: "" };
    else if (text === `${this.#delimiter}--`) this.#place = { kind: "elsewhere" };
    else return false;
    return true;
  }
}

/** A folded line is joined to the one that it goes on. */
function longer(header: string, line: string): string {
  if (header.length + line.length > MAX_HEADER_LETTERS) return header;
  return header + (/^[ \t]/.test(line) ? line : `\n${line}`);
}

/** Where the body of a part is, by its header. */
function behind(header: string): Place {
  const isNotification = /^content-type[ \t]*:[ \t]*message\/(?:global-)?disposition-notification(?![\w-])/im.test(
    header,
  );
  return isNotification ? { kind: "fields", isDropped: false } : { kind: "elsewhere" };
}
