/**
 * Reads what a server answers: replies of one or several lines (RFC 5321 section 4.2.1), with enhanced status codes
 * (RFC 2034 section 4), cut wherever the network cut them.
 *
 * What is kept of a reply is bounded: a line's end beyond the limit is thrown away, and so is what comes after enough
 * words; but the number of lines, and the octets of a line that never ends, are limits that a server may not pass. Then,
 * and when a line is no reply, `isBroken` says that nobody can know any more which reply belongs to which command.
 *
 * We deviate in one point: a bare LF ends a line too, for there are servers that write so. Nothing that we send on
 * depends on where a reply ends.
 */

export type SmtpReply = {
  /** 200 to 599. */
  readonly code: number;
  /** Of the first line; `undefined` when there is none, or one of another class than the code. */
  readonly enhanced: string | undefined;
  /** Without codes, but with the enhanced ones where not every line has the same; visible ASCII, all else is `?`. */
  readonly lines: readonly string[];
};

export type ReplyLimits = {
  /** Octets of a line that are kept. RFC 5321 section 4.5.3.1.5 asks for 512. */
  readonly maxLineBytes: number;
  /** Octets of a line beyond which the server is not believed to speak SMTP. */
  readonly maxEndlessBytes: number;
  /** Lines of one reply. */
  readonly maxLines: number;
};

export const replyLimits: ReplyLimits = Object.freeze({ maxLineBytes: 1024, maxEndlessBytes: 65_536, maxLines: 128 });

const CR = 13;
const LF = 10;
const NOTHING = new Uint8Array(0);
/** The first digit 1 was never used (RFC 5321 section 4.2.1); the second is a category, and servers invent some. */
const REPLY_LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/;
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?: +|$)/;

export class ReplyReader {
  readonly #limits: ReplyLimits;
  /** What is kept of the line that is not whole yet, and how long it is in truth. */
  #line: Uint8Array = NOTHING;
  #lineBytes = 0;
  #lines: string[] = [];
  #code = "";
  #broken = false;

  constructor(limits: ReplyLimits = replyLimits) {
    this.#limits = limits;
  }

  /** No reply can be made out any more; nothing more is read. */
  get isBroken(): boolean {
    return this.#broken;
  }

  /** A reply has begun and is not whole. */
  get isWithin(): boolean {
    return this.#lineBytes > 0 || this.#lines.length > 0;
  }

  /** Takes the next octets and returns the replies that they made whole. */
  write(chunk: Uint8Array): readonly SmtpReply[] {
    const replies: SmtpReply[] = [];
    let start = 0;
    while (!this.#broken) {
      const end = chunk.indexOf(LF, start);
      if (end < 0) break;
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      const reply = this.#endLine();
      if (reply !== undefined) replies.push(reply);
    }
    if (!this.#broken) this.#keep(chunk.subarray(start));
    return replies;
  }

  #keep(octets: Uint8Array): void {
    this.#lineBytes += octets.length;
    if (this.#lineBytes > this.#limits.maxEndlessBytes) this.#broken = true;
    const room = this.#limits.maxLineBytes - this.#line.length;
    if (octets.length === 0 || room <= 0) return;
    const more = octets.subarray(0, room);
    const joined = new Uint8Array(this.#line.length + more.length);
    joined.set(this.#line);
    joined.set(more, this.#line.length);
    this.#line = joined;
  }

  #endLine(): SmtpReply | undefined {
    const octets = this.#line;
    this.#line = NOTHING;
    this.#lineBytes = 0;
    const text = cleanText(octets[octets.length - 1] === CR ? octets.subarray(0, -1) : octets);
    const found = REPLY_LINE.exec(text);
    // RFC 5321 section 4.2.1: every line of a reply bears the same code.
    if (found === null || this.#broken || (this.#lines.length > 0 && found[1] !== this.#code)) return this.#break();
    const [, code = "", mark = " ", words = ""] = found;
    this.#code = code;
    this.#lines.push(words);
    if (mark === " ") return this.#endReply();
    return this.#lines.length >= this.#limits.maxLines ? this.#break() : undefined;
  }

  #endReply(): SmtpReply {
    const lines = this.#lines;
    const code = Number(this.#code);
    this.#lines = [];
    const enhanced = ENHANCED.exec(lines[0] ?? "")?.[1];
    // A code of another class contradicts the reply: RFC 2034 section 4 has them agree.
    if (enhanced === undefined || enhanced[0] !== this.#code[0]) return { code, enhanced: undefined, lines };
    const isSame = lines.every((line) => ENHANCED.exec(line)?.[1] === enhanced);
    return { code, enhanced, lines: isSame ? lines.map((line) => line.replace(ENHANCED, "")) : lines };
  }

  #break(): undefined {
    this.#broken = true;
    this.#lines = [];
  }
}

/**
 * One line of words for people: the lines of a reply with one space between, cut after `most` characters. What it says
 * is a stranger's.
 */
export function wordsOf(reply: SmtpReply, most: number): string {
  const words = reply.lines
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");
  return words.length > most ? `${words.slice(0, Math.max(0, most - 3))}...` : words;
}

function cleanText(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    const isVisible = octet >= 0x20 && octet < 0x7f;
    text += isVisible ? String.fromCharCode(octet) : octet === 0x09 ? " " : "?";
  }
  return text;
}
