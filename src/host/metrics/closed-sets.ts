/**
 * The values that labels of metrics and of statistics may have. What peers send is never a label: a value that is not in
 * its set is counted as `other`, so no label can be filled with text of a stranger, and the number of series is bounded.
 */

export type ClosedSet = readonly string[];

/** RFC 9051 section 6, with LSUB and CHECK of RFC 3501. */
export const imapCommands: ClosedSet = [
  "CAPABILITY",
  "NOOP",
  "LOGOUT",
  "ID",
  "LOGIN",
  "AUTHENTICATE",
  "ENABLE",
  "NAMESPACE",
  "LIST",
  "LSUB",
  "CREATE",
  "DELETE",
  "RENAME",
  "SUBSCRIBE",
  "UNSUBSCRIBE",
  "STATUS",
  "SELECT",
  "EXAMINE",
  "APPEND",
  "IDLE",
  "CHECK",
  "CLOSE",
  "UNSELECT",
  "EXPUNGE",
  "COPY",
  "MOVE",
  "FETCH",
  "STORE",
  "SEARCH",
];

/** RFC 9051 section 7.1. */
export const imapResults: ClosedSet = ["OK", "NO", "BAD", "BYE"];

/** RFC 5321 section 4.1.1, RFC 3030, RFC 3207. */
export const smtpVerbs: ClosedSet = ["EHLO", "HELO", "STARTTLS", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "VRFY"];

export const smtpEndings: ClosedSet = ["quit", "gone", "timeout", "errors", "limited", "shutdown", "tls", "fault"];
export const listeners: ClosedSet = ["smtp", "imap", "submission"];
export const refusals: ClosedSet = ["full", "peer"];
/** The names of limits of sending (service/submission/send-limits.ts). */
export const sendingLimits: ClosedSet = ["messagesAMinute", "recipientsAnHour", "recipientsADay", "firstsADay"];
export const feedbacks: ClosedSet = ["bounce", "complaint"];
/** The names of limits on strangers, and whose bound it was (service/peer-limits). */
export const peerLimitNames: ClosedSet = [
  "open",
  "connections",
  "messages",
  "kibibytes",
  "unknown",
  "badCommands",
  "recipient",
];
export const peerScopes: ClosedSet = ["host", "network", "recipient"];
/** What DMARC came to, in the words of RFC 8601 section 2.7. */
export const dmarcResults: ClosedSet = ["pass", "fail", "none", "temperror", "permerror"];
export const scannerKinds: ClosedSet = ["spam", "virus"];
/** Why a scanner gave no answer (rules/scan-verdict.ts). */
export const scanFailures: ClosedSet = [
  "unreachable",
  "timeout",
  "closed",
  "garbled",
  "failed",
  "busy",
  "unreadable",
  "shutdown",
];
/** What becomes of a message, and the rule that decided (rules/reputation/verdict.ts). */
export const verdictKinds: ClosedSet = ["inbox", "junk", "refuse", "greylist"];
export const verdictRules: ClosedSet = [
  "virus",
  "scanner",
  "policy",
  "dns-lists",
  "correspondent",
  "standing",
  "words",
  "several",
  "first-contact",
  "nothing",
];
export const lessonKinds: ClosedSet = ["wanted", "unwanted"];
export const reportKinds: ClosedSet = ["dmarc", "tls"];
export const tlsVersions: ClosedSet = ["TLSv1.2", "TLSv1.3"];
/** What a reply code says (RFC 5321 section 4.2.1). */
export const outcomes: ClosedSet = ["accepted", "later", "refused"];

/** The class of an SMTP reply code. */
export function outcomeOf(code: unknown): string {
  if (typeof code !== "number") return OTHER;
  return code < 400 ? "accepted" : code < 500 ? "later" : "refused";
}

export const OTHER = "other";

/** The value if the set has it, else `other`. */
export function within(set: ReadonlySet<string>, value: unknown): string {
  return typeof value === "string" && set.has(value) ? value : OTHER;
}
