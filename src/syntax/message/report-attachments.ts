/**
 * The attachments of a mail that may be a daily report: told by how their octets begin, for media types and names are as
 * their senders made them. What is inside a mail that this one carries is not looked at.
 */
import { octetString } from "./octets.ts";
import { parseMessage } from "./parse.ts";
import { decodeTree, type Part } from "./part.ts";
import { decodeTransfer } from "./transfer-encoding.ts";

export type ReportAttachment = { readonly kind: ReportFormat; readonly octets: Uint8Array };
export type ReportFormat = "gzip" | "zip" | "xml" | "json";

/** A report is one attachment; whoever sends more has others behind it. */
const MAX_ATTACHMENTS = 4;
/** Encoded; larger ones are passed over. Reports of the largest senders have some hundred KiB. */
const MAX_PART_BYTES = 6 * 1024 * 1024;

/** Gives them in their order. @param message the whole of it */
export function reportAttachments(message: Uint8Array): readonly ReportAttachment[] {
  const found: ReportAttachment[] = [];
  for (const part of leavesOf(decodeTree(parseMessage(message).tree))) {
    if (found.length === MAX_ATTACHMENTS) break;
    if (part.bodyEnd - part.bodyStart > MAX_PART_BYTES || WORDS.has(`${part.type}/${part.subtype}`)) continue;
    const octets = decodeTransfer(message.subarray(part.bodyStart, part.bodyEnd), part.encoding);
    const kind = formatOf(octets);
    if (kind !== undefined) found.push({ kind, octets });
  }
  return found;
}

/** Written for people. */
const WORDS: ReadonlySet<string> = new Set(["text/plain", "text/html"]);

/** What octets are by their beginning; `undefined`: nothing that a report comes as. */
export function formatOf(octets: Uint8Array): ReportFormat | undefined {
  const [first, second] = octets;
  if (first === 0x1f && second === 0x8b) return "gzip";
  if (first === 0x50 && second === 0x4b) return "zip";
  // With or without a byte order mark, of UTF-16 too.
  const [start] = /[^\s\0\xef\xbb\xbf\xfe\xff]/.exec(octetString(octets.subarray(0, 64))) ?? [];
  return start === "<" ? "xml" : start === "{" ? "json" : undefined;
}

function* leavesOf(part: Part): Generator<Part> {
  if (part.children.length > 0) for (const child of part.children) yield* leavesOf(child);
  else if (part.message === undefined) yield part;
}
