/** The MIME tree of a message, with exact octet offsets from the start of the message (RFC 2045, RFC 2046). */

export type Part = {
  /** Where the part's own header begins; for the root 0. */
  readonly headerStart: number;
  /** Where its body begins: after the empty line. */
  readonly bodyStart: number;
  /** Where its body ends: before the CRLF that belongs to the next boundary. */
  readonly bodyEnd: number;
  /** Lower case; `text/plain` where absent or broken. */
  readonly type: string;
  readonly subtype: string;
  /** Content-Transfer-Encoding, lower case; `7bit` where absent. */
  readonly encoding: string;
  /** Children of a multipart, in order. */
  readonly children: readonly Part[];
  /** The message inside a message/rfc822 or message/global part. */
  readonly message: Part | undefined;
};
