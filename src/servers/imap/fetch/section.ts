/**
 * BODY[...] and its elders RFC822, RFC822.HEADER and RFC822.TEXT: which octets, under which name. RFC 9051 section
 * 6.4.5.1 and section 7.5.2. Octets go from the store to the socket in pieces; nothing is gathered.
 */
import type { FactsRow, MailReader } from "../../../store/mail-store.ts";
import { StoreError } from "../../../store/store-error.ts";
import type { BodySection, FetchItem } from "../../../syntax/imap/command.ts";
import { encodeSectionName } from "../../../syntax/imap/section-name.ts";
import { selectFields } from "../../../syntax/message/header-fields.ts";
import { decodeTree, type Part, type Range, sectionRange } from "../../../syntax/message/part.ts";
import { type Output, PeerGone } from "../output.ts";

export type Section = {
  /** What the answer calls it, without the octets. */
  readonly label: string;
  readonly marksSeen: boolean;
  readonly body: BodySection;
};

/** Reads a section out of an item; undefined when it is none. */
export function sectionOf(item: FetchItem): Section | undefined {
  if (item.kind === "BODY[]") return { label: encodeSectionName(item), marksSeen: !item.peek, body: item };
  const text = WHOLE[item.kind];
  return text === undefined ? undefined : { label: item.kind, marksSeen: text !== "HEADER", body: whole(text) };
}

/** What the items of RFC 3501 section 6.4.5 without brackets mean. */
const WHOLE: Readonly<Partial<Record<FetchItem["kind"], "" | "HEADER" | "TEXT">>> = {
  RFC822: "",
  "RFC822.HEADER": "HEADER",
  "RFC822.TEXT": "TEXT",
};

function whole(text: "" | "HEADER" | "TEXT"): BodySection {
  return { kind: "BODY[]", peek: false, part: [], text, fields: [], partial: undefined };
}

/** One message's octets while a FETCH answers it: what several sections need is read once. */
export class MessageOctets {
  readonly #reader: MailReader;
  readonly #row: FactsRow;
  #header: Uint8Array | undefined;
  #root: Part | undefined;

  constructor(reader: MailReader, row: FactsRow) {
    this.#reader = reader;
    this.#row = row;
  }

  /**
   * Writes a section: its label and a literal, or NIL when the message has no such part or its content is gone.
   * @throws StoreError when the store fails; the answer is well-formed nevertheless.
   */
  async write({ label, body }: Section, output: Output): Promise<void> {
    const state = { isBegun: false };
    try {
      const found = await this.#find(body);
      if (found === undefined) output.text(`${label} NIL`);
      else if (found instanceof Uint8Array) writeOctets(label, clip(found, body), output);
      else await this.#stream(label, clipRange(found, body), output, state);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // Within a literal nothing but its octets can be said.
      if (state.isBegun) throw new PeerGone("a message broke off", { cause: error });
      output.text(`${label} NIL`);
      if (error.code !== "gone") throw error;
    }
  }

  async #find(body: BodySection): Promise<Range | Uint8Array | undefined> {
    if (body.part.length > 0) {
      this.#root ??= decodeTree(await this.#reader.tree(this.#row.content));
      const range = sectionRange(this.#root, this.#row.size, body);
      if (range === undefined || body.fields.length === 0) return range;
      return this.#fields(await this.#gather(range), body);
    }
    if (body.text === "") return { from: 0, to: this.#row.size };
    this.#header ??= await this.#reader.header(this.#row.content);
    if (body.text === "TEXT") return { from: this.#header.length, to: this.#row.size };
    return body.fields.length === 0 ? this.#header : this.#fields(this.#header, body);
  }

  #fields(header: Uint8Array, { text, fields }: BodySection): Uint8Array {
    return selectFields(header, fields, text === "HEADER.FIELDS.NOT");
  }

  async #gather({ from, to }: Range): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#reader.octets(this.#row.content, from, to)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async #stream(label: string, { from, to }: Range, output: Output, state: { isBegun: boolean }): Promise<void> {
    let left = to - from;
    if (left === 0) output.text(`${label} ""`);
    for (let at = from; at < to; ) {
      at = await this.#reader.pour(this.#row.content, at, to, (octets) => {
        if (!state.isBegun) output.text(`${label} {${left}}\r\n`);
        state.isBegun = true;
        left -= octets.length;
        output.octets(octets);
      });
      if (output.isFull) await output.drain();
    }
    if (left !== 0) throw new StoreError("io", "a content is shorter than its size");
  }
}

function writeOctets(label: string, octets: Uint8Array, output: Output): void {
  if (octets.length === 0) {
    output.text(`${label} ""`);
    return;
  }
  output.text(`${label} {${octets.length}}\r\n`);
  output.octets(octets);
}

function clip(octets: Uint8Array, body: BodySection): Uint8Array {
  const { from, to } = clipRange({ from: 0, to: octets.length }, body);
  return octets.subarray(from, to);
}

/** RFC 9051 section 6.4.5.1: a partial fetch beyond the end gives less, or nothing. */
function clipRange({ from, to }: Range, { partial }: BodySection): Range {
  if (partial === undefined) return { from, to };
  const start = Math.min(from + partial.offset, to);
  return { from: start, to: Math.min(start + partial.length, to) };
}
