/**
 * Parses a message while it arrives, in one pass over chunks of any size: the MIME tree with octet offsets (RFC 2045,
 * RFC 2046), ENVELOPE, BODYSTRUCTURE and the folded text that SEARCH compares.
 *
 * Promises: any octets give a result, the same however they were cut into chunks; time is linear, memory bounded by
 * `ParseLimits`. LF with or without CR ends a line. A header ends at its empty line or at an enclosing boundary.
 * A multipart without a boundary parameter is text/plain; one in which no boundary line comes has one empty part,
 * since IMAP knows no multipart without parts; one that does not end ends with what encloses it.
 */
import { matchBoundary, trimmedEnd } from "./boundary.ts";
import type { Derived } from "./derived.ts";
import { boundaryOf, readEntity } from "./entity.ts";
import type { Entity } from "./entity.ts";
import { envelopeOf, foldAddresses, foldSubject, readMessageFields, sentDateOf } from "./envelope.ts";
import type { MessageFields } from "./envelope.ts";
import { Gatherer } from "./gatherer.ts";
import { headerFields } from "./header-fields.ts";
import { parseLimits } from "./limits.ts";
import type { ParseLimits } from "./limits.ts";
import { octetsOf } from "./octets.ts";
import { describe, isMessageType, newNode, opaque } from "./open-part.ts";
import type { Node, OpenPart } from "./open-part.ts";
import { encodeTree } from "./part.ts";
import { partText } from "./part-text.ts";
import { structureOf } from "./structure.ts";

/** Parses a message that is whole in memory. */
export function parseMessage(bytes: Uint8Array): Derived {
  const parser = new MessageParser();
  parser.write(bytes);
  return parser.end();
}

const LF = 10;
const CR = 13;
const DASH = 45;
const EMPTY = new Uint8Array(0);

/** Takes a message's octets as they come; call `end` once. Chunks may be reused after `write` returns. */
export class MessageParser {
  readonly #limits: ParseLimits;
  readonly #gatherer = new Gatherer();
  readonly #root: Node;
  /** From the message down to the innermost open part. */
  readonly #open: OpenPart[] = [];
  readonly #texts: string[] = [];
  #top: OpenPart;
  #fields: MessageFields | undefined;
  /** What was written and must be seen again with what follows it: the start of a line that may be a boundary. */
  #carry: Uint8Array = EMPTY;
  /** Octets before those at hand, and the last of them. */
  #base = 0;
  #previous = LF;
  #atLineStart = true;
  /** Octets (1 or 2) of the line end before the line that begins; 0 when they belong to a boundary or an empty line. */
  #lineEnd = 0;
  /** Line ends so far; true only while a line count is wanted or a header is read. */
  #lines = 0;
  /** Open frames that want line counts. */
  #counting = 0;
  /** Open multiparts whose boundary lines count. */
  #parting = 0;
  #parts = 0;
  #partHeaderBytes: number;
  #textBytes: number;

  constructor(limits: ParseLimits = parseLimits) {
    this.#limits = limits;
    this.#partHeaderBytes = limits.maxPartHeaderBytes;
    this.#textBytes = limits.maxTextBytes;
    this.#top = this.#begin(0, true, false);
    this.#root = this.#top.node;
  }

  /** Takes the next octets. */
  write(chunk: Uint8Array): void {
    const octets = this.#carry.length === 0 ? chunk : joined(this.#carry, chunk);
    const used = this.#scan(octets, false);
    this.#gatherer.keep(octets, this.#base, used);
    if (used > 0) this.#previous = octets[used - 1] as number;
    this.#base += used;
    // A copy, also where `octets` is of a class whose `slice` makes views.
    this.#carry = used === octets.length ? EMPTY : new Uint8Array(octets.subarray(used));
  }

