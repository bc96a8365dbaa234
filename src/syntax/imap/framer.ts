/**
 * Cuts what an IMAP client sends into commands, looking at no more of them than it must: line ends, the headers of
 * literals (RFC 9051 section 4.3, RFC 7888), and whether a literal is a message of an APPEND (several: RFC 3502), which is
 * handed through in the chunks in which it came. Pure and incremental: what comes out does not depend on how the octets were cut, the
 * pieces of messages apart. Linear in time; memory is bounded by the limits.
 *
 * Lines end with CRLF. One that ends with a bare LF is BAD and taken as ended, so that client and server keep step.
 */
import type { LiteralHeader } from "./cursor.ts";
import type { Frame, FrameLimits, LineFrame } from "./frame.ts";
import { firstArgumentOfAppend, isAppend, literalAtEnd, MAX_HEADER_OCTETS } from "./literal-header.ts";
import { CR, LF, SPACE } from "./octet.ts";
import { OctetBuffer } from "./octet-buffer.ts";
import { tagOf } from "./tag.ts";

type Mode =
  /** Gathering a line of a command, or a literal. */
  | "line"
  | "literal"
  /** Between the frames "append" or "append-more" and the server's decision. */
  | "deciding"
  /** Handing a message through; then the line after it. */
  | "message"
  | "after-message"
  /** Dropping what is left of a refused command. */
  | "skip-literal"
  | "skip-line"
  /** Given up: nothing is read any more. */
  | "closed";

const BARE_LF = "Expected CRLF at the end of the line, not LF alone.";
const AFTER_MESSAGE = "Expected the end of the command after the message.";

export class CommandFramer {
  #limits: FrameLimits;
  #chunks: Uint8Array[] = [];
  #head = 0;
  #mode: Mode = "line";
  /** The command so far; its current line begins at `#lineStart`. */
  readonly #gathered = new OctetBuffer();
  #lineStart = 0;
  /** Octets to come of the literal or message, or to be skipped. */
  #left = 0;
  #message: LiteralHeader = { size: 0, synchronizing: true };
  /** Of the command that is being skipped: its tag, how much was dropped, the last octets of its line. */
  #tag = "*";
  #dropped = 0;
  #tail: Uint8Array = new Uint8Array();
  /** A frame that refuseLiteral() could not give. */
  #owed: Frame | undefined;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** Changes the limits: a client that has logged in may send more. */
  allow(limits: FrameLimits): void {
    this.#limits = limits;
  }

