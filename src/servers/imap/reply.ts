/**
 * The tagged answer to a command as a value: a handler says what came of it, the conversation writes it. Response codes
 * are those of RFC 9051 section 7.1, RFC 5530 and the extensions. Texts are for people who read protocol logs.
 */

export type Reply = {
  readonly status: "OK" | "NO" | "BAD";
  /** Without brackets. */
  readonly code: string | undefined;
  readonly text: string;
  /** Ends the connection after this answer; the text of the BYE. */
  readonly bye?: string;
  /** Ends the connection after this answer; BYE was said before. */
  readonly isLast?: boolean;
};

export const ok = (text: string, code?: string): Reply => ({ status: "OK", code, text });
export const no = (code: string | undefined, text: string): Reply => ({ status: "NO", code, text });
export const bad = (text: string, code?: string): Reply => ({ status: "BAD", code, text });

/** Writes the line that ends a command. */
export function tagged(tag: string, reply: Reply): string {
  const code = reply.code === undefined ? "" : `[${reply.code}] `;
  return `${tag} ${reply.status} ${code}${reply.text}\r\n`;
}

/** RFC 5530: the mailbox is not there (any more). `TRYCREATE` instead where RFC 9051 asks for it. */
export const noMailbox = (code: "NONEXISTENT" | "TRYCREATE" = "NONEXISTENT"): Reply =>
  no(code, code === "TRYCREATE" ? "There is no such mailbox; create it first" : "There is no such mailbox");

export const overQuota: Reply = no("OVERQUOTA", "The account is full; delete mail or ask for a larger plan");