  /** The message is whole: gives what was found. */
  end(): Derived {
    const octets = this.#carry;
    this.#scan(octets, true);
    const size = this.#base + octets.length;
    while (this.#top.kind === "header") this.#endHeader(octets, size);
    this.#lineEnd = 0;
    while (this.#open.length > 0) this.#close(octets, size);
    const fields = this.#fields ?? readMessageFields([], 0);
    return {
      size,
      headerSize: this.#root.bodyStart,
      envelope: envelopeOf(fields),
      structure: structureOf(this.#root),
      tree: encodeTree(this.#root),
      from: foldAddresses(fields.from),
      to: foldAddresses(fields.to),
      cc: foldAddresses(fields.cc),
      bcc: foldAddresses(fields.bcc),
      subject: foldSubject(fields),
      sentDate: sentDateOf(fields),
      text: this.#texts.join("\n"),
    };
  }

  /** Goes through `octets`; gives how many it is done with. At the end of the message that is all. */
  #scan(octets: Uint8Array, isEnd: boolean): number {
    let at = 0;
    while (at < octets.length) {
      if (this.#atLineStart) {
        const next = this.#startLine(octets, at, isEnd);
        if (next < 0) return at;
        if (next > at) {
          at = next;
          continue;
        }
        this.#atLineStart = false;
      }
      at = this.#isLineWise() ? this.#passLine(octets, at) : this.#skip(octets, at);
    }
    return at;
  }

  #isLineWise(): boolean {
    return this.#counting > 0 || this.#top.kind === "header";
  }

  /**
   * Takes the line that begins at `at` if it means something: the position after it, `at` when it is an ordinary line,
   * -1 when that cannot be told before more octets come.
   */
  #startLine(octets: Uint8Array, at: number, isEnd: boolean): number {
    const octet = octets[at];
    if (this.#top.kind === "header") {
      if (octet === LF) return this.#emptyLine(octets, at + 1);
      if (octet === CR) {
        if (octets[at + 1] === LF) return this.#emptyLine(octets, at + 2);
        return at + 1 < octets.length || isEnd ? at : -1;
      }
    }
    if (octet !== DASH || this.#parting === 0) return at;
    if (at + 1 < octets.length && octets[at + 1] !== DASH) return at;
    const lf = octets.indexOf(LF, at);
    const end = lf < 0 ? octets.length : lf;
    if (end - at > this.#limits.maxBoundaryLineBytes) return at;
    if (lf < 0 && !isEnd) return -1;
    return this.#dashLine(octets, at, end, lf);
  }

  #emptyLine(octets: Uint8Array, next: number): number {
    this.#lines++;
    this.#lineEnd = 0;
    this.#endHeader(octets, this.#base + next);
    return next;
  }

  /** Takes a line that begins with two dashes: `at` when it is no boundary that counts. */
  #dashLine(octets: Uint8Array, at: number, end: number, lf: number): number {
    const trimmed = trimmedEnd(octets, at, end);
    for (let level = this.#open.length - 1; level >= 0; level--) {
      const frame = this.#open[level] as OpenPart;
      if (frame.kind !== "multipart" || frame.boundary === undefined) continue;
      const match = matchBoundary(octets, at, trimmed, frame.boundary);
      if (match === undefined) continue;
      const start = this.#base + at;
      while (this.#top.kind === "header")
        this.#endHeader(octets, this.#withoutLineEnd(start, this.#top.node.headerStart));
      // The header that ended here was that of the last part allowed.
      if (this.#parting === 0) return at;
      while (this.#open.length - 1 > level) this.#close(octets, start);
      if (lf >= 0) this.#passedLf(octets, lf);
      const next = lf < 0 ? end : lf + 1;
      if (match === "delimiter") this.#top = this.#begin(this.#base + next, false, frame.node.subtype === "digest");
      else {
        frame.kind = "closed-multipart";
        this.#parting--;
      }
      return next;
    }
    return at;
  }

  #passLine(octets: Uint8Array, at: number): number {
    const lf = octets.indexOf(LF, at);
    if (lf < 0) return octets.length;
    this.#passedLf(octets, lf);
    return lf + 1;
  }

  #passedLf(octets: Uint8Array, lf: number): void {
    this.#lines++;
    this.#atLineStart = true;
    this.#lineEnd = (lf > 0 ? octets[lf - 1] : this.#previous) === CR ? 2 : 1;
  }

  /** Goes to the next line that begins with a dash. Base64 has no dashes: there this is one search a chunk. */
  #skip(octets: Uint8Array, from: number): number {
    if (this.#parting === 0) return octets.length;
    let at = from;
    for (;;) {
      const dash = octets.indexOf(DASH, at);
      if (dash < 0) {
        // The next chunk may begin with the dash.
        if (octets[octets.length - 1] === LF) this.#passedLf(octets, octets.length - 1);
        return octets.length;
      }
      if (dash > from && octets[dash - 1] === LF) {
        this.#passedLf(octets, dash - 1);
        return dash;
      }
      // One search for each line at most, however many dashes it has.
      const lf = octets.indexOf(LF, dash);
      if (lf < 0) return octets.length;
      at = lf + 1;
      if (at === octets.length || octets[at] === DASH) {
        this.#passedLf(octets, lf);
        return at;
      }
    }
  }

  /** Opens a part whose header begins at `headerStart`. */
  #begin(headerStart: number, isMessageRoot: boolean, isInDigest: boolean): OpenPart {
    const node = newNode(headerStart);
    const parent = this.#open.at(-1);
    if (parent !== undefined && isMessageRoot) parent.node.message = node;
    else parent?.node.children.push(node);
    this.#parts++;
    const isLast = this.#parts >= this.#limits.maxParts;
    const frame: OpenPart = {
      node,
      isMessageRoot,
      isInDigest,
      isLast,
      kind: "header",
      boundary: undefined,
      linesBefore: 0,
    };
    this.#open.push(frame);
    const isRoot = parent === undefined;
    const { maxHeaderBytes } = this.#limits;
    this.#lineEnd = 0;
    this.#gatherer.begin(headerStart, isRoot ? maxHeaderBytes : Math.min(maxHeaderBytes, this.#partHeaderBytes));
    this.#atLineStart = true;
    return frame;
  }

  /** Reads the header of the innermost part, whose body begins at `bodyStart`. */
  #endHeader(octets: Uint8Array, bodyStart: number): void {
    const frame = this.#top;
    const { node } = frame;
    const header = this.#gatherer.take(octets, this.#base, bodyStart);
    const isRoot = this.#open.length === 1;
    if (!isRoot) this.#partHeaderBytes -= header.length;
    const fields = headerFields(header);
    if (frame.isMessageRoot) this.#endMessageHeader(readMessageFields(fields, this.#limits.maxAddresses), isRoot);
    this.#atLineStart = true;
    frame.linesBefore = this.#lines;
    node.bodyStart = bodyStart;
    this.#enter(frame, readEntity(fields, frame.isInDigest), bodyStart);
  }

