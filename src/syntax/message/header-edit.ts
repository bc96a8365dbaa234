/**
 * Takes the header off a message that streams by, for whoever edits it: the octets up to the empty line are gathered and
 * given out once, all others pass untouched. Pure, bounded, cut wherever the network cut it.
 *
 * A field that was changed is written anew, all others keep their octets.
 */
import { headerFields } from "./header-fields.ts";
import { octetsOf, octetString } from "./octets.ts";

const LF = 10;
const CR = 13;

/** What has come of a message so far. */
export class HeaderSplitter {
  readonly #maxBytes: number;
  /** Its first `#size` octets are the header's; it doubles, for a peer may send one octet at a time. */
  #held = new Uint8Array(0);
  #size = 0;
  /** Octets of the line at hand, of which only none and one CR matter. */
  #line: "empty" | "cr" | "text" = "empty";
  #header: Uint8Array | undefined;
  #isTooLarge = false;

  /** @param maxBytes of the header */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** True when the header exceeds the bound; what comes is thrown away from then on. */
  get isTooLarge(): boolean {
    return this.#isTooLarge;
  }

  /** Takes the next octets and returns those of the body among them, if any. */
  write(octets: Uint8Array): Uint8Array | undefined {
    if (this.#isTooLarge) return undefined;
    if (this.#header !== undefined) return octets;
    const end = this.#endOfHeader(octets);
    const mine = octets.subarray(0, end ?? octets.length);
    if (this.#size + mine.length > this.#maxBytes) {
      this.#isTooLarge = true;
      this.#held = new Uint8Array(0);
      this.#size = 0;
      return undefined;
    }
    this.#hold(mine);
    if (end === undefined) return undefined;
    this.end();
    return end < octets.length ? octets.subarray(end) : undefined;
  }

  /** The header with its empty line, if it had one; a message may end before. */
  end(): Uint8Array {
    this.#header ??= this.#held.subarray(0, this.#size);
    return this.#header;
  }

  /** A copy: the caller may reuse its octets. */
  #hold(octets: Uint8Array): void {
    const size = this.#size + octets.length;
    if (size > this.#held.length) {
      const larger = new Uint8Array(this.#size === 0 ? size : Math.max(size, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#size));
      this.#held = larger;
    }
    this.#held.set(octets, this.#size);
    this.#size = size;
  }

  /** Where the body begins in `octets`; undefined when it does not yet. */
  #endOfHeader(octets: Uint8Array): number | undefined {
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at];
      if (octet === LF) {
        if (this.#line !== "text") return at + 1;
        this.#line = "empty";
      } else this.#line = octet === CR && this.#line === "empty" ? "cr" : "text";
    }
    return undefined;
  }
}

/** One field of a header that is being edited. */
export type EditedField = {
  /** Lower case. */
  readonly name: string;
  /** Unfolded, one character an octet. */
  readonly value: string;
  /** The field as it goes out, with its line end; one character an octet. */
  readonly raw: string;
};

/** Lists the fields with their octets; a line that is no field has the name "". */
export function editedFields(header: Uint8Array): EditedField[] {
  const text = octetString(header);
  return headerFields(header, text).map(({ name, value, start, end }) => ({
    name,
    value,
    raw: withLineEnd(text.slice(start, end)),
  }));
}

/** Every line ends with CRLF, the last one too (RFC 5322 section 2.1). */
function withLineEnd(raw: string): string {
  return raw.endsWith("\r\n") ? raw : raw.replace(/\r?\n?$/, "\r\n");
}

/** Makes a field; `value` is ASCII on one line, or folded by the caller. */
export function newField(name: string, value: string): EditedField {
  return { name: name.toLowerCase(), value: value.replace(/\r\n(?=[ \t])/g, ""), raw: `${name}: ${value}\r\n` };
}

/** The octets of a header of these fields, with its empty line. */
export function encodeHeader(fields: readonly EditedField[]): Uint8Array {
  return octetsOf(`${fields.map(({ raw }) => raw).join("")}\r\n`);
}
