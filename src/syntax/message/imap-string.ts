/**
 * Text as IMAP writes it inside ENVELOPE and BODYSTRUCTURE (RFC 3501 section 4.3): quoted where it can be, a literal
 * where it holds octets that a quoted string cannot.
 */

/** Clients read quoted strings into lines; longer ones go as literals. */
const MAX_QUOTED = 1000;

/** Writes a string of octets (one character each); NUL, which IMAP cannot carry, is left out. */
export function imapString(text: string): string {
  if (text.length <= MAX_QUOTED && isQuotable(text)) {
    return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, "\\$&")}"` : `"${text}"`;
  }
  const octets = text.replaceAll("\0", "");
  return `{${octets.length}}\r\n${octets}`;
}

/** Writes a string, or NIL for what is absent. */
export function imapNString(text: string | undefined): string {
  return text === undefined ? "NIL" : imapString(text);
}

/** RFC 3501 section 9: a quoted string holds 7-bit octets but NUL, CR and LF. */
function isQuotable(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127 || code === 0 || code === 10 || code === 13) return false;
  }
  return true;
}