  #endMessageHeader(fields: MessageFields, isRoot: boolean): void {
    if (isRoot) {
      this.#fields = fields;
      return;
    }
    // What a forwarded mail's header says is part of the body that holds it.
    const container = this.#open.at(-2) as OpenPart;
    container.node.envelope = envelopeOf(fields);
    const folded = [foldSubject(fields), foldAddresses(fields.from), foldAddresses(fields.to)];
    this.#texts.push(...folded.filter((text) => text !== ""));
  }

  /** Decides what the body is. */
  #enter(frame: OpenPart, entity: Entity, bodyStart: number): void {
    const isContainer = entity.type === "multipart" || isMessageType(entity);
    const isTooMuch = frame.isLast || this.#open.length > this.#limits.maxDepth;
    describe(frame.node, isContainer && isTooMuch ? opaque(entity) : entity);
    if (frame.isLast) this.#parting = 0;
    if (isContainer && !isTooMuch) this.#enterContainer(frame, entity, bodyStart);
    else if (frame.node.type === "text") {
      frame.kind = "text";
      this.#counting++;
      this.#gatherer.begin(bodyStart, this.#textBytes);
    } else frame.kind = "leaf";
  }

  #enterContainer(frame: OpenPart, entity: Entity, bodyStart: number): void {
    if (entity.type === "multipart") {
      frame.kind = "multipart";
      frame.boundary = octetsOf(boundaryOf(entity.parameters) ?? "");
      this.#parting++;
    } else {
      frame.kind = "message";
      this.#counting++;
      this.#top = this.#begin(bodyStart, true, false);
    }
  }

  /** RFC 2046 section 5.1.1: the line end before a boundary belongs to it, unless it belongs to what is before `from`. */
  #withoutLineEnd(lineStart: number, from: number): number {
    const end = lineStart - this.#lineEnd;
    return end >= from ? end : lineStart;
  }

  /** Ends the innermost part at the line that begins at `lineStart` (or at the end), without the line end before it. */
  #close(octets: Uint8Array, lineStart: number): void {
    const { node, kind, linesBefore } = this.#open.pop() as OpenPart;
    node.bodyEnd = this.#withoutLineEnd(lineStart, node.bodyStart);
    // Below zero where the header, not the body, ended at the boundary.
    node.lines = Math.max(0, this.#lines - linesBefore - (node.bodyEnd < lineStart ? 1 : 0));
    if (kind === "text") {
      const text = this.#gatherer.take(octets, this.#base, node.bodyEnd);
      this.#textBytes -= text.length;
      if (text.length > 0) this.#texts.push(partText(text, node.entity));
    }
    if (kind === "text" || kind === "message") this.#counting--;
    if (kind === "multipart" && this.#parting > 0) this.#parting--;
    if (node.type === "multipart" && node.children.length === 0) node.children.push(newNode(node.bodyEnd));
    this.#top = this.#open.at(-1) ?? this.#top;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const out = new Uint8Array(first.length + second.length);
  out.set(first);
  out.set(second, first.length);
  return out;
}