  /** Takes octets from the client. The chunk must not be changed afterwards. */
  push(chunk: Uint8Array): void {
    if (chunk.length > 0 && this.#mode !== "closed") this.#chunks.push(chunk);
  }

  /** Gives the next frame; undefined when more octets are needed, or a decision about a message. */
  next(): Frame | undefined {
    if (this.#owed !== undefined) {
      const frame = this.#owed;
      this.#owed = undefined;
      return frame;
    }
    while (this.#moveOn()) {
      const frame = this.#step();
      if (frame !== undefined) return frame;
    }
    return undefined;
  }

  /**
   * Gives the next raw line instead of a command: the client's answer to a challenge of AUTHENTICATE, the DONE of IDLE.
   * For use between commands; next() may take over at any time.
   */
  nextLine(): LineFrame | undefined {
    while (this.#moveOn()) {
      const found = this.#mode === "line" ? this.#readLine() : this.#step();
      if (found instanceof Uint8Array) {
        this.#beginCommand();
        const isCrlf = found[found.length - 2] === CR;
        return isCrlf ? { kind: "line", octets: found.subarray(0, -2) } : { kind: "bad", tag: "*", sentence: BARE_LF };
      }
      if (found?.kind === "too-long") return found;
    }
    return undefined;
  }

  /** After "append" or "append-more": lets the message through. When the literal is synchronizing the server sends `+` too. */
  acceptLiteral(): void {
    this.#left = this.#decided().size;
    this.#mode = "message";
  }

  /**
   * After "append" or "append-more": has the message dropped, and what would follow it. A synchronizing client does not send it; else its octets and the
   * rest of the command are read and dropped, or, when they are too many, next() says so with a fatal "too-long".
   */
  refuseLiteral(): void {
    const literal = this.#decided();
    if (literal.synchronizing) this.#beginCommand();
    else this.#owed = this.#skipLiteral(literal.size);
  }

  /** Tells whether nothing of a command has come: the moment to close a connection politely. */
  get isIdle(): boolean {
    return this.#mode === "line" && this.#gathered.length === 0 && this.#chunks.length === 0;
  }

  /** Gives what was pushed and not yet looked at, and forgets it. */
  takeRest(): Uint8Array {
    const rest = new OctetBuffer();
    for (const chunk of this.#chunks.slice(this.#head)) rest.add(chunk);
    this.#chunks = [];
    this.#head = 0;
    return rest.view();
  }

  #decided(): LiteralHeader {
    if (this.#mode !== "deciding") throw new Error("There is no message to decide about.");
    return this.#message;
  }

  /** Leaves a finished literal or message; tells whether there are octets to work on. */
  #moveOn(): boolean {
    if (this.#mode === "deciding" || this.#mode === "closed") return false;
    if (this.#left === 0) {
      if (this.#mode === "literal") this.#mode = "line";
      if (this.#mode === "message") this.#mode = "after-message";
      if (this.#mode === "skip-literal") this.#skipLine();
    }
    return this.#head < this.#chunks.length;
  }

  /** Works on the first chunk; gives a frame if that ended one. */
  #step(): Frame | undefined {
    switch (this.#mode) {
      case "literal":
        this.#gathered.add(this.#takePiece());
        this.#lineStart = this.#gathered.length;
        return undefined;
      case "message":
        return { kind: "literal", octets: this.#takePiece() };
      case "skip-literal":
        this.#takePiece();
        return undefined;
      case "skip-line":
        return this.#stepSkippedLine();
      case "line":
      case "after-message": {
        const found = this.#readLine();
        return found instanceof Uint8Array ? this.#endLine(found) : found;
      }
      case "deciding":
      case "closed":
        return undefined;
    }
  }

  /** The first `count` octets of the first chunk, which must have them. */
  #take(count: number): Uint8Array {
    const chunk = this.#chunks[this.#head] as Uint8Array;
    if (count < chunk.length) {
      this.#chunks[this.#head] = chunk.subarray(count);
      return chunk.subarray(0, count);
    }
    this.#head++;
    if (this.#head === this.#chunks.length) {
      this.#chunks = [];
      this.#head = 0;
    }
    return chunk;
  }

  /** What the first chunk has of the current literal. */
  #takePiece(): Uint8Array {
    const piece = this.#take(Math.min(this.#left, (this.#chunks[this.#head] as Uint8Array).length));
    this.#left -= piece.length;
    return piece;
  }

  /** How much of the first chunk belongs to the current line, and whether that ends it. */
  #measureLine(): { readonly length: number; readonly isEnd: boolean } {
    const chunk = this.#chunks[this.#head] as Uint8Array;
    const at = chunk.indexOf(LF);
    return at < 0 ? { length: chunk.length, isEnd: false } : { length: at + 1, isEnd: true };
  }

  /** Gathers the current line; gives the command up to its end, or a frame when it is too long. */
  #readLine(): Uint8Array | Frame | undefined {
    const { length, isEnd } = this.#measureLine();
    const { maxLineBytes, maxCommandBytes } = this.#limits;
    const isLineLimit = this.#lineStart + maxLineBytes <= maxCommandBytes;
    const allowed = isLineLimit ? this.#lineStart + maxLineBytes : maxCommandBytes;
    const room = Math.max(0, allowed - this.#gathered.length);
    if (length > room) {
      this.#gathered.add(this.#take(room));
      return this.#refuseLine(isLineLimit ? lineLimit(maxLineBytes) : commandLimit(maxCommandBytes));
    }
    const piece = this.#take(length);
    if (isEnd && this.#gathered.length === 0) return piece;
    this.#gathered.add(piece);
    return isEnd ? this.#gathered.view() : undefined;
  }

  #endLine(command: Uint8Array): Frame | undefined {
    const line = command.subarray(this.#lineStart);
    const isCrlf = line[line.length - 2] === CR;
    if (this.#mode === "after-message") return this.#endAppend(line, isCrlf);
    const literal = literalAtEnd(line);
    if (literal !== undefined) return this.#beginLiteral(command, literal);
    this.#beginCommand();
    return isCrlf ? { kind: "command", octets: command } : { kind: "bad", tag: tagOf(command), sentence: BARE_LF };
  }

  #beginCommand(): void {
    this.#gathered.clear();
    this.#lineStart = 0;
    this.#dropped = 0;
    this.#tag = "*";
    this.#mode = "line";
  }

  #beginLiteral(command: Uint8Array, literal: LiteralHeader & { readonly at: number }): Frame | undefined {
    const tag = tagOf(command);
    const { size, synchronizing } = literal;
    if (isAppend(command, tag) && this.#lineStart + literal.at !== firstArgumentOfAppend(tag))
      return { kind: "append", tag, prefix: command, literal: this.#decide(literal) };
    const { maxLiteralBytes, maxCommandBytes } = this.#limits;
    if (size > maxLiteralBytes) return this.#refuseGathered(tag, literal, literalLimit(maxLiteralBytes));
    if (size > maxCommandBytes - command.length)
      return this.#refuseGathered(tag, literal, commandLimit(maxCommandBytes));
    if (this.#gathered.length === 0) this.#gathered.add(command);
    this.#lineStart = this.#gathered.length;
    this.#left = size;
    this.#mode = "literal";
    return synchronizing ? { kind: "continue" } : undefined;
  }

  /** Has the server decide about the message that this literal is. */
  #decide({ size, synchronizing }: LiteralHeader): LiteralHeader {
    this.#beginCommand();
    this.#mode = "deciding";
    this.#message = { size, synchronizing };
    return this.#message;
  }

  #refuseGathered(tag: string, literal: LiteralHeader, sentence: string): Frame {
    this.#beginCommand();
    this.#tag = tag;
    const fatal = literal.synchronizing ? undefined : this.#skipLiteral(literal.size);
    return fatal ?? { kind: "too-long", tag, sentence, isFatal: false };
  }

  /** RFC 3502: after a message comes the next one or the end of the line. */
  #endAppend(line: Uint8Array, isCrlf: boolean): Frame {
    const literal = literalAtEnd(line);
    if (literal !== undefined) return { kind: "append-more", line, literal: this.#decide(literal) };
    const isEmpty = isCrlf && line.subarray(0, -2).every((octet) => octet === SPACE);
    this.#beginCommand();
    return { kind: "append-end", sentence: isEmpty ? undefined : isCrlf ? AFTER_MESSAGE : BARE_LF };
  }

  /** Gives up on a line that is too long; what was gathered of it may hold the beginning of a literal's header. */
  #refuseLine(sentence: string): Frame {
    const command = this.#gathered.view();
    const isAppended = this.#mode === "after-message";
    const tag = isAppended ? "*" : tagOf(command);
    const tail = command.subarray(Math.max(this.#lineStart, command.length - MAX_HEADER_OCTETS));
    this.#beginCommand();
    this.#tag = tag;
    this.#skipLine(tail);
    return isAppended ? { kind: "append-end", sentence } : { kind: "too-long", tag, sentence, isFatal: false };
  }

  #skipLine(tail: Uint8Array = new Uint8Array()): void {
    this.#tail = tail;
    this.#mode = "skip-line";
  }

  #stepSkippedLine(): Frame | undefined {
    const { length, isEnd } = this.#measureLine();
    this.#dropped += length;
    if (this.#dropped > this.#limits.maxSkipBytes) return this.#giveUp();
    const seen = new OctetBuffer();
    seen.add(this.#tail);
    seen.add(this.#take(length).subarray(-MAX_HEADER_OCTETS));
    this.#tail = seen.view().slice(-MAX_HEADER_OCTETS);
    if (!isEnd) return undefined;
    const literal = literalAtEnd(this.#tail);
    if (literal !== undefined && !literal.synchronizing) return this.#skipLiteral(literal.size);
    this.#beginCommand();
    return undefined;
  }

  /** Goes on to drop so many octets, or gives up. */
  #skipLiteral(size: number): Frame | undefined {
    if (size > this.#limits.maxSkipBytes - this.#dropped) return this.#giveUp();
    this.#dropped += size;
    this.#left = size;
    this.#mode = "skip-literal";
    return undefined;
  }

  #giveUp(): Frame {
    this.takeRest();
    this.#mode = "closed";
    const sentence = `More than ${this.#limits.maxSkipBytes} octets would have to be dropped.`;
    return { kind: "too-long", tag: this.#tag, sentence, isFatal: true };
  }
}

const lineLimit = (octets: number): string => `The line is longer than ${octets} octets.`;
const literalLimit = (octets: number): string => `The literal is larger than ${octets} octets.`;
const commandLimit = (octets: number): string => `The command is longer than ${octets} octets.`;
