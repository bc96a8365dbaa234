/**
 * The form in which a message is stored once it was examined: Return-Path, our fields, Received, then what came, without
 * the fields that claim to be ours. Everything else keeps its octets.
 *
 * Nothing is parsed for it again. What changes stands in the message's own header and in fields that no derived value is
 * made of, so offsets move and all else stays; only where our fields push the header beyond what the parser looks at is it
 * asked anew.
 */
import { contentOf, firstOctets } from "../../store/content-of.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { Derived } from "../../syntax/message/derived.ts";
import { type HeaderField, headerFields } from "../../syntax/message/header-fields.ts";
import { parseLimits } from "../../syntax/message/limits.ts";
import { MessageParser } from "../../syntax/message/parse.ts";
import { decodeTree, encodeTree, type Part } from "../../syntax/message/part.ts";

export type Whole = { readonly content: ContentSource; readonly derived: Derived };

/** The header of a message with our trace, held in memory. */
export type HeldHeader = {
  /** The trace, the fields that came and the empty line, if there was one. */
  readonly octets: Uint8Array;
  readonly traceBytes: number;
  /** Those that came; their offsets count from the end of the trace. */
  readonly fields: readonly HeaderField[];
};

/** What stands beyond the parser does not see; held while a message is examined. */
export const MAX_HEADER_BYTES: number = parseLimits.maxHeaderBytes;
const MAX_PIECE = 256 * 1024;
const LF = 10;

/** Reads the header; `undefined` when it is too large to be held. @throws SpoolError */
export async function heldHeader({ content, derived }: Whole, traceBytes: number): Promise<HeldHeader | undefined> {
  if (derived.headerSize > MAX_HEADER_BYTES) return undefined;
  const octets = await firstOctets(content, derived.headerSize);
  return { octets, traceBytes, fields: headerFields(octets.subarray(traceBytes)) };
}

/**
 * Puts `added` below Return-Path and leaves out what `isForged` names; where that changes nothing the message is the same.
 * @param isForged of one of `header.fields`
 * @throws SpoolError where the message must be read again
 */
export async function markedMail(
  { content, derived }: Whole,
  header: HeldHeader,
  added: readonly Uint8Array[],
  isForged: (field: HeaderField) => boolean,
): Promise<Whole> {
  const front = editedHeader(header, added, isForged);
  if (front === undefined) return { content, derived };
  const shift = front.length - derived.headerSize;
  const marked = behind(front, content, derived.headerSize);
  if (front.length > MAX_HEADER_BYTES) return { content: marked, derived: await parsed(marked) };
  return {
    content: marked,
    derived: {
      ...derived,
      size: derived.size + shift,
      headerSize: front.length,
      tree: encodeTree(moved(decodeTree(derived.tree), shift, true)),
    },
  };
}

function editedHeader(
  { octets, traceBytes, fields }: HeldHeader,
  added: readonly Uint8Array[],
  isForged: (field: HeaderField) => boolean,
): Uint8Array | undefined {
  const forged = fields.filter(isForged);
  if (forged.length === 0 && added.every(({ length }) => length === 0)) return undefined;
  const pathEnd = octets.indexOf(LF) + 1;
  const pieces: Uint8Array[] = [octets.subarray(0, pathEnd), ...added];
  let at = pathEnd;
  for (const field of forged) {
    pieces.push(octets.subarray(at, traceBytes + field.start));
    at = traceBytes + field.end;
  }
  pieces.push(octets.subarray(at));
  return Buffer.concat(pieces);
}

/** `front` in the place of the first `from` octets. */
function behind(front: Uint8Array, content: ContentSource, from: number): ContentSource {
  const size = front.length + content.size - from;
  const { bytes } = content;
  if (bytes !== undefined) {
    // Not of Node's shared pool: the store may be given all of it.
    const all = Buffer.allocUnsafeSlow(size);
    all.set(front);
    all.set(bytes.subarray(from), front.length);
    return contentOf(all);
  }
  return { size, bytes: undefined, pieces: () => piecesBehind(front, content, from) };
}

async function* piecesBehind(front: Uint8Array, content: ContentSource, from: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < front.length; at += MAX_PIECE) yield front.subarray(at, at + MAX_PIECE);
  let skipped = 0;
  for await (const piece of content.pieces()) {
    const skip = Math.min(from - skipped, piece.length);
    skipped += skip;
    if (skip < piece.length) yield piece.subarray(skip);
  }
}

async function parsed(content: ContentSource): Promise<Derived> {
  const parser = new MessageParser();
  for await (const piece of content.bytes === undefined ? content.pieces() : [content.bytes]) parser.write(piece);
  return parser.end();
}

/** The root begins where it began; all that lies behind its header has moved. */
function moved(part: Part, shift: number, isRoot = false): Part {
  return {
    ...part,
    headerStart: isRoot ? part.headerStart : part.headerStart + shift,
    bodyStart: part.bodyStart + shift,
    bodyEnd: part.bodyEnd + shift,
    children: part.children.map((child) => moved(child, shift)),
    message: part.message && moved(part.message, shift),
  };
}
