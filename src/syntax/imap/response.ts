/**
 * Untagged responses about mailboxes, searches and the server itself, as lines with their CRLF, one octet a character:
 * RFC 9051 section 7 and the extensions named at each. FETCH is too large for one line and has its own place.
 */
import { type NumberSet, numbers } from "../bytes/number-set.ts";
import { imapNString, imapString } from "../message/imap-string.ts";
import type { StatusItem } from "./command.ts";
import { encodeFlags, encodeMailbox, encodeSet, encodeText } from "./encode.ts";
import { encodeMailboxName } from "./mailbox-name.ts";

export type Listed = {
  /** Attributes with their backslash: `\HasChildren`, `\Drafts`. */
  readonly attributes: readonly string[];
  /** Undefined for a flat namespace. */
  readonly delimiter: string | undefined;
  readonly mailbox: string;
  /** RFC 5258 section 3.5: the selection options that a mailbox below this one meets. */
  readonly childInfo?: readonly string[];
};

/** RFC 9051 section 7.3.1; LSUB is RFC 3501 section 7.2.3. */
export function listResponse(name: "LIST" | "LSUB", listed: Listed): string {
  const { attributes, delimiter, mailbox, childInfo = [] } = listed;
  const children = childInfo.map((option) => `"${option}"`).join(" ");
  const extended = children === "" ? "" : ` ("CHILDINFO" (${children}))`;
  return `* ${name} ${encodeFlags(attributes)} ${imapNString(delimiter)} ${encodeMailbox(mailbox)}${extended}\r\n`;
}

/** RFC 9051 section 7.3.3, in the order given. */
export function statusResponse(mailbox: string, values: readonly (readonly [StatusItem, number])[]): string {
  const items = values.map(([item, value]) => `${item} ${value}`).join(" ");
  return `* STATUS ${encodeMailbox(mailbox)} (${items})\r\n`;
}

/** RFC 3501 section 7.2.5; the highest mod-sequence of what was found when MODSEQ was asked for (RFC 7162 section 3.1.6). */
export function searchResponse(found: NumberSet, modSeq: number | undefined): string {
  let line = "* SEARCH";
  for (const n of numbers(found)) line += ` ${n}`;
  return modSeq === undefined || found.size === 0 ? `${line}\r\n` : `${line} (MODSEQ ${modSeq})\r\n`;
}

export type SearchResult = {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly all?: NumberSet | undefined;
  readonly count?: number | undefined;
  readonly modSeq?: number | undefined;
};

/** RFC 9051 section 7.3.4, RFC 4731 section 3.1: what was found and asked for; nothing found has neither MIN, MAX nor ALL. */
export function esearchResponse(tag: string, uid: boolean, result: SearchResult): string {
  const { min, max, all, count, modSeq } = result;
  let line = `* ESEARCH (TAG "${tag}")${uid ? " UID" : ""}`;
  if (min !== undefined) line += ` MIN ${min}`;
  if (max !== undefined) line += ` MAX ${max}`;
  if (all !== undefined && all.size > 0) line += ` ALL ${encodeSet(all)}`;
  if (count !== undefined) line += ` COUNT ${count}`;
  if (modSeq !== undefined) line += ` MODSEQ ${modSeq}`;
  return `${line}\r\n`;
}

/** RFC 9051 section 7.3.5. */
export function flagsResponse(flags: readonly string[]): string {
  return `* FLAGS ${encodeFlags(flags)}\r\n`;
}

/** RFC 2971 section 3.2: values are UTF-8 texts. */
export function idResponse(fields: readonly (readonly [string, string | undefined])[]): string {
  if (fields.length === 0) return "* ID NIL\r\n";
  const pairs = fields.map(([name, value]) => `${encodeText(name)} ${value === undefined ? "NIL" : encodeText(value)}`);
  return `* ID (${pairs.join(" ")})\r\n`;
}

/** RFC 5161 section 3.2. */
export function enabledResponse(capabilities: readonly string[]): string {
  return `* ENABLED${capabilities.map((each) => ` ${each}`).join("")}\r\n`;
}

/** RFC 9051 section 7.3.2: one personal namespace, no others. */
export function namespaceResponse(prefix: string, delimiter: string): string {
  return `* NAMESPACE ((${imapString(encodeMailboxName(prefix))} ${imapString(delimiter)})) NIL NIL\r\n`;
}
