/** Reply lines: RFC 5321 section 4.2, with the enhanced status codes of RFC 2034 section 4 on every line. */

/**
 * Writes a reply of one or several lines, with CRLF.
 * @param enhanced left out of greeting, EHLO's answer and 3xx replies.
 * @param lines one or more; what is not visible ASCII is replaced, so that no text can forge a line.
 */
export function encodeReply(code: number, enhanced: string | undefined, lines: readonly string[]): string {
  const status = enhanced === undefined ? "" : `${enhanced} `;
  return lines
    .map(
      (line, n) => `${code}${n === lines.length - 1 ? " " : "-"}${status}${line.replace(/[^\u0020-\u007e]/g, "?")}\r\n`,
    )
    .join("");
}
