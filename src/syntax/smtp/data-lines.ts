/**
 * What is known of the lines of a text that goes by in chunks: how many have ended, which is the first that is too long
 * (RFC 5321 section 4.5.3.1.6), and whether there is a NUL. Whoever finds the line ends tells it of them in passing.
 */

export class TextLines {
  /** Octets of a line without its CRLF that are not too many. */
  readonly maxBytes: number;
  /** Where the line at hand begins in the chunk at hand; below 0 when it does so in an earlier one. */
  start = 0;
  /** Lines that have ended. */
  ended = 0;
  hasNul = false;
  #tooLong: number | undefined;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** The first line that is too long, counted from 1, among those that have ended. */
  get tooLong(): number | undefined {
    return this.#tooLong;
  }

  /** As `tooLong`, when the text ends here, also in the middle of a line. */
  get tooLongAtEnd(): number | undefined {
    return this.#tooLong ?? (-this.start > this.maxBytes ? this.ended + 1 : undefined);
  }

  /** Notes the number of a line that is too long. */
  note(line: number): void {
    this.#tooLong ??= line;
  }

  /** The line at hand ended with the CR that stands at `cr` and the LF behind it. */
  end(cr: number): void {
    this.ended++;
    if (cr - this.start > this.maxBytes) this.note(this.ended);
    this.start = cr + 2;
  }

  /** The chunk at hand, of so many octets, has gone by. */
  gone(length: number): void {
    this.start -= length;
  }
}
